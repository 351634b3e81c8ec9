"""The run sheet: one step at a time is on, any step can be gone to, and going on never throws anything away."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from app import errors, language
from app.domain import dialogues, journal, themes, votes
from app.models import CLOSED, DRAFT, OPEN, SHOWN, Activity, Card, Dialogue, Placement, Theme, now
from app.settings import VOTE_OPTIONS_MAX
from app.store import Transaction

_FACES = ("board", "phones", "desk", "themes")


@dataclass(frozen=True, slots=True)
class StepView:
    """One step of the run sheet. `state` is done, now or later."""

    id: int
    position: int
    kind: str
    title: str
    prompt: str
    minutes: int
    planned: str
    state: str


def steps(session: Session, dialogue_id: int) -> list[Activity]:
    """All steps of the day in order."""
    rows = select(Activity).where(Activity.dialogue_id == dialogue_id, Activity.apart == "")
    return list(session.exec(rows.order_by(col(Activity.position))).all())


def outside(session: Session, dialogue_id: int) -> list[Activity]:
    """Steps that stand apart from the day, open for days by a link of their own: those before it first."""
    rows = select(Activity).where(Activity.dialogue_id == dialogue_id, Activity.apart != "")
    return list(session.exec(rows.order_by(col(Activity.apart).desc(), col(Activity.position))).all())


def view(session: Session, dialogue: Dialogue) -> list[StepView]:
    """The run sheet as everybody sees it: what is done, what is on, what comes."""
    rows = steps(session, dialogue.id or 0)
    at = next((row.position for row in rows if row.id == dialogue.activity_id), 0)
    return [
        StepView(
            id=row.id or 0,
            position=row.position,
            kind=row.kind,
            title=title(row),
            prompt=prompt(row, dialogue),
            minutes=row.minutes + row.extra_minutes,
            planned=row.planned,
            state="now" if row.id == dialogue.activity_id else "done" if row.position < at else "later",
        )
        for row in rows
    ]


def title(activity: Activity) -> str:
    """The short name of a step in the current language, or in the other where one is missing."""
    own, other = activity.title_da, activity.title_en
    return (own or other) if language.current() == "da" else (other or own)


def prompt(activity: Activity, dialogue: Dialogue) -> str:
    """The question of a step in the current language, with the organiser's {fields} filled in."""
    own, other = activity.prompt_da, activity.prompt_en
    text = (own or other) if language.current() == "da" else (other or own)
    for name, value in dialogue.fields.items():
        text = text.replace("{" + name + "}", value)
    return text


def current(session: Session, dialogue: Dialogue) -> Activity | None:
    """The step the room is on, if the dialogue has begun."""
    return session.get(Activity, dialogue.activity_id) if dialogue.activity_id is not None else None


def begin(tx: Transaction, dialogue_id: int) -> None:
    """Start the dialogue on its first step. Raises NotReady while something required is missing."""
    dialogue = dialogues.get(tx.session, dialogue_id)
    if dialogue.state == CLOSED:
        raise errors.DialogueClosed
    gaps = dialogues.missing(tx.session, dialogue)
    if gaps:
        raise errors.NotReady(missing=" ".join(gaps))
    first = next(iter(steps(tx.session, dialogue_id)), None)
    if dialogue.state == DRAFT and first is not None:
        act = journal.Act(tx, dialogue_id, "begin")
        act.change(dialogue, state=OPEN, started_at=now())
        _open(tx, act, dialogue, first)
        act.done()
        tx.touch(dialogue_id, *_FACES)


def go(tx: Transaction, dialogue_id: int, activity_id: int) -> None:
    """Go to a step, forwards or back; the one that was on is closed. A vote gets its cards. Raises NotOpenYet."""
    dialogue = dialogues.get(tx.session, dialogue_id)
    if dialogue.state != OPEN:
        raise errors.NotOpenYet if dialogue.state == DRAFT else errors.DialogueClosed
    target = tx.session.get(Activity, activity_id)
    if target is None or target.dialogue_id != dialogue_id:
        raise errors.NotFound
    act = journal.Act(tx, dialogue_id, "step")
    left = current(tx.session, dialogue)
    if left is not None and left.id != target.id and left.state == OPEN:
        act.change(left, state=CLOSED, closed_at=now(), revealed=True)
    _open(tx, act, dialogue, target)
    act.done()
    tx.touch(dialogue_id, *_FACES)


