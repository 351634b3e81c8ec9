"""What the desk shows, read whole: where we are, what they have written, who has been heard. And how it is answered."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from typing import Annotated
from urllib.parse import quote

from fastapi import Query, Request
from sqlmodel import Session, col, select
from starlette.responses import JSONResponse, RedirectResponse, Response

from app.activities import collect, kind_of
from app.activities.collect import CardView
from app.activities.scene import Scene
from app.domain import (
    agenda,
    cards,
    dialogues,
    doubles,
    groups,
    participants,
    proposals,
    sortings,
    themes,
    voices,
    votes,
)
from app.domain.agenda import StepView
from app.domain.doubles import PairView
from app.domain.groups import GroupView
from app.domain.proposals import ProposalView
from app.domain.sortings import Choice
from app.domain.themes import ThemeView
from app.domain.voices import MissingView, PracticeView, VoiceView
from app.domain.votes import TallyView
from app.language import gettext
from app.models import CLOSED, DRAFT, HIDDEN, OPEN, Activity, Card, Dialogue, now
from app.settings import THEMES_FROM
from app.web import desk_acts, pictures, place, render
from app.web.pictures import PulseView

LIST_MAX = 200  # cards in one list; more than anybody reads, few enough to draw twice a second
LOOSE, EVERY, HIDDEN_PILE, BALLOT, SPLIT, SAME, OFFER = "0", "all", "hidden", "vote", "split", "same", "offer"

Opened = Annotated[str, Query(alias="theme", max_length=12)]


@dataclass(frozen=True, slots=True)
class RowView:
    """A card in a list, whether it came after the step closed, and what people tapped, as words and numbers."""

    card: CardView
    late: bool
    taps: tuple[tuple[str, int], ...] = ()
    same_as: int = 0  # the number of the card that stands for it
    onward: bool = False  # marked to go on to the next dialogue


@dataclass(frozen=True, slots=True)
class PileView:
    """One line of the list of themes. `key` is a theme's id, or one of the words above."""

    key: str
    label: str
    count: int
    locked: bool = False
    pinned: bool = False


@dataclass(frozen=True, slots=True)
class OpenView:
    """The pile that lies open. `theme_id` is 0 where it is no theme; `total` may be more than the rows shown."""

    key: str
    label: str
    theme_id: int
    locked: bool
    rows: tuple[RowView, ...]
    total: int
    pinned: bool = False


@dataclass(frozen=True, slots=True)
class BallotView:
    """The vote that is on, or else the next one. `begun` once somebody voted: then its cards stay."""

    activity_id: int
    title: str
    on: bool
    open: bool
    begun: bool
    form: str
    options: tuple[CardView, ...]
    tally: TallyView


@dataclass(frozen=True, slots=True)
class DeskView:
    """The whole desk. `next` is the step the red button leads to; `undo` and `redo` say what can be
    taken back and done again, or are empty."""

    dialogue: Dialogue
    pulse: PulseView
    steps: tuple[StepView, ...]
    now: StepView | None
    next: StepView | None
    scene: Scene | None
    shorter: str
    shorter_id: int
    seconds_left: int | None
    missing: tuple[str, ...]
    here: int
    simulated: int
    cards: int
    placed: int
    piles: tuple[PileView, ...]
    open: OpenView
    ballot: BallotView | None
    pairs: tuple[PairView, ...]
    offer: ProposalView | None
    held: tuple[CardView, ...]
    voices: tuple[VoiceView, ...]
    merged: tuple[str, ...]
    few: tuple[MissingView, ...]
    practice: PracticeView | None
    tables: tuple[GroupView, ...]
    arenas: tuple[GroupView, ...]
    silent: tuple[GroupView, ...]
    undo: str
    redo: str
    themes_from: int = THEMES_FROM

    @property
    def id(self) -> int:
        return self.dialogue.id or 0

    @property
    def themed(self) -> bool:
        """Whether there are themes yet."""
        return any(pile.key.isdecimal() for pile in self.piles)

    @property
    def voting(self) -> bool:
        """Whether a vote is open now: then closing it is the next thing to do."""
        return self.ballot is not None and self.ballot.on and self.ballot.open

    @property
    def draft(self) -> bool:
        return self.dialogue.state == DRAFT

    @property
    def closed(self) -> bool:
        return self.dialogue.state == CLOSED


