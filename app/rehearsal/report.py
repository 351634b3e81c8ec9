"""What happened, counted from what each phone was answered, and compared with the summary at the end.

Nothing is estimated: what cannot be known, such as lost cards without the summary, is null and the report says why.
"""

import csv
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from io import StringIO
from math import ceil


@dataclass(slots=True)
class Sending:
    """One card under its client key. Times are monotonic seconds; `number` is what the answer named."""

    sent_at: float
    answered_at: float | None = None
    number: int = 0


@dataclass(slots=True)
class Ballot:
    """One ballot under its client key. `values` maps the number of each option to what it was given."""

    person: str
    activity: str
    values: dict[int, int]
    answered: bool = False


@dataclass(slots=True)
class Ledger:
    """Everything the phones, the facilitator and the board saw."""

    cards: dict[str, Sending] = field(default_factory=dict)
    ballots: dict[str, Ballot] = field(default_factory=dict)
    taps: dict[str, bool] = field(default_factory=dict)  # key to whether it was answered
    tapped: set[tuple[str, str, str]] = field(default_factory=set)  # person, sorting and card of those that were
    taps_before: int = 0
    answers: dict[str, bool] = field(default_factory=dict)  # the same, of answers to statements
    refused: Counter[str] = field(default_factory=Counter)
    closed: set[str] = field(default_factory=set)
    steps: set[str] = field(default_factory=set)
    frames: list[tuple[int, float]] = field(default_factory=list)
    joined: int = 0
    over_socket: int = 0
    retries: int = 0
    reconnects: int = 0
    returned: int = 0
    rescanned: int = 0
    masked: int = 0
    dots_before: dict[int, int] = field(default_factory=dict)

    def framed(self, newest: int, at: float) -> None:
        """The board showed a picture that counts every card up to `newest`; only the first such picture is kept."""
        if not self.frames or newest > self.frames[-1][0]:
            self.frames.append((newest, at))

    def acknowledged(self) -> set[str]:
        """The client keys that were answered."""
        return {key for key, sending in self.cards.items() if sending.answered_at is not None}


@dataclass(frozen=True, slots=True)
class Course:
    """How the play went as a whole: cards nobody was asked for, seconds, whether it came to its end, and why not."""

    participants: int
    unsent: int
    seconds: float
    finished: bool
    why: list[str]


@dataclass(frozen=True, slots=True)
class Times:
    """Milliseconds. Percentiles by nearest rank, so each is a time that was measured."""

    p50: float
    p95: float
    p99: float
    max: float


@dataclass(frozen=True, slots=True)
class Report:
    """The result of a rehearsal. docs/protocol.md says what each figure counts."""

    participants: int
    joined: int
    sent: int
    acknowledged: int
    lost: int | None
    doubled: int | None
    unsent: int
    masked: int
    votes_sent: int
    votes_acknowledged: int
    votes_lost: int | None
    votes_doubled: int | None
    taps_sent: int
    taps_acknowledged: int
    taps_lost: int | None
    taps_doubled: int | None
    answers_sent: int
    answers_acknowledged: int
    refused: dict[str, int]
    over_socket: int
    retries: int
    reconnects: int
    returned: int
    rescanned: int
    submit_to_answer_ms: Times | None
    submit_to_board_ms: Times | None
    steps: int
    seconds: float
    wall: dict[str, int] | None
    finished: bool
    why: list[str]

    @property
    def good(self) -> bool:
        """Whether everything that was answered is known to stand in the summary once."""
        return self.complete and self.lost == self.doubled == 0

    @property
    def complete(self) -> bool:
        """Whether it came to its end, everybody could join, and every card sent was acknowledged."""
        return self.finished and self.joined == self.participants and self.acknowledged == self.sent

    def document(self) -> dict[str, object]:
        """The report as it is printed with --json."""
        return asdict(self)


def times(seconds: Iterable[float]) -> Times | None:
    """Percentiles of some times, or None where nothing was measured."""
    sorted_ms = sorted(each * 1000 for each in seconds)
    if not sorted_ms:
        return None

    def rank(share: float) -> float:
        return round(sorted_ms[max(0, ceil(share * len(sorted_ms)) - 1)], 1)

    return Times(rank(0.50), rank(0.95), rank(0.99), rank(1.0))


def to_answer(ledger: Ledger) -> list[float]:
    """Seconds from sending each card to its answer."""
    return [
        sending.answered_at - sending.sent_at for sending in ledger.cards.values() if sending.answered_at is not None
    ]