def _open(tx: Transaction, act: journal.Act, dialogue: Dialogue, activity: Activity) -> None:
    if activity.kind == "vote":
        votes.prepare(tx, act, activity, _candidates(tx.session, activity))
        act.change(activity, revealed=False)
    act.change(activity, state=OPEN, opened_at=activity.opened_at or now(), closed_at=None)
    act.change(dialogue, activity_id=activity.id, board_view="auto")


def _candidates(session: Session, vote: Activity) -> list[int]:
    """Cards to vote on when nobody has chosen: of the kinds asked for, in turn from each theme, oldest first."""
    wanted = vote.settings.get("kinds") or []
    rows = select(Card, Placement.theme_id).where(Card.dialogue_id == vote.dialogue_id, Card.state == SHOWN)
    if wanted:
        rows = rows.where(col(Card.kind).in_(wanted))
    rows = rows.join(Placement, col(Placement.card_id) == col(Card.id), isouter=True).where(themes.stands_alone())
    rows = rows.join(Theme, col(Theme.id) == col(Placement.theme_id), isouter=True).order_by(col(Card.number))
    piles: dict[int, list[int]] = {}
    for card, theme_id in session.exec(rows).all():
        piles.setdefault(theme_id or 0, []).append(card.id or 0)
    in_turn: list[int] = []
    queues = sorted(piles.values(), key=lambda pile: (-len(pile), pile[0]))
    while queues and len(in_turn) < VOTE_OPTIONS_MAX:
        in_turn += [pile.pop(0) for pile in queues]
        queues = [pile for pile in queues if pile]
    return in_turn[:VOTE_OPTIONS_MAX]


def reveal(tx: Transaction, dialogue_id: int, activity_id: int, on: bool) -> None:
    """End the silence of a collect early, or bring it back."""
    activity = tx.session.get(Activity, activity_id)
    if activity is None or activity.dialogue_id != dialogue_id or activity.kind != "collect":
        raise errors.NotFound
    act = journal.Act(tx, dialogue_id, "reveal" if on else "silence")
    act.change(activity, revealed=on)
    act.done()
    tx.touch(dialogue_id, *_FACES)


def extend(tx: Transaction, dialogue_id: int, activity_id: int, minutes: int) -> None:
    """Give the step more time; the timer never ends anything by itself."""
    activity = tx.session.get(Activity, activity_id)
    if activity is None or activity.dialogue_id != dialogue_id:
        raise errors.NotFound
    act = journal.Act(tx, dialogue_id, "extend")
    act.change(activity, extra_minutes=min(activity.extra_minutes + minutes, 600))
    act.done()
    tx.touch(dialogue_id, "board", "phones", "desk")


def end(tx: Transaction, dialogue_id: int) -> None:
    """End the dialogue; the summary stays. Undo opens it again. Raises NotOpenYet; a repeat changes nothing."""
    dialogue = dialogues.get(tx.session, dialogue_id)
    if dialogue.state == DRAFT:
        raise errors.NotOpenYet
    if dialogue.state == CLOSED:
        return
    act = journal.Act(tx, dialogue_id, "end")
    left = current(tx.session, dialogue)
    if left is not None and left.state == OPEN:
        act.change(left, state=CLOSED, closed_at=now(), revealed=True)
    act.change(dialogue, state=CLOSED, closed_at=now())
    act.done()
    tx.touch(dialogue_id, *_FACES)


def silent_until(activity: Activity) -> datetime | None:
    """When a collect's silent minutes end, or None when it has none left to keep."""
    minutes = int(activity.settings.get("silent_minutes", 0))
    silent = activity.kind == "collect" and activity.state == OPEN and not activity.revealed and minutes > 0
    if not silent or activity.opened_at is None:
        return None
    until = activity.opened_at + timedelta(minutes=minutes)
    return until if until > now() else None


def ends_at(activity: Activity) -> datetime | None:
    """When the step's time is up, if it is on. Nothing happens by itself then."""
    if activity.opened_at is None or activity.state != OPEN:
        return None
    return activity.opened_at + timedelta(minutes=activity.minutes + activity.extra_minutes)
