"""The office's routes and what can be taken home: what the organiser sets, what is refused, and who may read what."""

import re
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import unquote

import pytest
from sqlmodel import select

from app import language
from app.domain import agenda, answers, dialogues, journal
from app.models import CLOSED, Deletion, now
from app.settings import MANDATE_MAX, TITLE_MAX
from app.web import downloads, office_view
from tests.domain import hall
from tests.web.house import House, dialogues_of, opened_house, room, standing, voted

HUGE = str(10**20)
TODAY = now().date()
GOOD = {
    "title": "Vi skal tales ved",
    "languages": "en,da",
    "event_date": "2027-04-16",
    "delete_on": (TODAY + timedelta(days=30)).isoformat(),
    "mandate_open": "Hvordan",
    "mandate_fixed": "Loven",
    "mandate_decides": "Byrådet",
    "mandate_hear_back": "1. maj",
    "mandate_stored": "Kort og roller",
    "perspectives": "Leder | Manager\r\nBorger\r\n  Forsker |Researcher \r\n",
    "field_name": ["tid"],
    "field_value": ["12.40"],
}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with opened_house(tmp_path_factory.mktemp("office")) as running:
        yield running


def test_without_the_link_the_door_is_shown_and_nothing_can_be_done(house: House) -> None:
    made, _, _ = room(house)
    stranger, before = house.browser(), dialogues_of(house)
    assert 'action="/office/open"' in stranger.get("/office").text
    own = f"/office/dialogues/{made.id}"
    for path in (own, f"{own}/delete", f"{own}/poster"):
        assert stranger.get(path).status_code == 403, path
    for path in ("/office/dialogues", own, f"{own}/delete", f"{own}/steps", f"{own}/links/desk", f"{own}/open/desk"):
        assert stranger.post(path, data=GOOD | {"template": "T2", "kind": "present"}).status_code == 403, path
    assert dialogues_of(house) == before


def test_a_desk_link_does_not_open_the_office(house: House) -> None:
    made, _, _ = room(house)
    desk = house.opened("desk", made.id)
    assert desk.get(f"/office/dialogues/{made.id}").status_code == 403


def test_a_dialogue_is_made_from_a_template(house: House) -> None:
    office = house.opened("office")
    answer = office.post("/office/dialogues", data={"template": "T2", "title": "Konferencen"})
    assert answer.status_code == 303
    number = int(answer.headers["location"].rpartition("/")[2])
    made = house.read(dialogues.get, number)
    assert (made.title, made.state, made.delete_on) == ("Konferencen", "draft", TODAY + timedelta(days=90))
    assert len(house.read(agenda.steps, number)) == 21
    second = office.post(
        "/office/dialogues",
        data={"template": "empty", "title": "", "series": made.series_id},
        headers={"accept": "application/json"},
    ).json()
    assert house.read(dialogues.get, second["dialogue"]).series_id == made.series_id


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"template": "T99", "title": "Ny"},
        {"template": "T2", "title": "x" * (TITLE_MAX + 1)},
        {"template": "T2", "title": "Ny", "series": HUGE},
        {"template": "T2", "title": "Ny", "series": "NaN"},
        {"template": "x" * 41},
    ],
)
def test_a_dialogue_that_cannot_be_made_is_not_made(house: House, wrong: dict[str, str]) -> None:
    office, before = house.opened("office"), dialogues_of(house)
    assert office.post("/office/dialogues", data=wrong).status_code == 422
    assert dialogues_of(house) == before


def test_everything_that_is_set_is_kept(house: House) -> None:
    number = house.do(dialogues.make, "T2", "Kladde", 90)
    office = house.opened("office")
    answer = office.post(f"/office/dialogues/{number}", data=GOOD)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/office/dialogues/{number}?saved=1")
    kept = house.read(dialogues.get, number)
    assert (kept.title, kept.languages, kept.event_date.isoformat()) == ("Vi skal tales ved", "en,da", "2027-04-16")
    assert (kept.delete_on, kept.fields, kept.mandate_decides) == (
        TODAY + timedelta(days=30),
        {"tid": "12.40"},
        "Byrådet",
    )
    roles = [(role.name_da, role.name_en) for role in house.read(dialogues.perspectives, number) if role.position]
    assert roles == [("Leder", "Manager"), ("Borger", "Borger"), ("Forsker", "Researcher")]
    assert house.read(lambda session: dialogues.missing(session, dialogues.get(session, number))) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"delete_on": ""},
        {"delete_on": "i morgen"},
        {"delete_on": TODAY.isoformat()},
        {"delete_on": "9999-12-31"},
        {"delete_on": "2027-02-30"},
        {"event_date": "i dag"},
        {"title": "x" * (TITLE_MAX + 1)},
        {"mandate_open": "x" * (MANDATE_MAX + 1)},
        {"perspectives": ""},
        {"perspectives": "En\nTo"},
        {"perspectives": "\n".join(["En", "To", "Tre", "Fire", "Fem", "Seks", "Syv", "Otte", "Ni"])},
        {"perspectives": "En\nEn\nTo"},
        {"perspectives": "x" * 41 + "\nTo\nTre"},
        {"perspectives": "other\nTo\nTre"},
        {"field_value": ["x" * (TITLE_MAX + 1)]},
    ],
    ids=str,
)
def test_what_cannot_be_kept_stays_in_the_form_and_nothing_is_changed(house: House, wrong: dict[str, str]) -> None:
    number = house.do(dialogues.make, "T2", "Kladde", 90)
    made = hall.Hall(house, number)  # type: ignore[arg-type]
    before = standing(made)
    answer = house.opened("office").post(f"/office/dialogues/{number}", data=GOOD | wrong)
    assert answer.status_code == 422
    assert 'id="notice" role="alert"' in answer.text
    assert ">Byrådet</textarea>" in answer.text
    assert standing(made) == before


