"""A room to look at: the demo's day with every kind of step, filled with the track-2 cards or with hostile texts.

Over HTTP. Quicker than a rehearsal, and everything is always the same: who wrote what, who voted for what.
"""

import re
from datetime import date, timedelta
from html import unescape
from random import Random

from httpx import Client
from playwright.sync_api import Browser, BrowserContext, Page

from app.domain.templates import PERSPECTIVES
from app.rehearsal import forms, scenario
from tests.conftest import ROOT, Live
from tests.web.test_phone import form_of

WORD = "Speciallægepraksisplanlægningsstabiliseringsperiode"
HOSTILE = (
    "x" * 280,
    "W" * 140,
    f"{WORD} " * 5,
    "<script>alert(1)</script><img src=x onerror=alert(2)> {{ 7*7 }} =HYPERLINK(1)",
    "مرحبا بالعالم، نريد وقتا أطول للمتطوعين " * 6,
    "👩‍👩‍👧‍👦😡" * 30,
    "漢字" * 130,
    "linje\n" * 46,
    "שלום https://eksempel.dk/en/meget/lang/adresse/uden/mellemrum?" + "a=1&" * 40,
    "Z̷̨̛̫͎a̶l̵g̸o̴ " * 12,
)
SILENT = "I stilhed"
SCALES = ("stance", "yesno", "spectrum", "points", "1-5")
KIND = r'<input type="hidden" name="kind" value="(\w+)">'
PEN = r'/pen"[^>]*><input type="hidden" name="group" value="(\d+)">'
PAGE = {"accept": "text/html"}


