"""A dialogue for the tests of the documents: people, cards, themes and votes, made with the product's own verbs."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from sqlmodel import Session, SQLModel, select

from app.domain import agenda, cards, dialogues, participants, themes, votes
from app.domain.participants import Me
from app.models import Activity, Card, now
from app.store import Writer, reading, writing

MANDATE = {
    "mandate_open": "Hvordan vi inddrager borgerne.",
    "mandate_fixed": "Budgettet for 2027.",
    "mandate_decides": "Byrådet, efter indstilling fra udvalget.",
    "mandate_hear_back": "I hører fra os igen 16. juli.",
    "mandate_stored": "Kort og roller, uden navne.",
}
HOSTILE = (
    '=HYPERLINK("http://evil.example","klik")',
    "+45 12 34 56 78",
    "-1+1",
    "@SUM(A1:A9)",
    "＝1+1",
    "'=1+1",
    "<script>alert(1)</script> <b>fed</b> &copy;",
    "# Overskrift\n- punkt\n1. et\n===",
    "[klik](http://evil.example) ![x](http://evil.example/x.png)",
    "*fed* _skrå_ `kode` ~~væk~~ $x$",
    '#read("/etc/passwd") #panic() $ sum_1 $ @label <label>',
    "se www.evil.example og http://evil.example/a?b=c",
    '"citat"; med, skilletegn\tog | rør \\ skråstreg',
    "a" * 280,
    "אבג דהו hej",
    "hej 😊 👍🏽 你好",
)
PLAIN = (
    "Tid til at mødes",
    "Afstem forventninger tidligt",
    "Inviter ikke. Bank på.",
    "Lær folk at lytte, før de løser",
    "På kanten af æ, ø og å",
)


@dataclass
class Room:
    """A dialogue with its writer; `people` in joining order."""

    writer: Writer
    url: str
    id: int
    people: list[Me] = field(default_factory=list)

    @contextmanager
    def reader(self) -> Iterator[Session]:
        engine = reading(self.url)
        with Session(engine) as session:
            yield session
        engine.dispose()

    def steps(self) -> list[Activity]:
        with self.reader() as session:
            return agenda.steps(session, self.id)

    def card(self, number: int) -> Card:
        with self.reader() as session:
            return session.exec(select(Card).where(Card.dialogue_id == self.id, Card.number == number)).one()

    def step(self, title: str) -> int:
        return next(step.id for step in self.steps() if step.title_da == title) or 0

    def prepare(self, **changes: object) -> None:
        wanted = {
            "title": "Samskabelse på den gode måde",
            "languages": "da,en",
            "event_date": now().date(),
            "delete_on": now().date() + timedelta(days=90),
            "mandate": MANDATE,
            "fields": {"tid": "12.40", "time": "12:40"},
            "perspectives": (("Medarbejder", "Employee"), ("Borger", "Citizen"), ("Leder", "Manager")),
        }
        self.writer.change_now(dialogues.prepare, self.id, dialogues.Preparation(**wanted | changes))  # type: ignore[arg-type]

    def join(self, perspective: str, count: int) -> None:
        for _ in range(count):
            me, _token = self.writer.change_now(participants.join, self.id, perspective, "da")
            self.people.append(me)

    def go(self, title: str) -> int:
        step = self.step(title)
        self.writer.change_now(agenda.go, self.id, step)
        return step

    def write(self, step: int, kind: str, first: str, second: str = "", by: int = 0) -> int:
        """Send a card; returns its number."""
        text = cards.written(kind, first, second)
        key = f"key-{self.id}-{step}-{len(self.people)}-{abs(hash((kind, first, second, by))):x}"[:64]
        return self.writer.change_now(cards.submit, self.people[by], step, text, key).number

    def ids(self, *numbers: int) -> list[int]:
        return [self.card(number).id or 0 for number in numbers]

    def vote(self, step: int, values: list[dict[int, int]]) -> None:
        """Each person in turn gives cards (by number) their dots or stance."""
        for me, given in zip(self.people, values, strict=False):
            by_id = {self.ids(number)[0]: value for number, value in given.items()}
            self.writer.change_now(votes.cast, me, step, by_id, f"vote-{me.id}-{step}")

    def close_vote(self, step: int) -> None:
        with self.reader() as session:
            activity = session.get(Activity, step)
            assert activity is not None
            session.expunge(activity)
        self.writer.change_now(_close, step)


def _close(tx, step: int) -> None:  # type: ignore[no-untyped-def]
    votes.close(tx, tx.session.get(Activity, step))


def empty(folder: Path, template: str = "T2") -> Room:
    """A dialogue in draft, as the template made it."""
    url = f"sqlite:///{folder / 'room.sqlite3'}"
    engine = writing(url)
    SQLModel.metadata.create_all(engine)
    writer = Writer(engine)
    return Room(writer, url, writer.change_now(dialogues.make, template, "Samskabelse på den gode måde", 90))


def full(folder: Path) -> Room:
    """25 cards on show in 3 themes and the pile, one waiting, two hidden, one taken back; one vote closed, one open."""
    room = empty(folder)
    room.prepare()
    room.join("medarbejder", 7)
    room.join("borger", 6)
    room.join("leder", 2)
    room.join("other", 3)
    room.writer.change_now(agenda.begin, room.id)
    talk = room.go("Oplæg")
    hostile = [room.write(talk, "question", text, by=at) for at, text in enumerate(HOSTILE)]
    barriers = room.go("Barrierer")
    first = [room.write(barriers, "barrier", text, "Det kræver ledelse", by=at) for at, text in enumerate(PLAIN)]
    advice = room.go("Råd")
    second = [room.write(advice, "advice", f"Råd om {text}", by=at) for at, text in enumerate(PLAIN[:4])]
    held = room.write(advice, "advice", "Dette kort venter", by=5)
    rude = room.write(advice, "advice", "Dette kort er skjult", by=6)
    named = room.write(advice, "advice", "Dette kort nævner nogen", by=7)
    gone = room.write(advice, "advice", "Dette kort er trukket tilbage", by=8)
    room.writer.change_now(cards.hold, room.id, room.ids(held))
    room.writer.change_now(cards.hide, room.id, room.ids(rude), "Hård tone")
    room.writer.change_now(cards.hide, room.id, room.ids(named), "Nævner en person")
    room.writer.change_now(cards.withdraw, room.people[8], room.ids(gone)[0])
    room.writer.change_now(themes.new, room.id, "Tid og hænder", room.ids(*first))
    room.writer.change_now(themes.new, room.id, "=Magt & <tillid>", room.ids(*hostile[:8]))
    room.writer.change_now(themes.new, room.id, "Råd", room.ids(*second))
    closed = room.go("Tre prikker")
    room.vote(closed, [{second[0]: 2, second[1]: 1}] * 9 + [{second[1]: 3}] * 3)
    room.writer.change_now(votes.abstain, room.people[12], closed)
    room.close_vote(closed)
    still_open = room.go("Tre eksempler")
    assert still_open
    return room
