"""A dialogue for the tests of the documents: people, cards, themes and votes, made with the product's own verbs."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from sqlmodel import Session, select

from app.domain import agenda, cards, dialogues, participants, themes, votes
from app.domain.participants import Me
from app.models import Activity, Card, now
from app.store import Writer, reading, schema, writing

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
    "\u202eomvendt\u202c og 010203-1234",
    "hej 😊 👍🏽 你好",
)
PLAIN = (
    "Tid til at mødes",
    "Afstem forventninger tidligt",
    "Inviter ikke. Bank på.",
    "Lær folk at lytte, før de løser",
    "På kanten af æ, ø og å",
)
NOT_SHOWN = ("Dette kort venter", "Dette kort er skjult", "Dette kort nævner nogen")
WITHDRAWN = "Dette kort er trukket tilbage"


@dataclass
class Room:
    """A dialogue with its writer. `people` stand in joining order; cards are known by their numbers."""

    writer: Writer
    url: str
    id: int
    people: list[Me] = field(default_factory=list)
    keys: Iterator[int] = field(default_factory=count)

    def do(self, verb: Callable[..., Any], *args: Any) -> Any:
        return self.writer.change_now(verb, *args)

    @contextmanager
    def reader(self) -> Iterator[Session]:
        engine = reading(self.url)
        with Session(engine) as session:
            yield session
        engine.dispose()

    def card(self, number: int) -> Card:
        with self.reader() as session:
            return session.exec(select(Card).where(Card.dialogue_id == self.id, Card.number == number)).one()

    def ids(self, *numbers: int) -> list[int]:
        return [self.card(number).id or 0 for number in numbers]

    def prepare(self) -> None:
        roles = (("Medarbejder", "Employee"), ("Borger", "Citizen"), ("Leder", "Manager"))
        wanted = dialogues.Preparation(
            title="Samskabelse på den gode måde",
            languages="da,en",
            event_date=date(2027, 4, 16),
            delete_on=now().date() + timedelta(days=90),
            mandate=MANDATE,
            fields={"tid": "12.40", "time": "12:40"},
            perspectives=roles,
        )
        self.do(dialogues.prepare, self.id, wanted)

    def join(self, perspective: str, people: int) -> None:
        for _ in range(people):
            me, _token = self.do(participants.join, self.id, perspective, "da")
            self.people.append(me)

    def go(self, title: str) -> int:
        with self.reader() as session:
            step = next(step.id for step in agenda.steps(session, self.id) if step.title_da == title)
        self.do(agenda.go, self.id, step)
        return step or 0

    def write(self, step: int, kind: str, first: str, second: str = "", by: int = 0) -> int:
        """Send a card; returns its number."""
        key = f"key-{next(self.keys):08d}"
        return int(self.do(cards.submit, self.people[by], step, cards.written(kind, first, second), key).number)

    def vote(self, step: int, values: list[dict[int, int]]) -> None:
        """Each person in turn gives cards (by number) their dots or stance; then the vote is closed."""
        for me, given in zip(self.people, values, strict=False):
            by_id = {self.ids(number)[0]: value for number, value in given.items()}
            self.do(votes.cast, me, step, by_id, f"vote-{me.id:08d}-{step}")
        self.do(lambda tx: votes.close(tx, tx.session.get(Activity, step)))


@contextmanager
def empty(folder: Path, template: str = "T2") -> Iterator[Room]:
    """A dialogue in draft, as the template made it."""
    url = f"sqlite:///{folder / 'room.sqlite3'}"
    schema.upgrade(url)
    writer = Writer(writing(url))
    yield Room(writer, url, writer.change_now(dialogues.make, template, "Samskabelse på den gode måde", 90))
    writer.close()


def fill(room: Room) -> None:
    """25 cards on show in 3 themes and the pile; 1 waits, 2 are hidden, 1 is taken back. 2 votes closed, 1 open."""
    room.prepare()
    for perspective, people in (("medarbejder", 7), ("borger", 6), ("leder", 2), ("other", 3)):
        room.join(perspective, people)
    stance = {"kind": "vote", "title_da": "Enig eller ej", "title_en": "Agree or not"}
    room.do(dialogues.add_step, room.id, stance | {"settings": {"form": "stance", "kinds": ["barrier"]}})
    room.do(agenda.begin, room.id)
    talk = room.go("Oplæg")
    hostile = [room.write(talk, "question", text, by=at) for at, text in enumerate(HOSTILE)]
    barriers = room.go("Barrierer")
    first = [room.write(barriers, "barrier", text, "Det kræver ledelse", by=at) for at, text in enumerate(PLAIN)]
    advice = room.go("Råd")
    second = [room.write(advice, "advice", f"Råd om {text}", by=at) for at, text in enumerate(PLAIN[:3])]
    offers = room.go("Tilbud og aftaler")
    room.write(offers, "agreement", "Ét sted at finde alle eksempler", "Kommunen, 1. juni")
    _put_away(room, offers)
    room.do(themes.new, room.id, "Tid og hænder", room.ids(*first))
    room.do(themes.new, room.id, "=Magt & <tillid>", room.ids(*hostile[:8]))
    room.do(themes.new, room.id, "Råd", room.ids(*second))
    dots = room.go("Tre prikker")
    room.do(votes.abstain, room.people[12], dots)
    room.vote(dots, [{second[0]: 2, second[1]: 1}] * 9 + [{second[1]: 3}] * 3)
    agree = room.go("Enig eller ej")
    room.vote(agree, [{first[0]: 1, first[1]: -1}] * 6 + [{first[0]: 0, first[1]: -1}] * 2)
    room.go("Tre eksempler")


def _put_away(room: Room, step: int) -> None:
    held, rude, named = (room.write(step, "resource", text, by=at) for at, text in enumerate(NOT_SHOWN))
    gone = room.write(step, "resource", WITHDRAWN, by=8)
    room.do(cards.hold, room.id, room.ids(held))
    room.do(cards.hide, room.id, room.ids(rude), "Hård tone")
    room.do(cards.hide, room.id, room.ids(named), "Nævner en person")
    room.do(cards.withdraw, room.people[8], room.ids(gone)[0])
