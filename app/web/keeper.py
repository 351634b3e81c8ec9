"""What runs beside the requests: grouping cards as they arrive, and deleting dialogues on their day."""

import asyncio
import logging
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from hashlib import blake2b

from scipy import sparse
from sqlmodel import Session

from app import store
from app.analysis import labels, themes
from app.analysis.embedding import LexicalVectors, Vectors, VectorSource, warm
from app.domain import grouping, retention
from app.domain.grouping import Arrangement, Heading, Standing
from app.settings import HEADING_MAX, THEMES_FROM
from app.web.place import Place

log = logging.getLogger(__name__)

GATHER = 0.3  # seconds of arriving cards that are grouped together
ROWS_KEPT = 50_000  # vectors of cards in memory; older ones are made again when needed
QUOTABLE = 8  # typical cards kept a theme: the wall takes the first that fits
A_DAY = 24 * 3600.0


class ThemeKeeper:
    """Keeps the themes of every live dialogue up to date, in one thread of its own. A card is read once, ever."""

    def __init__(self, here: Place, source: VectorSource) -> None:
        self._here = here
        self._source = source
        self._rows: OrderedDict[tuple[int, bytes], Vectors] = OrderedDict()
        self._due: set[int] = set()
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="themes")
        self._wake = asyncio.Event()

    def told(self, dialogue_id: int) -> None:
        """A card of this dialogue came, changed or went."""
        self._due.add(dialogue_id)
        self._wake.set()

    async def run(self) -> None:
        """Group what is due until cancelled. A fault in one dialogue is logged and stops no other."""
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._thread, warm)
        while True:
            await self._wake.wait()
            await asyncio.sleep(GATHER)
            self._wake.clear()
            due, self._due = self._due, set()
            for dialogue_id in due:
                try:
                    if not await loop.run_in_executor(self._thread, self._group, dialogue_id):
                        self.told(dialogue_id)
                except Exception:
                    log.exception("dialogue %d could not be grouped", dialogue_id)

    def _group(self, dialogue_id: int) -> bool:
        """Whether it was this process's turn: what two work out from the same picture would be founded twice."""
        with store.turn(self._here.readers, "themes", dialogue_id) as mine:
            arrangement = self._think(dialogue_id) if mine else None
            if arrangement is not None:
                self._here.writer.change_now(grouping.arrange, dialogue_id, arrangement)
        return mine

    def _think(self, dialogue_id: int) -> Arrangement | None:
        with Session(self._here.readers) as session:
            standing = grouping.standing(session, dialogue_id)
        if len(standing.cards) < THEMES_FROM:
            return None
        return arrangement(standing, self._vectors(standing))

    def _vectors(self, standing: Standing) -> Vectors:
        texts = {(card.id, blake2b(card.text.encode(), digest_size=16).digest()): card.text for card in standing.cards}
        fresh = [key for key in texts if key not in self._rows]
        if fresh:
            made = self._source.encode([texts[key] for key in fresh])
            self._rows |= {key: made[index] for index, key in enumerate(fresh)}
        rows = sparse.vstack([self._rows[key] for key in texts], format="csr")
        while len(self._rows) > ROWS_KEPT:
            self._rows.popitem(last=False)
        return rows


def arrangement(standing: Standing, vectors: Vectors) -> Arrangement | None:
    """How the cards should lie, or None when all is as it should be."""
    board = themes.Board(
        cards=[themes.Card(card.id, card.theme, card.by_person) for card in standing.cards],
        themes=[
            themes.Theme(number, edited=number in standing.fixed, closed=number in standing.locked)
            for number in standing.themes
        ],
        bans=standing.bans,
    )
    tidying = themes.due(len(standing.cards), standing.tidied_at)
    new = [card.id for card in standing.cards if not card.placed]
    if tidying:
        plan = themes.tidy(board, vectors, regroup=not standing.edited)
    elif new:
        plan = themes.place(board, vectors, new)
    else:
        return None
    looked_at = dict.fromkeys(new) | plan.moves
    headings = _headings(standing, looked_at) if tidying or plan.founded else {}
    return Arrangement(
        moves=looked_at,
        founded={key: headings[key] for key in plan.founded},
        renamed={key: heading for key, heading in headings.items() if key > 0},
        typical=_typical(standing, looked_at, vectors),
        retired=frozenset(plan.retired),
        tidied_at=len(standing.cards) if tidying else None,
    )


def _typical(standing: Standing, moves: dict[int, int | None], vectors: Vectors) -> dict[int, tuple[int, ...]]:
    """For each theme whose cards change, those nearest its middle."""
    rows: dict[int, list[int]] = {}
    for row, card in enumerate(standing.cards):
        theme = moves.get(card.id, card.theme)
        if theme is not None:
            rows.setdefault(theme, []).append(row)
    changed = {theme for theme in moves.values() if theme is not None}
    changed |= {card.theme for card in standing.cards if card.id in moves and card.theme is not None}
    return {
        theme: tuple(themes.typical([standing.cards[row].id for row in rows[theme]], vectors[rows[theme]])[:QUOTABLE])
        for theme in sorted(changed & set(rows))
    }


def _headings(standing: Standing, moves: dict[int, int | None]) -> dict[int, Heading]:
    """A heading from its own cards for every theme that no person has named, different from those a person gave."""
    own: dict[int, list[str]] = {}
    rest: list[str] = []
    for card in standing.cards:
        theme = moves.get(card.id, card.theme)
        if theme is None or theme in standing.fixed:
            rest.append(card.text)
        else:
            own.setdefault(theme, []).append(card.text)
    taken = [standing.themes[number] for number in standing.fixed]
    present = {number: heading for number, heading in standing.themes.items() if number not in standing.fixed}
    made = labels.labels(own, rest, taken=taken, present=present)
    return {key: Heading(label.heading[:HEADING_MAX], ", ".join(label.terms)) for key, label in made.items()}


class DeletionKeeper:
    """Deletes what is due: at the start and once a day."""

    def __init__(self, here: Place) -> None:
        self._here = here

    async def run(self) -> None:
        while True:
            try:
                await asyncio.to_thread(sweep, self._here)
            except Exception:
                log.exception("the daily deletion failed and is tried again in an hour")
                await asyncio.sleep(3600)
                continue
            await asyncio.sleep(A_DAY)


def sweep(here: Place) -> list[int]:
    """Delete every dialogue whose day has come, and leave no byte of it. Returns their ids.

    When another process is at it, this one leaves it to that.
    """
    with store.turn(here.readers, "deletion") as mine:
        return _swept(here) if mine else []


def _swept(here: Place) -> list[int]:
    gone = here.read_now(retention.due, datetime.now(UTC).date())
    for dialogue_id in gone:
        here.writer.change_now(retention.delete, dialogue_id)
        log.info("dialogue %d was deleted on its day", dialogue_id)
    if here.read_now(retention.unscrubbed):
        here.writer.alone(retention.scrub)
    return gone


def start(here: Place) -> list[asyncio.Task[None]]:
    """Start both in the running event loop; the caller cancels them."""
    themes_ = ThemeKeeper(here, LexicalVectors())
    here.hub.listen("themes", themes_.told)
    return [asyncio.create_task(themes_.run()), asyncio.create_task(DeletionKeeper(here).run())]