def view(session: Session, dialogue_id: int, wanted: str = "") -> DeskView:
    """The desk with one pile open: the wanted one, or the one that asks for attention. Raises NotFound."""
    dialogue = dialogues.get(session, dialogue_id)
    activity = agenda.current(session, dialogue)
    steps = agenda.view(session, dialogue)
    at = next((index for index, step in enumerate(steps) if step.state == "now"), -1)
    grouped = themes.view(session, dialogue_id)
    ballot = _ballot(session, dialogue, activity)
    ends = agenda.ends_at(activity) if activity else None
    held = [collect.shown_as(card) for card in cards.waiting(session, dialogue_id)]
    hidden = _hidden(session, dialogue_id)
    total = sum(len(theme.cards) for theme in grouped)
    split = _split(session, activity, grouped)
    pairs = tuple(doubles.queue(session, dialogue_id))
    shorter = agenda.to_shorten(session, dialogue) if dialogue.state == OPEN else None
    offered = proposals.view(session, dialogue_id)
    return DeskView(
        dialogue=dialogue,
        pulse=pictures.pulse(session, dialogue_id),
        steps=tuple(steps),
        now=steps[at] if at >= 0 else None,
        next=next((step for step in steps[at + 1 :] if step.state != "skipped"), None),
        shorter=agenda.title(shorter) if shorter else "",
        shorter_id=shorter.id or 0 if shorter else 0,
        scene=kind_of(activity).desk(session, dialogue, activity) if activity else None,
        seconds_left=ceil((ends - now()).total_seconds()) if ends else None,
        missing=tuple(dialogues.missing(session, dialogue)) if dialogue.state == DRAFT else (),
        here=participants.count(session, dialogue_id),
        simulated=participants.simulated_count(session, dialogue_id),
        cards=total,
        placed=total - len(grouped[-1].cards),
        piles=tuple(_piles(grouped, hidden, ballot, split, len(pairs), offered)),
        open=_open(grouped, hidden, ballot, wanted, split, len(pairs), offered),
        ballot=ballot,
        pairs=pairs,
        offer=offered,
        held=tuple(held[:LIST_MAX]),
        voices=voices.view(session, dialogue_id),
        merged=voices.merged(session, dialogue_id),
        few=voices.missing(session, dialogue_id),
        practice=voices.practice(session, dialogue_id),
        tables=tuple(groups.of(session, dialogue_id, groups.TABLE)),
        arenas=tuple(groups.of(session, dialogue_id, groups.ARENA)),
        silent=tuple(groups.silent(session, activity)) if activity else (),
        undo=desk_acts.newest(session, dialogue_id),
        redo=desk_acts.undone(session, dialogue_id),
    )


def _hidden(session: Session, dialogue_id: int) -> list[Card]:
    rows = select(Card).where(Card.dialogue_id == dialogue_id, Card.state == HIDDEN).order_by(col(Card.number))
    return list(session.exec(rows).all())


def _ballot(session: Session, dialogue: Dialogue, activity: Activity | None) -> BallotView | None:
    at = activity.position if activity else 0
    later = [step for step in agenda.steps(session, dialogue.id or 0) if step.kind == "vote" and step.position >= at]
    if not later or dialogue.state == CLOSED:
        return None
    vote = later[0]
    return BallotView(
        activity_id=vote.id or 0,
        title=agenda.title(vote),
        on=vote.id == dialogue.activity_id,
        open=vote.state == OPEN,
        begun=votes.begun(session, vote.id or 0),
        form=votes.form(vote),
        options=tuple(collect.shown_as(card) for card in votes.options(session, vote.id or 0)),
        tally=votes.tally(session, vote),
    )


def _split(session: Session, activity: Activity | None, grouped: list[ThemeView]) -> tuple[RowView, ...]:
    """In a sorting the cards people disagree on, the least agreed first, with what they tapped."""
    if activity is None or activity.kind != "sort":
        return ()
    names = {theme.id: theme.label for theme in grouped}
    lies = {card.id or 0: theme.label for theme in grouped for card in theme.cards}

    def said(chosen: Choice) -> str:
        if chosen.theme_id:
            return names.get(chosen.theme_id, gettext("a theme that is gone"))
        if chosen.same_as:
            return gettext("the same as another card")
        return chosen.heading or gettext("fits nowhere")

    cards_ = {card.id: card for theme in grouped for card in theme.cards}
    return tuple(
        RowView(
            collect.shown_as(cards_[each.id], lies.get(each.id, "")),
            cards_[each.id].late,
            tuple((said(chosen), number) for chosen, number in each.taps),
        )
        for each in sortings.undecided(session, activity)
    )


