"""A dialogue for the tests of the domain: made, prepared and begun with the product's own verbs, on either database."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import Any

from sqlmodel import Session, SQLModel, select

from app.domain import agenda, cards, dialogues, participants, votes
from app.domain.dialogues import Preparation
from app.domain.participants import Me
from app.models import Activity, Card, Dialogue, now
from tests.conftest import Base

MANDATE = dict.fromkeys(dialogues.MANDATE, "Det står her.")
ROLES = (("Medarbejder", "Employee"), ("Frivillig", "Volunteer"), ("Borger", "Citizen"), ("Forsker", "Researcher"))
STEPS: tuple[dict[str, Any], ...] = (
    {"kind": "collect", "title_da": "Råd", "title_en": "Advice", "settings": {"kinds": ["advice", "dilemma"]}},
    {"kind": "vote", "title_da": "Prikker", "title_en": "Dots", "settings": {"form": "dots", "dots": 3}},
    {"kind": "vote", "title_da": "Holdning", "title_en": "Stance", "settings": {"form": "stance"}},
)
_keys = count(1)


def key() -> str:
    """A client key that no other test has used."""
    return f"client-key-{next(_keys)}"


def preparation(**changes: Any) -> Preparation:
    wanted: dict[str, Any] = {
        "title": "En hverdag til flere",
        "languages": "da,en",
        "event_date": None,
        "delete_on": now().date() + timedelta(days=90),
        "mandate": MANDATE,
        "fields": {},
        "perspectives": ROLES,
    }
    return Preparation(**wanted | changes)


@dataclass
class Hall:
    """A dialogue with the welcome and STEPS as its run sheet; `people` in the order they joined."""

    base: Base
    id: int
    people: list[Me] = field(default_factory=list)

    def do(self, verb: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        return self.base.do(verb, self.id, *args, **kwargs)

    def read(self, query: Callable[..., Any], *args: Any) -> Any:
        return self.base.read(query, self.id, *args)

    def rows(self, model: type[SQLModel]) -> list[dict[str, Any]]:
        """Every row of the dialogue in a table, in the order of its key."""
        columns = list(model.__table__.primary_key)  # type: ignore[attr-defined]
        of_dialogue = model.id if model is Dialogue else model.dialogue_id  # type: ignore[attr-defined]

        def query(session: Session) -> list[dict[str, Any]]:
            found = session.exec(select(model).where(of_dialogue == self.id).order_by(*columns)).all()
            return [row.model_dump() for row in found]

        return self.base.read(query)

    @property
    def dialogue(self) -> Dialogue:
        return self.base.read(dialogues.get, self.id)

    def step(self, title: str) -> Activity:
        return next(step for step in self.read(agenda.steps) if step.title_da == title)

    def go(self, title: str) -> int:
        number = self.step(title).id or 0
        self.do(agenda.go, number)
        return number

    def join(self, count_: int = 1, role: str = "borger", **marks: bool) -> list[Me]:
        came = [self.do(participants.join, role, "da", **marks)[0] for _ in range(count_)]
        self.people += came
        return came

    def write(self, first: str = "Spørg dem, det handler om", by: Me | None = None, **more: Any) -> cards.Receipt:
        """A card in the step of advice."""
        text = cards.written(more.pop("kind", "advice"), first, more.pop("second", ""))
        wanted = {"key": key(), "activity_id": self.step("Råd").id} | more
        return self.base.do(cards.submit, by or self.people[0], text=text, **wanted)

    def card(self, card_id: int) -> Card:
        return self.base.read(lambda session: session.get(Card, card_id))

    def cast(self, step: int, values: dict[int, int], by: Me | None = None, key_: str = "") -> None:
        self.base.do(votes.cast, by or self.people[0], step, values, key_ or key())

    def close(self, step: int) -> None:
        self.base.do(lambda tx: votes.close(tx, tx.session.get(Activity, step)))

    def reopen(self, step: int) -> None:
        self.base.do(lambda tx: votes.reopen(tx, tx.session.get(Activity, step)))

    def tally(self, step: int) -> votes.TallyView:
        return self.base.read(lambda session: votes.tally(session, session.get(Activity, step)))


def opened(base: Base, people: int = 1) -> Hall:
    """A dialogue on its welcome, with so many citizens in it."""
    hall = Hall(base, base.do(dialogues.make, "empty", "En hverdag til flere", 90))
    for step in STEPS:
        hall.do(dialogues.add_step, step)
    hall.do(dialogues.prepare, preparation())
    hall.do(agenda.begin)
    hall.join(people)
    return hall


def writing(base: Base, people: int = 1) -> Hall:
    """The same, on the step of advice."""
    hall = opened(base, people)
    hall.go("Råd")
    return hall


def voting(base: Base, people: int = 1, options: int = 3, title: str = "Prikker") -> tuple[Hall, int, list[int]]:
    """The same with so many cards, on a vote on them. Returns the hall, the step and the ids of the cards."""
    hall = writing(base, people)
    ids = [hall.write(f"Råd nummer {number}").card_id for number in range(options)]
    return hall, hall.go(title), ids


def at_once(calls: list[Callable[[], Any]], threads: int = 32) -> list[Any]:
    """What each call returns, or the error it raises, when all are made at once from many threads."""

    def outcome(call: Callable[[], Any]) -> Any:
        try:
            return call()
        except Exception as error:
            return error

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(outcome, calls))
