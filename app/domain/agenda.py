"""The run sheet: one step at a time is on, any step can be gone to, and going on never throws anything away."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from app import errors, language
from app.domain import dialogues, journal, themes, votes
from app.language import N_
from app.models import CLOSED, DRAFT, OPEN, SHOWN, Activity, Card, Dialogue, Placement, Theme, now
from app.settings import VOTE_OPTIONS_MAX
from app.store import Transaction

BREAK_ENDS = "{tid}"  # in a prompt: the time by the clock, which fills itself in
DELAY_MOST = 600  # minutes
SHORTEST = 5  # minutes a step is left when it is shortened
_FACES = ("board", "phones", "desk", "themes")
_CUES = {  # why, how, and what to do when phones fail
    "collect": (
        N_("Everybody writes at once, also those who do not speak up."),
        N_("First silence. Then people talk two and two. Last, look at the board together."),
        N_("Write on paper cards, and read them aloud."),
    ),
    "sort": (
        N_("The headings become the room's own."),
        N_("Each phone gets a few cards. Look first at those people disagree on."),
        N_("Sort on the wall with tape."),
    ),
    "vote": (
        N_("Everybody decides as much as everybody else, and nobody sees how it goes."),
        N_("Read the cards aloud. Close the vote when most have voted."),
        N_("Vote with coloured cards, held up with eyes shut."),
    ),
    "assess": (
        N_("You see the same thing from several sides."),
        N_("Say that “don't know” is an answer. Close it when most have answered."),
        N_("Answer on a half sheet of paper."),
    ),
    "present": (
        N_("Everybody knows what happens now, and why."),
        N_("Say it aloud, also what stands on the board."),
        N_("Skip it, and say the main thing in one sentence."),
    ),
}


@dataclass(frozen=True, slots=True)
class CueView:
    """What helps whoever stands there: why the step, how it is done, who does it, and what to do when it fails."""

    why: str
    how: str
    who: str
    plan_b: str


@dataclass(frozen=True, slots=True)
class StepView:
    """One step of the run sheet. `state` is done, now, later or skipped; `planned` is moved by the day's delay."""

    id: int
    position: int
    kind: str
    title: str
    prompt: str
    minutes: int
    planned: str
    state: str
    cue: CueView


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
    shifts = _shifts(rows, at, dialogue.delay)
    return [
        StepView(
            id=row.id or 0,
            position=row.position,
            kind=row.kind,
            title=title(row),
            prompt=prompt(row, dialogue),
            minutes=row.minutes + row.extra_minutes,
            planned=_later(row.planned, shifts.get(row.position, 0)),
            state=_state(row, dialogue, at),
            cue=cue(row),
        )
        for row in rows
    ]


def _state(row: Activity, dialogue: Dialogue, at: int) -> str:
    if row.id == dialogue.activity_id:
        return "now"
    if row.skipped:
        return "skipped"
    return "done" if row.position < at else "later"


def _shifts(rows: list[Activity], at: int, delay: int) -> dict[int, int]:
    """How many minutes later than planned each step after the one at position `at` begins."""
    shifts = {}
    for row in rows:
        if row.position > at:
            shifts[row.position] = delay
            delay += -row.minutes if row.skipped else row.extra_minutes
    return shifts


def _later(planned: str, minutes: int) -> str:
    """A time of day so many minutes later, still of the same day."""
    if not minutes or not planned:
        return planned
    hours, rest = map(int, planned.split(":"))
    total = max(0, min(24 * 60 - 1, hours * 60 + rest + minutes))
    return f"{total // 60:02}:{total % 60:02}"


def cue(activity: Activity) -> CueView:
    """The organiser's own cues, or what holds for every step of its kind."""
    own = activity.cue
    why, how, plan_b = _CUES[activity.kind]
    return CueView(
        why=own.get("why", "") or language.gettext(why),
        how=own.get("how", "") or language.gettext(how),
        who=own.get("who", ""),
        plan_b=own.get("plan_b", "") or language.gettext(plan_b),
    )


