"""Ballots, as many at once as stand in line: read what they rest on, decide one by one, write only what differs.

The one who writes holds the rows it reads, so a budget cannot be overspent between reading and writing: on SQLite one
process writes at a time, on PostgreSQL the participants and the vote are locked until the commit.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from app import errors
from app.domain import receipts
from app.domain.participants import Me
from app.models import OPEN
from app.store import Transaction

AGREE, PASS, DISAGREE = 1, 0, -1
SPECTRUM = range(1, 8)  # seven steps from the first pole to the second
RANKED = 5  # places that can be given
PLACES = range(RANKED + 1)  # 0 takes one back
DOTS = 3  # of a vote that names no other number


class Ballot(NamedTuple):
    """What one person gives each card it names: dots 0-9, a stance 1, 0, -1, a step 1-7, or a place 1-5, 0 for none.

    `key` makes a repeat harmless.
    """

    me: Me
    activity_id: int
    values: dict[int, int]
    key: str


@dataclass(slots=True)
class _Vote:
    """A vote as it stands: who may give how much to which cards. No range means that it is not open.

    `skipped` is whether anybody has skipped it.
    """

    dialogue_id: int
    allowed: range | None
    dots: int
    skipped: bool
    options: set[int] = field(default_factory=set)


@dataclass(slots=True)
class _Box:
    """What the ballots rest on, and what they change."""

    votes: dict[int, _Vote]
    given: dict[tuple[int, int], dict[int, int]]  # dots: (activity, participant) to card to value
    known: dict[tuple[int, str], str]  # (participant, key) to digest
    abstained: set[tuple[int, int]]
    changed: dict[tuple[int, int, int], tuple[int, int]] = field(default_factory=dict)
    used: list[tuple[int, str, int, str, int]] = field(default_factory=list)
    back: set[tuple[int, int]] = field(default_factory=set)

    def take(self, ballot: Ballot) -> errors.Fact | None:
        """Count one ballot, whole or not at all. Returns why not."""
        me, activity_id = ballot.me, ballot.activity_id
        digest = receipts.digest(activity_id, sorted(ballot.values.items()))
        known = self.known.get((me.id, ballot.key))
        if known is not None:
            return None if known == digest else errors.KeyReused()
        vote = self.votes.get(activity_id)
        if vote is None or vote.dialogue_id != me.dialogue_id:
            return errors.NotFound()
        if vote.allowed is None:
            return errors.VotingClosed()
        if not all(value in vote.allowed for value in ballot.values.values()):
            return errors.NoDotsLeft() if vote.dots else errors.Unreadable()
        places = [value for value in ballot.values.values() if value]
        if vote.allowed == PLACES and not vote.dots and len(set(places)) < len(places):
            return errors.SamePlace()
        if not vote.options.issuperset(ballot.values):
            return errors.NotAnOption()
        changes = ballot.values
        if vote.dots:
            before = self.given.get((activity_id, me.id), {})
            after = before | ballot.values
            if sum(value for card, value in after.items() if card in vote.options) > vote.dots:
                return errors.NoDotsLeft()
            self.given[activity_id, me.id] = after
            changes = {card: value for card, value in changes.items() if before.get(card, 0) != value}
        for card, value in changes.items():
            self.changed[activity_id, me.id, card] = (me.dialogue_id, value)
        if (activity_id, me.id) in self.abstained:
            self.back.add((activity_id, me.id))
        self.known[me.id, ballot.key] = digest
        self.used.append((me.id, ballot.key, me.dialogue_id, digest, activity_id))
        return None


def cast(tx: Transaction, ballots: Sequence[Ballot]) -> list[errors.Fact | None]:
    """Count ballots in the order they came. Returns, for each, None or why it was refused: VotingClosed, NotAnOption,
    NoDotsLeft, NotFound, Unreadable or KeyReused. A repeat changes nothing."""
    tx.lock("participant", {ballot.me.id for ballot in ballots})
    box = _read(tx, ballots)
    outcome = [box.take(ballot) for ballot in ballots]
    _write(tx, box)
    for dialogue_id in {ballot.me.dialogue_id for ballot in ballots}:
        tx.touch(dialogue_id, "board", "desk")
    return outcome


def _read(tx: Transaction, ballots: Sequence[Ballot]) -> _Box:
    activities = sorted({(ballot.activity_id,) for ballot in ballots})
    votes = {
        number: _Vote(dialogue_id, *_allowed(packed, state == OPEN == dialogue_state), bool(skipped))
        for number, dialogue_id, state, packed, dialogue_state, skipped in tx.run(_VOTES, activities=activities)
    }
    for number, card in tx.run(_OPTIONS, activities=activities):
        if number in votes:
            votes[number].options.add(card)
    used = tx.run(_USED, keys=[(ballot.me.id, ballot.key) for ballot in ballots])
    box = _Box(votes, {}, {(person, key): digest for person, key, digest in used}, set())
    people = {(ballot.activity_id, ballot.me.id) for ballot in ballots if ballot.activity_id in votes}
    if counted := [pair for pair in people if votes[pair[0]].dots]:
        for number, person, card, value in tx.run(_GIVEN, people=counted):
            box.given.setdefault((number, person), {})[card] = value
    if skippers := [pair for pair in people if votes[pair[0]].skipped]:
        box.abstained = set(tx.run(_ABSTAINED, people=skippers))
    return box


def _allowed(packed: Any, is_open: bool) -> tuple[range | None, int]:
    """What a card may be given, and the budget; 0 for all but dots."""
    settings = json.loads(packed) if isinstance(packed, str) else packed
    dots = int(settings.get("dots", DOTS)) if settings.get("form", "dots") == "dots" else 0
    if not is_open:
        return None, dots
    if settings.get("form") == "spectrum":
        return SPECTRUM, 0
    if settings.get("form") == "rank":
        return PLACES, 0
    return (range(dots + 1) if dots else range(DISAGREE, AGREE + 1)), dots


def _write(tx: Transaction, box: _Box) -> None:
    if box.used:
        tx.run(_USE, used=box.used)
    if box.changed:
        tx.run(_SET, votes=[(*place, *what) for place, what in box.changed.items()])
    if box.back:
        tx.run(_BACK, people=sorted(box.back))


_VOTES = (
    "SELECT a.id, a.dialogue_id, a.state, a.settings, d.state,"
    " EXISTS (SELECT 1 FROM abstention b WHERE b.activity_id = a.id) FROM each(:activities) e"
    " JOIN activity a ON a.id = CAST(e.value ->> 0 AS INTEGER) JOIN dialogue d ON d.id = a.dialogue_id"
    " WHERE a.kind = 'vote' FOR SHARE OF a"
)
_OPTIONS = (
    'SELECT o.activity_id, o.card_id FROM each(:activities) e JOIN "option" o'
    " ON o.activity_id = CAST(e.value ->> 0 AS INTEGER) JOIN card c ON c.id = o.card_id"
    " WHERE o.position > 0 AND c.state = 'shown'"
)
_GIVEN = (
    "SELECT v.activity_id, v.participant_id, v.card_id, v.value FROM each(:people) e JOIN vote v"
    " ON v.activity_id = CAST(e.value ->> 0 AS INTEGER) AND v.participant_id = CAST(e.value ->> 1 AS INTEGER)"
)
_ABSTAINED = (
    "SELECT b.activity_id, b.participant_id FROM each(:people) e JOIN abstention b"
    " ON b.activity_id = CAST(e.value ->> 0 AS INTEGER) AND b.participant_id = CAST(e.value ->> 1 AS INTEGER)"
)
_USED = (
    "SELECT r.participant_id, r.key, r.digest FROM each(:keys) e JOIN receipt r"
    " ON r.participant_id = CAST(e.value ->> 0 AS INTEGER) AND r.key = e.value ->> 1"
)
_USE = (
    "INSERT INTO receipt (participant_id, key, dialogue_id, digest, answer_id)"
    " SELECT CAST(e.value ->> 0 AS INTEGER), e.value ->> 1, CAST(e.value ->> 2 AS INTEGER), e.value ->> 3,"
    " CAST(e.value ->> 4 AS INTEGER) FROM each(:used) e"
)
_SET = (
    "INSERT INTO vote (activity_id, participant_id, card_id, dialogue_id, value)"
    " SELECT CAST(e.value ->> 0 AS INTEGER), CAST(e.value ->> 1 AS INTEGER), CAST(e.value ->> 2 AS INTEGER),"
    " CAST(e.value ->> 3 AS INTEGER), CAST(e.value ->> 4 AS INTEGER) FROM each(:votes) e WHERE true"
    " ON CONFLICT (activity_id, participant_id, card_id) DO UPDATE SET value = excluded.value"
)
_BACK = (
    "DELETE FROM abstention WHERE (activity_id, participant_id) IN"
    " (SELECT CAST(e.value ->> 0 AS INTEGER), CAST(e.value ->> 1 AS INTEGER) FROM each(:people) e)"
)
