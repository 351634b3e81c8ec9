"""The mandate card: how much say people have, before anything else."""

import re
from collections.abc import Iterator

import pytest

from app.domain import dialogues
from tests.web.house import House, opened_house
from tests.web.test_office import GOOD


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with opened_house(tmp_path_factory.mktemp("mandate")) as running:
        yield running


def test_how_much_say_people_have_stands_first_on_the_mandate_card(house: House) -> None:
    number = house.do(dialogues.make, "T2", "Kladde", 90)
    office = house.opened("office")
    assert office.post(f"/office/dialogues/{number}", data=GOOD | {"mandate_say": "power"}).status_code == 422
    assert office.post(f"/office/dialogues/{number}", data=GOOD | {"mandate_say": "consult"}).status_code == 303
    assert '<option value="consult" selected>' in office.get(f"/office/dialogues/{number}").text
    desk = house.opened("desk", number)
    desk.post(f"/desk/{number}/begin")
    page = desk.get(f"/desk/{number}").text
    step = re.search(r'id="to-(\d+)">', page[page.index("Welcome") :])
    assert step is not None
    desk.post(f"/desk/{number}/step", data={"step": step[1]})
    wall = house.opened("board", number).get(f"/board/{number}").text
    assert wall.index("We ask you, and others decide.") < wall.index("Hvordan")
    assert "We ask you, and others decide." in office.get(f"/dialogues/{number}/summary.md?language=en").text
