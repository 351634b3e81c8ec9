"""The sheets to print: who gets them, what stands on them, and in which order."""

from collections.abc import Iterator

import pytest

from app.documents import sheets
from app.domain import dialogues, groups
from tests.domain import hall
from tests.domain.hall import Hall
from tests.web.house import House, opened_house

HUGE = 10**20
SHEETS = ("poster", "print/slips", "print/tables", "print/cards", "print/answers", "print/programme", "print/talk")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with opened_house(tmp_path_factory.mktemp("prints")) as running:
        yield running


def room_of(house: House, people: int = 1) -> Hall:
    return hall.writing(house, people)  # type: ignore[arg-type]


def test_every_sheet_is_the_organisers_in_both_languages(house: House) -> None:
    room = room_of(house)
    office = {spoken: house.opened("office", **{"accept-language": spoken}) for spoken in ("da", "en")}
    own = office["da"].get(f"/office/dialogues/{room.id}").text
    for sheet in SHEETS:
        path = f"/office/dialogues/{room.id}/{sheet}"
        assert f'href="{path}"' in own
        danish, english = (office[spoken].get(path) for spoken in ("da", "en"))
        assert (danish.status_code, english.status_code) == (200, 200), sheet
        assert ('lang="da"' in danish.text, 'lang="en"' in english.text, danish.text == english.text) == (
            True,
            True,
            False,
        )
        assert house.browser().get(path).status_code == 403, sheet
        assert house.opened("desk", room.id).get(path).status_code == 403, sheet


def test_a_strange_step_or_number_is_a_sentence(house: House) -> None:
    room, office = room_of(house), house.opened("office")
    path = f"/office/dialogues/{room.id}/print/cards"
    vote = room.step("Prikker").id
    for wrong, status in (
        (f"step={vote}", 404),
        ("step=999", 404),
        (f"step={HUGE}", 422),
        ("each=0", 422),
        ("each=x", 422),
    ):
        assert office.get(f"{path}?{wrong}").status_code == status, wrong
    assert office.get("/office/dialogues/999/print/talk").status_code == 404
    assert office.get("/office/dialogues/999/print/tables").status_code == 404


def test_paper_cards_are_numbered_through_four_on_a_sheet(house: House) -> None:
    room = room_of(house)
    view = house.read(sheets.paper_cards, room.id, 0, 3)  # the step asks for advice and dilemmas
    assert [[card.number for card in sheet] for sheet in view.sheets] == [[1, 2, 3, 4], [5, 6]]
    assert [card.kind.key for sheet in view.sheets for card in sheet] == ["advice"] * 3 + ["dilemma"] * 3
    most = house.read(sheets.paper_cards, room.id, 0, sheets.CARDS_MOST)
    assert sum(map(len, most.sheets)) == sheets.CARDS_MOST


def test_each_table_has_its_own_sheet(house: House) -> None:
    room, office = room_of(house), house.opened("office")
    path = f"/office/dialogues/{room.id}/print/tables"
    assert 'class="page table"' not in office.get(path).text
    room.do(groups.set_tables, 3)
    assert office.get(path).text.count('class="page table"') == 3


def test_long_statements_take_more_half_sheets_and_none_is_lost(house: House) -> None:
    room = room_of(house)
    words = [{"key": f"k{number}", "text_da": f"{number} " + "W" * 270, "text_en": ""} for number in range(7)]
    step = {"kind": "assess", "title_da": "Vurdér", "settings": {"scale": "1-5"}, "statements": words}
    room.do(dialogues.add_step, step)
    halves = house.read(sheets.half_sheets, room.id)
    assert [statement.text for half in halves for statement in half.statements] == [each["text_da"] for each in words]
    assert {half.of for half in halves} == {len(halves)}
    assert len(halves) > 1


def test_the_talk_sheet_has_the_advice_with_most_votes_first_and_nothing_hidden(house: House) -> None:
    room = room_of(house, people=2)
    ids = [room.write(text).card_id for text in ("Spørg først", "<b>Vent</b> lidt", "Prøv igen")]
    gone = room.write("Det her skal ikke hjem").card_id
    room.do(hall.cards.hide, [gone], "other")
    room.write("det ene", second="det andet", kind="dilemma")
    step = room.go("Prikker")
    room.cast(step, {ids[1]: 2}, by=room.people[0])
    room.cast(step, {ids[1]: 1, ids[2]: 1}, by=room.people[1])
    room.close(step)
    view = house.read(sheets.talk, room.id)
    assert [card.first for card in view.advice] == ["<b>Vent</b> lidt", "Prøv igen", "Spørg først"]
    assert [(card.first, card.second) for card in view.dilemmas] == [("det ene", "det andet")]
    page = house.opened("office").get(f"/office/dialogues/{room.id}/print/talk").text
    assert ("&lt;b&gt;Vent" in page, "<b>Vent" in page, "ikke hjem" in page) == (True, False, False)
