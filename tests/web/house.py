"""The app in this process with a database of its own, and browsers that have opened its links; for tests of routes."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlmodel import Session, SQLModel, select
from starlette.testclient import TestClient

from app import main
from app.domain import links, themes, votes
from app.models import Activity, Apart, Ban, Card, Dialogue, Option, Perspective, Placement, Theme
from app.settings import Settings
from app.store import schema
from app.web.place import Place
from tests.domain import hall
from tests.domain.hall import Hall

STANDING: tuple[type[SQLModel], ...] = (Activity, Apart, Ban, Card, Dialogue, Option, Perspective, Placement, Theme)


class House:
    """One running app. Has the face of a database fixture too: `do` a verb, `read` a query."""

    def __init__(self, client: TestClient) -> None:
        self.client = client
        self.place: Place = client.app.state.place  # type: ignore[attr-defined]

    def do(self, verb: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        return self.place.writer.change_now(verb, *args, **kwargs)

    def read(self, query: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        with Session(self.place.readers, expire_on_commit=False) as session:
            return query(session, *args, **kwargs)

    def browser(self, **headers: str) -> TestClient:
        """A browser without a cookie."""
        return TestClient(self.client.app, headers={"accept-language": "en", **headers}, follow_redirects=False)

    def opened(self, face: str, dialogue_id: int = 0, **headers: str) -> TestClient:
        """A browser that has opened the link of a face."""
        browser = self.browser(**headers)
        link = self.do(links.ensure, face, dialogue_id)
        path = "/office" if face == "office" else f"/{face}/{dialogue_id}"
        answer = browser.post(f"{path}/open", data={"secret": links.secret(link, self.place.key)})
        assert answer.status_code == 303
        return browser


@contextmanager
def opened_house(data: Path) -> Iterator[House]:
    settings = Settings(data=data, public_url="http://testserver", secret_key="a key for tests", _env_file=None)
    schema.upgrade(settings.database)
    with TestClient(main.create(settings)) as client:
        yield House(client)


def room(house: House, cards: int = 8) -> tuple[Hall, list[int], list[int]]:
    """A dialogue on its step of advice, with cards in two themes and one in the open pile. Ids of cards, of themes."""
    made = hall.writing(house, people=3)  # type: ignore[arg-type]
    ids = [made.write(f"Kort nummer {number} <b>&", by=made.people[number % 3]).card_id for number in range(cards)]
    half = len(ids) // 2
    piles = [made.do(themes.new, "Tid", ids[:half]), made.do(themes.new, "Tillid", ids[half:-1])]
    return made, ids, piles


def standing(made: Hall) -> dict[str, list[dict[str, Any]]]:
    """Every row that an act can change, as it counts: a retired theme, an empty placement and a lost option do not."""
    rows = {model.__name__: made.rows(model) for model in STANDING}
    rows["Theme"] = [row for row in rows["Theme"] if not row["retired"]]
    rows["Placement"] = [row for row in rows["Placement"] if row["theme_id"] or row["by_person"]]
    rows["Option"] = [row for row in rows["Option"] if row["position"]]
    for row in rows["Dialogue"]:
        row.pop("seq")
    return rows


def voted(house: House, made: Hall, title: str = "Prikker") -> int:
    """The same dialogue on its vote, where one person has given a dot."""
    step = made.go(title)
    [first, *_] = house.read(votes.options, step)
    made.cast(step, {first.id: 1})
    return step


def dialogues_of(house: House) -> list[int]:
    return house.read(lambda session: list(session.exec(select(Dialogue.id).order_by(Dialogue.id)).all()))