@pytest.mark.parametrize("wrong", [{"languages": "de"}, {"languages": ""}, {"title": "x" * 66_000}], ids=str)
def test_a_form_nobody_could_have_filled_in_is_refused(house: House, wrong: dict[str, str]) -> None:
    number = house.do(dialogues.make, "T2", "Kladde", 90)
    answer = house.opened("office").post(f"/office/dialogues/{number}", data=GOOD | wrong)
    assert answer.status_code in (413, 422)
    assert house.read(dialogues.get, number).title == "Kladde"


def test_a_dialogue_that_is_not_there_is_not_found(house: House) -> None:
    office = house.opened("office")
    for path in ("", "/delete", "/poster"):
        assert office.get(f"/office/dialogues/999999{path}").status_code == 404
        assert office.get(f"/office/dialogues/{HUGE}{path}").status_code == 422
    for path in ("", "/delete", "/links/desk", "/open/desk", "/steps/1/remove"):
        assert office.post(f"/office/dialogues/999999{path}", data=GOOD).status_code == 404
    step = {"kind": "present", "title_da": "Nyt"}
    assert office.post("/office/dialogues/999999/steps", data=step).status_code == 404


def test_steps_are_added_and_those_never_opened_can_go(house: House) -> None:
    made, _, _ = room(house)
    office, own = house.opened("office"), f"/office/dialogues/{made.id}"
    office.post(
        f"{own}/steps",
        data={"kind": "collect", "title_da": "Barrierer", "kinds": ["barrier"], "silent_minutes": 6},
    )
    office.post(f"{own}/steps", data={"kind": "vote", "title_en": "Two dots", "form": "dots", "dots": 2})
    office.post(f"{own}/steps", data={"kind": "present", "title_da": "Mandat", "show": "mandate"})
    added = house.read(agenda.steps, made.id)[-3:]
    assert [(step.kind, step.title_da or step.title_en, step.settings) for step in added] == [
        ("collect", "Barrierer", {"kinds": ["barrier"], "silent_minutes": 6}),
        ("vote", "Two dots", {"form": "dots", "dots": 2, "kinds": []}),
        ("present", "Mandat", {"show": "mandate"}),
    ]
    assert office.post(f"{own}/steps/{added[0].id}/remove").status_code == 303
    assert office.post(f"{own}/steps/{added[0].id}/remove").status_code == 404
    assert office.post(f"{own}/steps/{made.step('Råd').id}/remove").status_code == 404
    other, _, _ = room(house)
    assert office.post(f"{own}/steps/{other.step('Holdning').id}/remove").status_code == 404
    assert len(house.read(agenda.steps, other.id)) == 4


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"kind": "present"},
        {"kind": "present", "title_da": " \u200b "},
        {"kind": "present", "title_da": "x" * (TITLE_MAX + 1)},
        {"kind": "present", "title_da": "Nyt", "show": "everything"},
        {"kind": "present", "title_da": "Nyt", "minutes": "0"},
        {"kind": "present", "title_da": "Nyt", "minutes": HUGE},
        {"kind": "present", "title_da": "Nyt", "minutes": "NaN"},
        {"kind": "present", "title_da": "Nyt", "planned": "25:00"},
        {"kind": "collect", "title_da": "Nyt"},
        {"kind": "collect", "title_da": "Nyt", "kinds": ["nonsense"]},
        {"kind": "collect", "title_da": "Nyt", "kinds": ["advice"], "silent_minutes": "61"},
        {"kind": "vote", "title_da": "Nyt", "form": "shouting"},
        {"kind": "vote", "title_da": "Nyt", "dots": "10"},
        {"kind": "sort", "title_da": "Nyt", "cards": "13"},
    ],
    ids=str,
)
def test_a_step_that_cannot_be_made_is_not_made(house: House, wrong: dict[str, str]) -> None:
    number = house.do(dialogues.make, "empty", "Kladde", 90)
    assert house.opened("office").post(f"/office/dialogues/{number}/steps", data=wrong).status_code == 422
    assert len(house.read(agenda.steps, number)) == 1


