"""Votes on cards: dots with a budget, or a stance. Set, never toggled; counted from rows; hidden until closed."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from app import errors
from app.domain import ballots, journal, participants
from app.domain.ballots import DOTS, Ballot
from app.domain.participants import Me
from app.models import CLOSED, OPEN, SHOWN, Abstention, Activity, Card, Option, Participant, Perspective, Vote, now
from app.settings import VOTE_OPTIONS_MAX
from app.store import Transaction


@dataclass(frozen=True, slots=True)
class ResultView:
    """One card in the result, best first. For dots `voters` is people with at least one dot, `total` all dots.

    For a rank `total` is points for places. For a stance `voters` is who agreed, on a spectrum who said where.
    `by_perspective` maps a perspective's position to the share (0-1) of its voters, only for groups that can be shown
    alone.
    """

    card: Card
    total: int
    voters: int
    against: int
    passed: int
    by_perspective: dict[int, float]
    before: int | None = None  # what it got in the round before, counted likewise: who agreed, or all points


@dataclass(frozen=True, slots=True)
class TallyView:
    """A whole vote: who took part, and the results, which are empty while the vote is open."""

    here: int
    voted: int
    abstained: int
    results: tuple[ResultView, ...]


def budget(activity: Activity) -> int:
    """Dots per person; 0 for a stance."""
    return int(activity.settings.get("dots", DOTS)) if form(activity) == "dots" else 0


def form(activity: Activity) -> str:
    """ "dots", "stance", "spectrum" or "rank"."""
    return str(activity.settings.get("form", "dots"))


def options(session: Session, activity_id: int) -> list[Card]:
    """The cards put to the vote, in the facilitator's order; hidden and withdrawn ones left out."""
    rows = (
        select(Card)
        .join(Option, col(Option.card_id) == col(Card.id))
        .where(Option.activity_id == activity_id, Option.position > 0, Card.state == SHOWN)
    )
    return list(session.exec(rows.order_by(col(Option.position))).all())


def begun(session: Session, activity_id: int) -> bool:
    """Whether somebody has voted; from then on the cards in the vote stay."""
    return session.exec(select(Vote).where(Vote.activity_id == activity_id).limit(1)).first() is not None


def choose(tx: Transaction, activity: Activity, card_ids: list[int], on: bool) -> None:
    """Put cards to the vote or take them out. Raises OptionsLocked once somebody voted, TooManyOptions past twelve."""
    if not card_ids:
        raise errors.NothingChosen
    if begun(tx.session, activity.id or 0):
        raise errors.OptionsLocked
    places = {row.card_id: row.position for row in _rows(tx.session, activity.id or 0) if row.position > 0}
    act = journal.Act(tx, activity.dialogue_id, "choose" if on else "unchoose")
    for card_id in dict.fromkeys(card_ids):
        card = tx.session.get(Card, card_id)
        if card is None or card.dialogue_id != activity.dialogue_id or (on and card.state != SHOWN):
            raise errors.NotAnOption
        if on:
            places.setdefault(card_id, max(places.values(), default=0) + 1)
        elif places.pop(card_id, None) is None:
            continue
        _put(tx, act, activity, card_id, places.get(card_id, 0))
    if len(places) > VOTE_OPTIONS_MAX:
        raise errors.TooManyOptions(limit=VOTE_OPTIONS_MAX)
    act.done()
    tx.touch(activity.dialogue_id, "board", "phones", "desk")


def _rows(session: Session, activity_id: int) -> list[Option]:
    return list(session.exec(select(Option).where(Option.activity_id == activity_id)).all())


def _put(tx: Transaction, act: journal.Act, activity: Activity, card_id: int, position: int) -> None:
    option = tx.session.exec(select(Option).where(Option.activity_id == activity.id, Option.card_id == card_id)).first()
    if option is None:
        option = Option(dialogue_id=activity.dialogue_id, activity_id=activity.id or 0, card_id=card_id, position=0)
        tx.session.add(option)
        tx.session.flush()
    act.change(option, position=position)


def prepare(tx: Transaction, act: journal.Act, activity: Activity, card_ids: list[int]) -> None:
    """Fill a vote that has no options yet with these cards, at most twelve."""
    if any(row.position > 0 for row in _rows(tx.session, activity.id or 0)):
        return
    for position, card_id in enumerate(card_ids[:VOTE_OPTIONS_MAX], start=1):
        _put(tx, act, activity, card_id, position)


def cast(tx: Transaction, me: Me, activity_id: int, values: dict[int, int], key: str) -> None:
    """Set what a participant gives each card named in `values`. All or nothing; a repeat changes nothing.

    Raises what `ballots.cast` names, which takes many at once.
    """
    [refused] = ballots.cast(tx, [Ballot(me, activity_id, values, key)])
    if refused is not None:
        raise refused


def _must_be_open(tx: Transaction, dialogue_id: int, activity_id: int) -> None:
    """Raises NotFound or VotingClosed."""
    found = tx.run(
        "SELECT a.state, d.state FROM activity a JOIN dialogue d ON d.id = a.dialogue_id"
        " WHERE a.id = :activity AND d.id = :dialogue AND a.kind = 'vote' FOR SHARE OF a",
        activity=activity_id,
        dialogue=dialogue_id,
    )
    if not found:
        raise errors.NotFound
    if found[0] != (OPEN, OPEN):
        raise errors.VotingClosed