def to_board(ledger: Ledger) -> list[float]:
    """Seconds from sending each acknowledged card to the first board picture that counts it."""
    newest = [number for number, _ in ledger.frames]
    found = []
    for sending in ledger.cards.values():
        index = bisect_left(newest, sending.number)
        if sending.answered_at is not None and index < len(newest):
            found.append(max(0.0, ledger.frames[index][1] - sending.sent_at))
    return found


def rows(summary: bytes) -> list[dict[str, str]]:
    """The rows of a summary CSV, with either delimiter."""
    text = summary.decode("utf-8-sig")
    delimiter = ";" if ";" in text.partition("\n")[0] else ","
    return list(csv.DictReader(StringIO(text, newline=""), delimiter=delimiter))


def keys(found: Iterable[Mapping[str, str]]) -> Counter[str]:
    """How often each client key stands in the summary. A ' in front keeps a spreadsheet from calculating a key."""
    return Counter(row["key"].removeprefix("'") for row in found)


def dots(found: Iterable[Mapping[str, str]]) -> dict[int, int]:
    """What each card got in closed votes, by its number; a card in no closed vote is not in it."""
    return {int(row["number"]): int(row["dots"].removeprefix("'")) for row in found if row["dots"]}


def taps(found: Iterable[Mapping[str, str]]) -> int:
    """How often people said where cards belong, over all cards."""
    return sum(int(row["taps"]) for row in found if row.get("taps"))


def expected_dots(ledger: Ledger) -> dict[int, int]:
    """What each option of a closed vote must have got from our people: each one's last acknowledged ballot."""
    last = {(ballot.person, ballot.activity): ballot for ballot in ledger.ballots.values() if ballot.answered}
    total: Counter[int] = Counter()
    for (_, activity), ballot in last.items():
        if activity in ledger.closed:
            total.update(ballot.values)
    return dict(total)


def missing_dots(ledger: Ledger, found: list[dict[str, str]]) -> tuple[int, int]:
    """Dots that are missing from the summary, and dots that are there too often, over all options of closed votes."""
    now, lost, doubled = dots(found), 0, 0
    for number, wanted in expected_dots(ledger).items():
        got = now.get(number, 0) - ledger.dots_before.get(number, 0)
        lost += max(0, wanted - got)
        doubled += max(0, got - wanted)
    return lost, doubled


def build(ledger: Ledger, course: Course, summary: bytes | None) -> Report:
    """The report. `summary` is the CSV of the end, or None where there was no way to read it."""
    lost = doubled = votes_lost = votes_doubled = taps_lost = taps_doubled = None
    if summary is not None:
        found = rows(summary)
        there, ours = keys(found), ledger.acknowledged()
        lost = sum(1 for key in ours if key not in there)
        doubled = sum(1 for key in ledger.cards if there[key] > 1)
        votes_lost, votes_doubled = missing_dots(ledger, found)
        more = taps(found) - ledger.taps_before - len(ledger.tapped)
        taps_lost, taps_doubled = max(0, -more), max(0, more)
    return Report(
        participants=course.participants,
        joined=ledger.joined,
        sent=len(ledger.cards),
        acknowledged=len(ledger.acknowledged()),
        lost=lost,
        doubled=doubled,
        unsent=course.unsent,
        masked=ledger.masked,
        votes_sent=len(ledger.ballots),
        votes_acknowledged=sum(ballot.answered for ballot in ledger.ballots.values()),
        votes_lost=votes_lost,
        votes_doubled=votes_doubled,
        taps_sent=len(ledger.taps),
        taps_acknowledged=sum(ledger.taps.values()),
        taps_lost=taps_lost,
        taps_doubled=taps_doubled,
        answers_sent=len(ledger.answers),
        answers_acknowledged=sum(ledger.answers.values()),
        refused=dict(sorted(ledger.refused.items())),
        over_socket=ledger.over_socket,
        retries=ledger.retries,
        reconnects=ledger.reconnects,
        returned=ledger.returned,
        rescanned=ledger.rescanned,
        submit_to_answer_ms=times(to_answer(ledger)),
        submit_to_board_ms=times(to_board(ledger)),
        steps=len(ledger.steps),
        seconds=round(course.seconds, 1),
        wall={"frames": len(ledger.frames), "newest": ledger.frames[-1][0]} if ledger.frames else None,
        finished=course.finished,
        why=course.why,
    )


def table(report: Report) -> str:
    """The report for people."""
    lines = []
    for name, value in report.document().items():
        shown = "not known" if value is None else value
        if isinstance(value, dict):
            shown = ", ".join(f"{key} {each}" for key, each in value.items()) or "none"
        if isinstance(value, list):
            shown = " ".join(value) or "-"
        lines.append(f"{name.replace('_', ' '):22}{shown}")
    return "\n".join(lines)