def title(activity: Activity) -> str:
    """The short name of a step in the current language, or in the other where one is missing."""
    own, other = activity.title_da, activity.title_en
    name = (own or other) if language.current() == "da" else (other or own)
    number = activity.settings.get("round")
    return language.gettext("%(step)s, round %(number)d") % {"step": name, "number": number} if number else name


def asked(activity: Activity) -> str:
    """The question of a step in the current language, with its {fields} as they stand."""
    own, other = activity.prompt_da, activity.prompt_en
    return (own or other) if language.current() == "da" else (other or own)


def prompt(activity: Activity, dialogue: Dialogue) -> str:
    """The question of a step in the current language, with the organiser's {fields} filled in."""
    text = asked(activity)
    for name, value in dialogue.fields.items():
        text = text.replace("{" + name + "}", value)
    return text.replace(BREAK_ENDS, _ends_clock(activity, dialogue)) if BREAK_ENDS in text else text


def _ends_clock(activity: Activity, dialogue: Dialogue) -> str:
    """When the step ends by the clock on the wall: counted from its opening, or from the plan and the day's delay."""
    minutes = activity.minutes + activity.extra_minutes
    if activity.opened_at is not None:
        ends = (activity.opened_at + timedelta(minutes=minutes)).astimezone(language.ZONE)
        clock = f"{ends.hour}:{ends.minute:02}"
    else:
        clock = _later(activity.planned, minutes + dialogue.delay).lstrip("0")
    return clock.replace(":", ".") if language.current() == "da" else clock


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
    act.change(activity, state=OPEN, opened_at=activity.opened_at or now(), closed_at=None, skipped=False)
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


def delay(tx: Transaction, dialogue_id: int, minutes: int) -> None:
    """Everything after this step comes so many minutes later, or sooner. Raises Unreadable past ten hours."""
    dialogue = dialogues.get(tx.session, dialogue_id)
    if abs(dialogue.delay + minutes) > DELAY_MOST:
        raise errors.Unreadable
    act = journal.Act(tx, dialogue_id, "delay")
    act.change(dialogue, delay=dialogue.delay + minutes)
    act.done()
    tx.touch(dialogue_id, "board", "phones", "desk")


def shorten(tx: Transaction, dialogue_id: int, activity_id: int) -> None:
    """Take the day's delay off a step to come, as far as five minutes are left of it. Raises NotFound."""
    dialogue = dialogues.get(tx.session, dialogue_id)
    activity = tx.session.get(Activity, activity_id)
    if activity is None or activity.dialogue_id != dialogue_id:
        raise errors.NotFound
    off = max(0, min(dialogue.delay, activity.minutes + activity.extra_minutes - SHORTEST))
    act = journal.Act(tx, dialogue_id, "shorten")
    act.change(activity, extra_minutes=activity.extra_minutes - off)
    act.done()
    tx.touch(dialogue_id, "board", "phones", "desk")


def to_shorten(session: Session, dialogue: Dialogue) -> Activity | None:
    """The step to come that can best give the delay back: the longest, but no break or meal, or None."""
    if dialogue.delay <= 0:
        return None
    rows = steps(session, dialogue.id or 0)
    at = next((place for place, row in enumerate(rows, start=1) if row.id == dialogue.activity_id), 0)
    given = sum(row.extra_minutes for row in rows[at:])
    able = [
        row
        for row in rows[at:]
        if not row.skipped and row.kind != "present" and row.minutes + row.extra_minutes > SHORTEST
    ]
    if dialogue.delay + given <= 0 or not able:
        return None
    return max(able, key=lambda row: (row.minutes + row.extra_minutes, -row.position))


def skip(tx: Transaction, dialogue_id: int, activity_id: int, on: bool) -> None:
    """Leave a step out, or take it in again; going to it takes it in too. Raises NotFound."""
    activity = tx.session.get(Activity, activity_id)
    if activity is None or activity.dialogue_id != dialogue_id:
        raise errors.NotFound
    act = journal.Act(tx, dialogue_id, "skip" if on else "unskip")
    act.change(activity, skipped=on)
    act.done()
    tx.touch(dialogue_id, "board", "phones", "desk")


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
