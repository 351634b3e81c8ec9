"""Accessibility by axe (WCAG 2 A to 2.2 AA and best practice) on a fixed sample of faces, states, languages, themes."""

import re
from importlib.resources import files

import pytest

from tests.conftest import serving
from tests.web.test_phone import form_of, go

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
HOSTILE = "<b>fed</b> " + "Speciallægepraksisplanlægningsstabilisering" * 3
WIDE, HAND = (1280, 800), (390, 844)
# Face, address, the step the room is on, size, language, and the board's theme.
STATES = {
    "office": ("office", "/office", "", WIDE, "da", ""),
    "office in English": ("office", "/office", "", HAND, "en", ""),
    "dialogue": ("office", "/office/dialogues/1", "", WIDE, "da", ""),
    "dialogue in English": ("office", "/office/dialogues/1", "", HAND, "en", ""),
    "series": ("office", "/office/series/1", "", WIDE, "da", ""),
    "table": ("office", "/office/dialogues/1/table", "", HAND, "da", ""),
    "deletion": ("office", "/office/dialogues/1/delete", "", WIDE, "en", ""),
    "poster": ("office", "/office/dialogues/1/poster", "", WIDE, "da", ""),
    "templates": ("office", "/office/templates", "", WIDE, "da", ""),
    "a template": ("office", "/office/templates/T5", "", HAND, "en", ""),
    "finishing the summary": ("office", "/office/dialogues/1/publish", "", HAND, "da", ""),
    "summary": ("office", "/dialogues/1/summary", "", WIDE, "da", ""),
    "desk with cards": ("desk", "/desk/1?theme=all", "Råd", WIDE, "da", ""),
    "desk with cards, small": ("desk", "/desk/1?theme=all", "Råd", HAND, "en", ""),
    "desk at a talk": ("desk", "/desk/1", "Oplæg", WIDE, "da", ""),
    "desk with a vote": ("desk", "/desk/1", "Tre prikker", WIDE, "da", ""),
    "desk with pairs": ("desk", "/desk/1?theme=same", "Råd", WIDE, "da", ""),
    "desk's question": ("desk", "/desk/1/ask/keys", "Råd", HAND, "da", ""),
    "paper": ("desk", "/desk/1/paper", "Råd", HAND, "da", ""),
    "board in the lobby": ("board", "/board/1", "Ankomst", WIDE, "da", "light"),
    "board with the mandate": ("board", "/board/1", "Velkommen", WIDE, "da", "dark"),
    "board with cards": ("board", "/board/1", "Råd", WIDE, "da", "contrast"),
    "board with a vote": ("board", "/board/1", "Tre prikker", (1024, 768), "da", "light"),
    "board as a list": ("board", "/board/1", "Råd", HAND, "da", ""),
    "board with a profile": ("board", "/board/1", "Enige og uenige", (1920, 1080), "da", "dark"),
    "phone asked a number": ("phone", "", "Ankomst", HAND, "da", ""),
    "phone at a talk": ("phone", "", "Velkommen", (320, 568), "da", ""),
    "phone with questions": ("phone", "", "Oplæg", HAND, "da", ""),
    "phone writing": ("phone", "", "Dilemmaer", HAND, "da", ""),
    "phone writing in English": ("phone", "", "Tilbud og aftaler", (320, 568), "en", ""),
    "phone voting": ("phone", "", "Tre prikker", HAND, "da", ""),
    "phone between poles": ("phone", "", "Hvor står vi", (320, 568), "da", ""),
    "phone sorting": ("phone", "", "Kaffe", HAND, "da", ""),
    "door": ("nobody", "/office", "", HAND, "da", ""),
    "front page": ("nobody", "/", "", HAND, "en", ""),
    "privacy": ("nobody", "/privacy", "", HAND, "da", ""),
    "statement": ("nobody", "/was", "", WIDE, "da", ""),
    "join": ("nobody", "join", "", (320, 568), "da", ""),
    "nothing here": ("nobody", "/nothing", "", HAND, "da", ""),
}


@pytest.fixture(scope="module")
def full(tmp_path_factory, chromium):
    """The demo with dilemmas, advice and a hostile card, and a browser for each face and language."""
    with serving(tmp_path_factory.mktemp("axe") / "data", TOVHOLDER_TEXTS_PER_MINUTE="1000") as live:
        desk = live.opened("desk")
        desk.post("/desk/1/begin").raise_for_status()
        writers = [live.phone() for _ in range(4)]
        for title, kind in (("Oplæg", "question"), ("Dilemmaer", "dilemma"), ("Råd", "advice")):
            go(desk, title)
            for number in range(12):
                writer = writers[number % 4]
                text = HOSTILE if number == 5 else f"Giv tid til nummer {number}"
                card = form_of(writer, live) | {"kind": kind, "first": text, "second": "Og så det andet"}
                writer.post(live.join + "/cards", data=card | {"key": f"axe-{kind}-{number}"}).raise_for_status()
        live.facilitator, live.contexts = desk, {}

        def context(face: str, language: str):
            if (face, language) not in live.contexts:
                made = chromium.new_context(locale="da-DK" if language == "da" else "en-GB")
                page = made.new_page()
                if face == "phone":
                    page.goto(live.join)
                    page.locator("input[name=role]").nth(3).check(force=True)
                    page.locator("button.go").click()
                    page.wait_for_selector("#now")
                elif face != "nobody":
                    page.goto(live.addresses[face])
                    page.wait_for_url(re.compile(r"^[^#]*$"))
                page.close()
                live.contexts[face, language] = made
            return live.contexts[face, language]

        live.context = context
        yield live
        for made in live.contexts.values():
            made.close()


@pytest.mark.parametrize("state", STATES)
def test_axe_finds_nothing_wrong(full, state):
    face, address, title, (width, height), language, theme = STATES[state]
    if title:
        go(full.facilitator, title)
    page = full.context(face, language).new_page()
    page.set_viewport_size({"width": width, "height": height})
    if theme:
        page.add_init_script(f"localStorage.setItem('board-theme', '{theme}')")
    page.goto(full.join if face == "phone" else f"{full.join}/join" if address == "join" else full.url + address)
    page.wait_for_timeout(600)
    page.evaluate(AXE)
    found = page.evaluate("(tags) => axe.run({ runOnly: tags })", TAGS)
    page.close()
    assert [
        (each["id"], [node["html"][:160] + " " + node["failureSummary"][:200] for node in each["nodes"][:3]])
        for each in found["violations"]
    ] == []
