"""Every face and state there is to look at, by name, and the way to each."""

import re
from dataclasses import dataclass

from playwright.sync_api import Page

from tests.browser.stage import PAGE, SILENT, Stage

HUGE = ((1024, 768), (1280, 800), (1920, 1080), (3840, 2160))
ZOOMED = (320, 256)  # a laptop of 1280x1024 at 400 %
HAND = (ZOOMED, (320, 568), (390, 844))
WALL = ((320, 568), (390, 844), *HUGE)
TABLE = (*HAND, *HUGE)


@dataclass(frozen=True, slots=True)
class State:
    """A face, what it is asked for, the step the room is on, what the wall shows there, and what is pressed first.

    `act` is done to the step: its vote is closed or reopened, or the dialogue is ended. `find` is a page whose first
    match of `path` is the address.
    """

    face: str
    path: str = ""
    step: str = ""
    view: str = "auto"
    press: str = ""
    act: str = ""
    find: str = ""

    @property
    def sizes(self) -> tuple[tuple[int, int], ...]:
        return {"phone": HAND, "early": HAND, "board": WALL}.get(self.face, TABLE)


WRITING = ("Dilemmaer", "Eksempler", "Barrierer", "Råd", "Tilbud og aftaler", "Bordet skriver")
VOTES = ("Tre prikker", "Hvor står vi", "Enig eller ej", "Rangér")
ASKED = ("Tilbage igen", "Vurdér stance", "Vurdér yesno", "Vurdér spectrum", "Vurdér points")
TALKS = ("Velkommen", "Frokost", "Enige og uenige", "Afslutning", "Hvad blev det til?")
DESK, BOARD = "/desk/1", "/board/1"

STATES: dict[str, State] = {
    **{f"phone at {step}": State("phone", step=step) for step in (*WRITING, "Kaffe", *TALKS)},
    **{f"phone at {step}": State("phone", step=step, act="reopen") for step in (*VOTES, "Ankomst", *ASKED)},
    "phone in silence": State("phone", step=SILENT),
    "phone after a vote": State("phone", step="Tre prikker", act="close"),
    "phone with its own page": State("phone", step="Frokost", press=".facts-box:has(.facts) > summary"),
    "phone correcting a card": State("phone", "correct", "Råd"),
    "phone when it is over": State("phone", step="Afslutning", act="end"),
    "phone before it begins": State("early"),
    "joining": State("nobody", "join"),
    "front page": State("nobody", "/"),
    "privacy": State("nobody", "/privacy"),
    "statement": State("nobody", "/was"),
    "door": State("nobody", "/office"),
    "nothing here": State("nobody", "/nothing"),
    "owner": State("nobody", "owner"),
    **{f"board at {step}": State("board", BOARD, step) for step in ("Ankomst", *TALKS, "Kaffe")},
    **{f"board at {step}": State("board", BOARD, step, act="reopen") for step in (*VOTES, *ASKED)},
    **{f"board after {step}": State("board", BOARD, step, act="close") for step in (*VOTES, *ASKED)},
    "board in silence": State("board", BOARD, SILENT),
    "board with dilemmas": State("board", BOARD, "Dilemmaer", "cards"),
    "board with remedies": State("board", BOARD, "Barrierer", "cards"),
    "board with short cards": State("board", BOARD, "Råd", "cards"),
    "board with themes": State("board", BOARD, "Barrierer", "themes"),
    "board with themes of advice": State("board", BOARD, "Råd", "themes"),
    "board at rest": State("board", BOARD, "Råd", "calm"),
    "board with its keys": State("board", BOARD, "Frokost", press="?"),
    "board when it is over": State("board", BOARD, "Afslutning", act="end"),
    "board of a draft": State("board", "/board/2"),
    **{
        f"desk with {pile}": State("desk", f"{DESK}?theme={pile}", "Barrierer")
        for pile in ("all", "0", "same", "offer")
    },
    **{
        f"desk asks {ask}": State("desk", f"{DESK}/ask/{ask}?theme=all", "Råd")
        for ask in ("new", "move", "hide", "keys")
    },
    "desk": State("desk", DESK, "Barrierer"),
    "desk with a heading": State("desk", r"/desk/1\?theme=\d+", "Barrierer", find=DESK),
    "desk asks for a name": State("desk", r"/desk/1/ask/rename\?theme=\d+", "Råd", find=DESK),
    "desk asks to merge": State("desk", r"/desk/1/ask/merge\?theme=\d+", "Råd", find=DESK),
    "desk with its keys": State("desk", DESK, "Råd", press="?"),
    "desk with a vote": State("desk", f"{DESK}?theme=vote", "Tre prikker", act="reopen"),
    "desk after a vote": State("desk", DESK, "Tre prikker", act="close"),
    "desk while people answer": State("desk", DESK, "Tilbage igen", act="reopen"),
    "desk in silence": State("desk", DESK, SILENT),
    "desk's reasons": State("desk", r"/desk/1/why/\d+", "Råd", find=f"{DESK}?theme=all"),
    "desk when it is over": State("desk", DESK, "Afslutning", act="end"),
    "desk of a draft": State("desk", "/desk/2"),
    "paper": State("desk", r"/desk/1/paper\?step=\d+", "Råd", find=f"{DESK}/paper?step=0"),
    "office": State("office", "/office"),
    "dialogue": State("office", "/office/dialogues/1"),
    "dialogue in preparation": State("office", "/office/dialogues/2"),
    "series": State("office", "/office/series/1"),
    "table": State("office", "/office/dialogues/1/table"),
    "deletion": State("office", "/office/dialogues/1/delete"),
    "poster": State("office", "/office/dialogues/1/poster"),
    **{
        f"sheet of {sheet}": State("office", f"/office/dialogues/1/print/{sheet}")
        for sheet in ("slips", "tables", "cards", "answers", "programme", "talk")
    },
    "summary": State("office", "/dialogues/1/summary"),
}


def visit(stage: Stage, state: State, language: str = "da", theme: str = "light") -> Page:
    """A page of the face in that state. Close it with `leave`."""
    context = stage.context(state.face, language, theme)  # a new phone looks round the room before it settles
    if state.step:
        number = stage.go(state.step, state.view)
        if state.act in ("close", "reopen"):
            stage.turn(number, state.act)
        elif state.act == "end":
            stage.post("/desk/1/end")
    page = context.new_page()
    page.set_viewport_size(dict(zip(("width", "height"), state.sizes[-1], strict=True)))
    if state.face == "board":
        page.add_init_script(f"localStorage.setItem('board-theme', '{theme}')")
    answer = page.goto(_address(stage, state, language, theme))
    assert answer is not None
    assert answer.status == (404 if state.path == "/nothing" else 200), state
    if state.press:
        page.keyboard.press(state.press) if len(state.press) == 1 else page.locator(state.press).click()
    return page


def leave(stage: Stage, state: State, page: Page) -> None:
    """Close the page; a dialogue that was ended goes on, and a silence has not begun."""
    page.close()
    if state.act == "end" or state.step == SILENT:
        stage.back()


def _address(stage: Stage, state: State, language: str, theme: str) -> str:
    base = stage.live.url
    if state.find:
        found = re.search(state.path, stage.desk.get(state.find, headers=PAGE).text.replace("&amp;", "&"))
        return base + (found.group() if found else state.find)
    if state.path == "correct":
        return base + stage.own_card(language, theme)
    if state.face == "early":
        return f"{base}/d/{stage.early}"
    own = {"join": f"{stage.live.join}/join", "owner": base + stage.owner, "": stage.live.join}
    return own.get(state.path, base + state.path)