class Stage:
    """The demo dialogue of a server, and a browser for each face and language. Dialogue 2 is a draft."""

    def __init__(self, live: Live, browser: Browser, hostile: bool = False, people: int = 20) -> None:
        self.live, self.browser, self.hostile = live, browser, hostile
        self.chance = Random(7)
        self.contexts: dict[tuple[str, str, str], BrowserContext] = {}
        self.office, self.desk = live.opened("office"), live.opened("desk")
        self._at = ("", "")
        self._furnish()
        self.steps = self._steps()
        self.post("/desk/1/begin")
        roles = re.findall(r'name="role" value="([^"]+)"', live.client().get(f"{live.join}/join", headers=PAGE).text)
        self.phones = [live.phone(unescape(roles[number % 4])) for number in range(people)]
        self.post("/desk/1/seat", sort="table")
        self._play()
        self._agree()

    def post(self, path: str, **fields: object) -> None:
        client = self.office if path.startswith("/office") else self.desk
        answer = client.post(path, data=fields)
        assert answer.status_code < 400, (path, answer.text)

    def text(self, limit: int, plain: str) -> str:
        """Words for a box: plain ones, or another hostile text each time."""
        return (self.chance.choice(HOSTILE) * 3)[:limit] if self.hostile else plain

    def line(self, plain: str, limit: int) -> str:
        """The same on one line, told apart by the plain words it begins with."""
        return " ".join(f"{plain} {self.text(limit, '')}".replace("|", "").split())[:limit].strip()

    def _furnish(self) -> None:
        """The office's part: a whole mandate, and the steps that the template lacks."""
        mandate = ("open", "fixed", "decides", "hear_back", "stored")
        plain = "Det, I skriver, går til styregruppen, som svarer skriftligt senest den 1. maj."
        roles = [(self.line(name, 40), self.line(name_en, 40)) for name, name_en in PERSPECTIVES]
        self.post(
            "/office/dialogues/1",
            title=self.text(120, "Samskabelse på den gode måde"),
            languages="da,en",
            delete_on=(date.today() + timedelta(days=90)).isoformat(),
            perspectives="\n".join(f"{danish} | {english}" for danish, english in roles),
            **{f"mandate_{name}": ("M" * 500 if self.hostile else plain) for name in mandate},
        )
        steps = [("vote", "Enig eller ej", {"form": "stance", "kinds": ["advice"]})]
        steps += [("vote", "Rangér", {"form": "rank", "kinds": ["example"]})]
        steps += [("assess", f"Vurdér {scale}", {"scale": scale, "statements": self._statements()}) for scale in SCALES]
        steps += [("collect", "Bordet skriver", {"kinds": ["advice"], "unit": "table"})]
        steps += [("collect", SILENT, {"kinds": ["advice"], "silent_minutes": 60})]
        steps += [("present", "Hvad blev det til?", {"show": "agreements"})]
        for kind, title, fields in steps:
            words = {"title_da": title, "prompt_da": self.text(280, f"{title}? Svar for dig selv."), "minutes": 10}
            self.post("/office/dialogues/1/steps", kind=kind, **words, **fields)
        self.post(
            "/office/dialogues/1/groups",
            tables=6,
            organisations="\n".join(self.line(name, 60) for name in ("Kommunen", "FOA", "KL")),
        )
        self.post("/office/dialogues", template="T5", title=self.text(120, "Skal vi gøre det sammen?"))
        draft = self.office.get("/office/dialogues/2", headers=PAGE).text
        self.early = re.search(r'<b class="code">([^<]+)<', draft)[1].replace(" ", "")  # type: ignore[index]

    def _statements(self) -> str:
        """Three sentences, with poles for the scale that has them."""
        plain = ("Vi finder problemet sammen", "Vi tør sige, hvad vi ikke kan", "Alle berørte kan være med")
        poles = self.line("kommunen", 60), self.line("borgerne", 60)
        return "\n".join(" | ".join((self.line(words, 200), self.line(words, 200), *poles)) for words in plain)

    def _steps(self) -> list[tuple[str, str]]:
        """Title and id of every step, in the day's order."""
        page = self.desk.get("/desk/1", headers=PAGE | {"accept-language": "da"}).text
        found = re.findall(r'<details id="step-(\d+)">.*?<span>([^<]+)</span>', page, re.DOTALL)
        return [(title.strip(), number) for number, title in found]

    def go(self, title: str, view: str = "auto") -> str:
        """To a step by its Danish title, the last of that name; and what the wall shows there. Returns its id."""
        number = next(number for name, number in reversed(self.steps) if name == title)
        if self._at != (number, view):
            if self._at[0] != number:
                self.post("/desk/1/step", step=number)
            self.post("/desk/1/board", view=view)
            self._at = (number, view)
        return number

    def back(self) -> None:
        """Take back the last act of the desk; what it left behind is as it was."""
        self.post("/desk/1/undo")
        self._at = ("", "")

    def _play(self) -> None:
        """Everybody writes, sorts, votes and answers, step by step."""
        cards: dict[str, list[tuple[str, str]]] = {}
        for card in scenario.read_cards(ROOT / "app" / "data" / "scenario_track2.csv"):
            cards.setdefault(card.kind, []).append((card.first, card.second))
        if self.hostile:
            cards = {kind: [(text[:280], HOSTILE[at - 1][:280]) for at, text in enumerate(HOSTILE)] for kind in cards}
        for title, number in self.steps:
            self._at = (number, "")
            self.post("/desk/1/step", step=number)
            writers = self._writers()
            kinds = re.findall(KIND, writers[0].get(self.live.join, headers=PAGE).text)
            for kind in kinds:
                self._write(writers, kind, cards.get(kind, [])[: 9 if title == SILENT else 60])
            if title == SILENT:  # to be silent still when somebody looks
                self.post("/desk/1/undo")
            if not kinds:
                for phone in self.phones:
                    self._answer(phone)
        self._at = ("", "")

    def _writers(self) -> list[Client]:
        """Everybody; where a table answers as one, the first of each table who takes its pen."""
        wanted = [re.findall(PEN, phone.get(self.live.join, headers=PAGE).text) for phone in self.phones]
        if not any(wanted):
            return self.phones
        first = {found[0]: phone for phone, found in reversed(list(zip(self.phones, wanted, strict=True))) if found}
        for group, phone in first.items():
            assert phone.post(self.live.join + "/pen", data={"group": group, "pen": "over"}).status_code == 303
        return list(first.values())

    def _write(self, writers: list[Client], kind: str, texts: list[tuple[str, str]]) -> None:
        for at, (first, second) in enumerate(texts):
            phone = writers[at % len(writers)]
            said = {"kind": kind, "first": first, "second": second, "key": f"stage-{kind}-{at}-{self._at[0]}"}
            answer = phone.post(self.live.join + "/cards", data=form_of(phone, self.live) | said)
            assert answer.status_code < 400, answer.text

    def _answer(self, phone: Client) -> None:
        """Fill in the form that is on as this person would, always the same way."""
        page = phone.get(self.live.join, headers=PAGE).text
        form = next((each for each in forms.read(page) if "key" in each.fixed and each.choices), None)
        points = re.findall(r'<input type="number" name="(statement-\d+)"', page)
        if points:
            form = next(each for each in forms.read(page) if points[0] in each.fixed or points[0] in each.texts)
            form.fixed |= dict(zip(points, ("5", "3", "2"), strict=False))
        if form is None:
            return
        names = list(form.choices)
        dots = form.kind() == "dots"
        chosen = self.chance.sample(names, min(3, len(names))) if dots else names
        if form.kind() == "rank":
            ranked = names[:3]
            picked = dict(zip(ranked, form.choices[ranked[0]][1:4], strict=False))
        else:
            offers = {name: [value for value in form.choices[name] if value != "new"] for name in chosen}
            picked = {name: "1" if dots else self.chance.choice(offers[name]) for name in chosen}
        phone.post(self.live.url + form.action, data=form.fixed | picked).raise_for_status()

    def _agree(self) -> None:
        """What was agreed gets an owner and a link; something lies on the table; somebody has no phone."""
        base = "/office/dialogues/1"
        for sort in ("agreement", "product"):
            what, who = self.text(280, "Et sted at finde alle eksempler"), self.text(120, "Kommuneforeningen")
            self.post(f"{base}/agreements", sort=sort, what=what, who=who, due_on="2098-06-01")
        self.post(
            f"{base}/materials",
            sort="advice",
            text=self.text(600, "Inviter ikke. Bank på."),
            source=self.text(120, "Dagen før"),
        )
        self.post("/desk/1/paper/people", role="other", group=0)
        page = self.office.get(f"{base}/table", headers=PAGE).text
        [self.owner, *_] = re.findall(r"/agreements/\d+/[\w-]+", page)

    def turn(self, number: str, act: str) -> None:
        """Close the vote that is on, or open it again; nothing where it is so already."""
        answer = self.desk.post(f"/desk/1/votes/{number}/{act}")
        assert answer.status_code in (200, 303, 409), answer.text

    def context(self, face: str, language: str, theme: str = "light") -> BrowserContext:
        """A browser of the house with every link open, a phone that has joined and written a card, or nobody's."""
        key = (face if face in ("phone", "early", "nobody") else "house", language, theme)
        if key not in self.contexts:
            locale, colours = {"da": "da-DK", "en": "en-GB"}[language], "dark" if theme == "dark" else "light"
            made = self.browser.new_context(locale=locale, color_scheme=colours, reduced_motion="reduce")
            self.contexts[key] = made
            page = made.new_page()
            if key[0] in ("phone", "early"):
                page.goto(self.live.join if face == "phone" else f"{self.live.url}/d/{self.early}")
                page.locator("input[name=role]").nth(3).check(force=True)
                page.locator("button.go").click()
                page.wait_for_selector("#now")
                if face == "phone":
                    self._take_pen(page)
            elif key[0] == "house":
                page.goto(self.live.office)
                page.wait_for_url(re.compile(r"^[^#]*$"))
                for number, opened in ((number, opened) for number in (1, 2) for opened in ("board", "desk")):
                    made.request.post(
                        f"{self.live.url}/office/dialogues/{number}/open/{opened}", headers={"origin": self.live.url}
                    )
            page.close()
        return self.contexts[key]

    def _take_pen(self, page: Page) -> None:
        """Where a table answers as one, this phone writes for its table."""
        self.go("Dilemmaer")
        page.reload()
        page.locator("#seat button").click()
        page.wait_for_selector("textarea[name=first]")

    def own_card(self, language: str, theme: str) -> str:
        """The address of a card that the phone of this language has written."""
        page = self.context("phone", language, theme).new_page()
        page.goto(self.live.join)
        link = page.locator("a[href*='/cards/']").first
        if not link.count():
            page.locator("textarea[name=first]").fill(self.text(280, "Inviter ikke. Bank på."))
            page.locator("button.go").first.click()
            link.wait_for()
        address = link.get_attribute("href") or ""
        page.close()
        return address

    def close(self) -> None:
        for context in self.contexts.values():
            context.close()


def settle(page: Page) -> None:
    """Until the page has its measures: the wall lays itself out again after it is loaded and after each size."""
    drawn = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
    page.evaluate(f"() => document.fonts.ready.then(() => {drawn})")
    page.wait_for_timeout(120 if "/board/" in page.url else 30)