def _piles(
    grouped: list[ThemeView],
    hidden: list[Card],
    ballot: BallotView | None,
    split: tuple[RowView, ...],
    pairs: int,
    offered: ProposalView | None,
) -> list[PileView]:
    *own, loose = grouped
    piles = []
    if split:
        piles.append(PileView(SPLIT, gettext("People disagree"), len(split)))
    if pairs:
        piles.append(PileView(SAME, gettext("Do they say the same?"), pairs))
    if offered is not None:
        piles.append(PileView(OFFER, gettext("A new grouping is offered"), offered.moving))
    if own:
        piles.append(PileView(LOOSE, gettext("Not placed yet"), len(loose.cards)))
        piles += [PileView(str(theme.id), theme.label, len(theme.cards), theme.locked, theme.pinned) for theme in own]
    piles.append(PileView(EVERY, gettext("All cards"), sum(len(theme.cards) for theme in grouped)))
    if hidden:
        piles.append(PileView(HIDDEN_PILE, gettext("Hidden"), len(hidden)))
    if ballot:
        vote = PileView(BALLOT, gettext("Vote: %(title)s") % {"title": ballot.title}, len(ballot.options))
        piles.insert(0 if ballot.on else len(piles), vote)
    return piles


def _open(
    grouped: list[ThemeView],
    hidden: list[Card],
    ballot: BallotView | None,
    wanted: str,
    split: tuple[RowView, ...],
    pairs: int,
    offered: ProposalView | None,
) -> OpenView:
    *own, loose = grouped
    if wanted == SAME:
        return OpenView(SAME, gettext("Do they say the same?"), 0, False, (), pairs)
    if wanted == OFFER and offered is not None:
        return OpenView(OFFER, gettext("A new grouping is offered"), 0, False, (), offered.moving)
    if wanted == SPLIT and split:
        return OpenView(SPLIT, gettext("People disagree"), 0, False, split[:LIST_MAX], len(split))
    by_key = {str(theme.id): theme for theme in own}
    if own:
        by_key[LOOSE] = loose
    if wanted == HIDDEN_PILE and hidden:
        return OpenView(HIDDEN_PILE, gettext("Hidden"), 0, False, _rows(hidden), len(hidden))
    if ballot and (wanted == BALLOT or (ballot.on and not wanted)):
        return OpenView(BALLOT, ballot.title, 0, False, (), len(ballot.options))
    if wanted != EVERY and own:
        theme = by_key.get(wanted) or (loose if loose.cards else own[0])
        label = theme.label or gettext("Not placed yet")
        return OpenView(
            str(theme.id),
            label,
            theme.id,
            theme.locked,
            _rows(list(theme.cards), same=theme.stands_for),
            len(theme.cards),
            theme.pinned,
        )
    every = sorted((card for theme in grouped for card in theme.cards), key=lambda card: -card.number)
    lies = {card.id or 0: theme.label for theme in own for card in theme.cards}
    return OpenView(EVERY, gettext("All cards"), 0, False, _rows(every, lies), len(every))


def _rows(
    found: list[Card], lies: Mapping[int, str] | None = None, same: Mapping[int, int] | None = None
) -> tuple[RowView, ...]:
    """The cards as a list. `lies`: the heading of each; `same`: the id of the card that stands for it."""
    numbers = {card.id or 0: card.number for card in found}
    roots = {card: numbers.get(root, 0) for card, root in (same or {}).items()}
    return tuple(
        RowView(
            collect.shown_as(card, (lies or {}).get(card.id or 0, "")),
            card.late,
            same_as=roots.get(card.id or 0, 0),
            onward=card.onward,
        )
        for card in found[:LIST_MAX]
    )


def attention(session: Session, dialogue_id: int, opened: str) -> str:
    """The pile to open after a step: what lay open stays so, but a vote is shown when it begins and not after it."""
    activity = agenda.current(session, dialogues.get(session, dialogue_id))
    voting = activity is not None and activity.kind == "vote"
    return "" if voting or opened == BALLOT else opened


async def answer(request: Request, dialogue_id: int, opened: str) -> Response:
    """After a change: the regions for htmx, two figures for a program, the page again for everybody else."""
    if not (render.is_htmx(request) or render.wants_json(request)):
        return RedirectResponse(f"/desk/{dialogue_id}" + (f"?theme={quote(opened)}" if opened else ""), 303)
    shown = await place.of(request).read(view, dialogue_id, opened)
    if render.wants_json(request):
        return JSONResponse({"step": shown.now.id if shown.now else None, "seq": shown.pulse.seq})
    return render.page(request, "desk/_regions.html", view=shown)