def abstain(tx: Transaction, me: Me, activity_id: int) -> None:
    """Skip the whole vote; what was given before is taken back. Raises VotingClosed."""
    _must_be_open(tx, me.dialogue_id, activity_id)
    tx.run(
        "DELETE FROM vote WHERE activity_id = :activity AND participant_id = :participant",
        activity=activity_id,
        participant=me.id,
    )
    tx.run(
        "INSERT INTO abstention (activity_id, participant_id, dialogue_id) VALUES (:activity, :participant, :dialogue)"
        " ON CONFLICT (activity_id, participant_id) DO NOTHING",
        activity=activity_id,
        participant=me.id,
        dialogue=me.dialogue_id,
    )
    tx.touch(me.dialogue_id, "board", "desk")


def given(session: Session, me: Me, activity_id: int) -> dict[int, int]:
    """What I gave, card by card."""
    rows = select(Vote).where(Vote.activity_id == activity_id, Vote.participant_id == me.id)
    return {vote.card_id: vote.value for vote in session.exec(rows).all()}


def abstained(session: Session, me: Me, activity_id: int) -> bool:
    return session.get(Abstention, (activity_id, me.id)) is not None


def close(tx: Transaction, activity: Activity, at: datetime | None = None) -> None:
    """End an open vote and show the result; undo opens it again. A repeat changes nothing."""
    if activity.state != OPEN:
        return
    act = journal.Act(tx, activity.dialogue_id, "close_vote")
    act.change(activity, state=CLOSED, closed_at=at or now(), revealed=True)
    act.done()
    tx.touch(activity.dialogue_id, "board", "phones", "desk")


def reopen(tx: Transaction, activity: Activity) -> None:
    """Let people vote again in a closed vote; the result is hidden meanwhile."""
    if activity.state != CLOSED:
        return
    act = journal.Act(tx, activity.dialogue_id, "reopen_vote")
    act.change(activity, state=OPEN, closed_at=None, revealed=False)
    act.done()
    tx.touch(activity.dialogue_id, "board", "phones", "desk")


def tally(session: Session, activity: Activity) -> TallyView:
    """Count a vote from its rows. Results only once it is closed and shown; equal cards stand in card order."""
    activity_id = activity.id or 0
    voters = select(Vote.participant_id).where(Vote.activity_id == activity_id)
    if form(activity) in ("dots", "rank"):
        voters = voters.where(Vote.value > 0)
    voted = select(func.count(func.distinct(voters.subquery().c.participant_id)))
    skipped = select(func.count()).select_from(Abstention).where(Abstention.activity_id == activity_id)
    counts = (participants.counting(activity.dialogue_id), voted, skipped)
    here, cast, abstained = session.exec(select(*(count.scalar_subquery() for count in counts))).one()
    shown = activity.revealed and activity.state != OPEN
    poles = form(activity) == "spectrum"  # counted by `profiles.leaning`
    results = _results(session, activity) if shown and not poles else ()
    return TallyView(here, cast, abstained, results)


def weight(form_: str, value: int) -> int:
    """What a value adds to a card's total: a first place counts five, a fifth one; everything else counts itself."""
    return ballots.RANKED + 1 - value if form_ == "rank" else value


def _before(session: Session, activity: Activity) -> dict[int | None, int]:
    """Card -> what it got in the round before; empty for a first round."""
    row = session.get(Activity, activity.round_of) if activity.round_of is not None else None
    if row is None or row.dialogue_id != activity.dialogue_id:
        return {}
    stance = form(row) == "stance"
    return {each.card.id: each.voters if stance else each.total for each in _results(session, row)}


def _results(session: Session, activity: Activity) -> tuple[ResultView, ...]:
    rows = session.exec(
        select(Vote.card_id, Vote.value, Perspective.position)
        .join(Participant, col(Participant.id) == col(Vote.participant_id))
        .join(Perspective, col(Perspective.id) == col(Participant.perspective_id))
        .where(Vote.activity_id == activity.id)
    ).all()
    before = _before(session, activity)
    electorate = participants.sizes(session, activity.dialogue_id)
    alone = participants.shown_alone(electorate)
    views = []
    for card in options(session, activity.id or 0):
        own = [(value, position) for card_id, value, position in rows if card_id == card.id]
        views.append(
            ResultView(
                card=card,
                total=sum(weight(form(activity), value) for value, _ in own if value > 0),
                voters=sum(1 for value, _ in own if value > 0),
                against=sum(1 for value, _ in own if value < 0),
                passed=sum(1 for value, _ in own if value == 0) if form(activity) == "stance" else 0,
                by_perspective={
                    position: sum(1 for value, at in own if at == position and value > 0) / electorate[position]
                    for position in sorted(alone)
                },
                before=before.get(card.id),
            )
        )
    return tuple(sorted(views, key=lambda view: (-view.total, -view.voters, view.card.number)))