def test_a_link_is_shown_once_and_renewing_ends_the_old_one(house: House) -> None:
    made, _, _ = room(house)
    office, own = house.opened("office"), f"/office/dialogues/{made.id}"
    desk = house.opened("desk", made.id)

    def shown(**form: str) -> str:
        found = re.search(r'id="address" value="([^"]+)"', office.post(f"{own}/links/desk", data=form).text)
        return found[1] if found else ""

    first = shown()
    assert first.startswith(f"http://testserver/desk/{made.id}#")
    assert shown() == first
    assert "#" not in office.get(own).text.partition("<main")[2].partition('id="links"')[2].partition("</section>")[0]
    fresh = shown(renew="true")
    assert fresh != first
    assert desk.get(f"/desk/{made.id}/regions").status_code == 403
    secret = first.partition("#")[2]
    assert house.browser().post(f"/desk/{made.id}/open", data={"secret": secret}).status_code == 403
    assert office.post(f"{own}/links/office").status_code == 422


def test_the_organiser_goes_straight_to_board_and_desk(house: House) -> None:
    made, _, _ = room(house)
    office = house.opened("office")
    answer = office.post(f"/office/dialogues/{made.id}/open/desk")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/desk/{made.id}")
    assert office.get(f"/desk/{made.id}/regions").status_code == 200
    assert office.post(f"/office/dialogues/{made.id}/open/phone").status_code == 422


def test_the_poster_says_how_to_join(house: House) -> None:
    made, _, _ = room(house)
    page = house.opened("office").get(f"/office/dialogues/{made.id}/poster").text
    code = made.dialogue.code
    assert f"{code[:4]} {code[4:]}" in page
    assert '<svg class="qr"' in page
    assert "<b>testserver</b>" in page


def test_deleting_says_what_goes_and_leaves_nothing(house: House) -> None:
    made, _, _ = room(house)
    office, own = house.opened("office"), f"/office/dialogues/{made.id}"
    asked = office.get(f"{own}/delete").text
    assert ("8 cards go, with their themes." in asked, "3 people go, with votes and roles." in asked) == (True, True)
    assert made.id in dialogues_of(house)
    assert office.post(f"{own}/delete").headers["location"] == "/office"
    assert made.id not in dialogues_of(house)
    assert {name: rows for name, rows in standing(made).items() if rows} == {}
    gone = select(Deletion).where(Deletion.dialogue_id == made.id)
    assert len(house.read(lambda session: session.exec(gone).all())) == 1


def test_the_office_says_what_is_missing_before_what_is_done(house: House) -> None:
    number = house.do(dialogues.make, "T2", "Ikke klar", 90)
    page = house.opened("office").get(f"/office/dialogues/{number}").text
    with language.speaking("en"):
        missing = house.read(lambda session: dialogues.missing(session, dialogues.get(session, number)))
    assert re.findall(r'use href="#i-warn"/></svg><span>([^<]+)', page) == missing
    assert page.index("The mandate card does not say") < page.index('id="prepare"')


def test_the_office_speaks_calmly_of_plain_http(house: House) -> None:
    page = house.opened("office").get("/office").text
    assert page.count("The connection is plain http") == 1
    secure = house.browser()
    secure.base_url = "https://testserver"
    assert "plain http" not in secure.get("/office").text


def test_dialogues_that_are_over_stand_last(house: House) -> None:
    made, _, _ = room(house)
    house.do(agenda.end, made.id)
    view = house.read(office_view.office)
    over = [all(knot.dialogue.state == CLOSED for knot in series.knots) for series in view.series]
    assert over == sorted(over)
    assert view.next is not None
    assert view.next.dialogue.state != CLOSED


def test_the_rhythm_fills_its_strip() -> None:
    bars = office_view.rhythm([("present", 30), ("collect", 60), ("vote", 10)])
    assert [(bar.x, bar.width, bar.kind) for bar in bars] == [
        (0.0, 89.1, "present"),
        (90.6, 178.2, "collect"),
        (270.3, 29.7, "vote"),
    ]
    assert office_view.rhythm([]) == ()


FILES = {"": "text/html", ".md": "text/markdown", ".csv": "text/csv", ".pdf": "application/pdf"}


@pytest.mark.parametrize("ending", FILES)
def test_the_summary_is_for_the_organiser_and_its_own_desk(house: House, ending: str) -> None:
    made, _, _ = room(house)
    other, _, _ = room(house)
    path = f"/dialogues/{made.id}/summary{ending}"
    for reader in (house.opened("office"), house.opened("desk", made.id)):
        answer = reader.get(path)
        assert (answer.status_code, answer.headers["content-type"].partition(";")[0]) == (200, FILES[ending])
        assert answer.headers["x-content-type-options"] == "nosniff"
    for reader in (house.browser(), house.opened("desk", other.id), house.opened("board", made.id)):
        assert reader.get(path).status_code == 403
    assert house.opened("office").get(f"/dialogues/999999/summary{ending}").status_code == 404


def test_the_summary_speaks_the_language_asked_for(house: House) -> None:
    made, _, _ = room(house)
    desk = house.opened("desk", made.id)
    path = f"/dialogues/{made.id}/summary"
    assert 'lang="da"' in desk.get(f"{path}?language=da").text
    assert 'lang="en"' in desk.get(f"{path}?language=en").text
    assert desk.get(f"{path}.md?language=da").text != desk.get(f"{path}.md?language=en").text
    assert desk.get(f"{path}?language=de").status_code == 422
    assert desk.get(f"{path}.csv?delimiter=x").status_code == 422
    assert desk.get(f"{path}.csv?delimiter=,").text.startswith('\ufeff"key","number"')


def test_only_the_organiser_reads_the_text_of_a_hidden_card(house: House) -> None:
    made, ids, _ = room(house)
    house.opened("desk", made.id).post(
        f"/desk/{made.id}/cards/hide", data={"card": ids[0], "reason": "Nævner en person"}
    )
    path = f"/dialogues/{made.id}/summary.csv"
    assert "Kort nummer 0" in house.opened("office").get(path).text
    assert "Kort nummer 0" not in house.opened("desk", made.id).get(path).text


def test_a_summary_can_be_had_in_the_middle_of_a_vote(house: House) -> None:
    made, _, _ = room(house)
    step = voted(house, made)
    desk = house.opened("desk", made.id)
    assert desk.get(f"/dialogues/{made.id}/summary.pdf").content.startswith(b"%PDF")
    made.close(step)
    house.do(journal.undo, made.id)
    assert desk.get(f"/dialogues/{made.id}/summary.md").status_code == 200


@pytest.mark.parametrize(
    ("title", "plain", "whole"),
    [
        ("Samskabelse på den gode måde", "samskabelse-paa-den-gode-maade.pdf", "Samskabelse på den gode måde.pdf"),
        ('../../"; rm -rf /', "rm-rf.pdf", "; rm -rf.pdf"),
        ("日本語", "summary.pdf", "日本語.pdf"),
        ("///", "summary.pdf", "summary.pdf"),
        ("a\r\nSet-Cookie: x", "a-set-cookie-x.pdf", "a Set-Cookie x.pdf"),
        ("é" * 200, f"{'e' * 60}.pdf", f"{'é' * 80}.pdf"),
    ],
)
def test_a_file_name_comes_from_the_title_and_harms_nobody(title: str, plain: str, whole: str) -> None:
    value = downloads.disposition(title, "pdf")
    found = re.fullmatch(r"attachment; filename=\"([a-z0-9.-]+)\"; filename\*=UTF-8''([A-Za-z0-9%._~-]+)", value)
    assert found is not None
    assert (found[1], unquote(found[2])) == (plain, whole)


def test_an_assessment_and_a_sorting_of_some_steps_are_added(house: House) -> None:
    number = house.do(dialogues.make, "T2", "Kladde", 90)
    office, path = house.opened("office"), f"/office/dialogues/{number}/steps"
    examples = next(step for step in house.read(agenda.steps, number) if step.title_da == "Eksempler")
    lines = "Vi hører efter | We listen\r\nHvem? | Who? | De valgte | De aktive\r\n"
    common = {"title_da": "Ny", "minutes": "5"}
    assess = common | {"kind": "assess", "scale": "spectrum", "statements": lines, "unit": "table"}
    assert office.post(path, data=assess).status_code == 303
    assert office.post(path, data=common | {"kind": "sort", "cards": "3", "steps": [examples.id]}).status_code == 303
    made, sort = house.read(agenda.steps, number)[-2:]
    with language.speaking("da"):
        found = house.read(answers.statements, made.id)
    assert [(each.text, each.left, each.right) for each in found] == [
        ("Vi hører efter", "", ""),
        ("Hvem?", "De valgte", "De aktive"),
    ]
    assert (made.unit, sort.settings) == ("table", {"cards": 3, "steps": [examples.id]})
    for bad in ({"statements": " \n"}, {"scale": "1-9"}, {"statements": "x" * 400}, {"unit": "crowd"}):
        assert office.post(path, data=assess | bad).status_code == 422, bad
