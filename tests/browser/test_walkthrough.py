"""The main job in a real browser: an organiser makes a dialogue, two phones write and vote, wall and paper follow."""

import re
from pathlib import Path

import pytest

from tests.conftest import serving

WORDS = {
    "da": {
        "made": "Afstem forventninger",
        "begin": "Begynd",
        "kept": "Alt slettes",
        "themes": "temaer",
        "received": "Modtaget",
    },
    "en": {
        "made": "Agree on expectations",
        "begin": "Begin",
        "kept": "Everything is deleted",
        "themes": "themes",
        "received": "Received",
    },
}
CARDS = {
    "da": [
        "Giv de frivillige tid til at lære",
        "Giv de frivillige tid til kaffe",
        "De frivillige skal have mere tid",
        "Tid til de frivillige før alt andet",
        "Hold mødet om aftenen",
        "Læg mødet om aftenen, så alle kan",
        "Et møde om aftenen er bedre end ti om dagen",
        "Aftenmøder med mad, møde om aftenen",
        "Skriv reglerne på én side",
        "Reglerne skal stå på én side",
        "Én side med reglerne til alle",
        "Reglerne på en side, tak",
    ],
    "en": [
        "Give the volunteers time to learn",
        "Give volunteers time for coffee",
        "The volunteers need more time",
        "Time for volunteers before anything else",
        "Hold the meeting in the evening",
        "Put the meeting in the evening so all can come",
        "One evening meeting is better than ten by day",
        "An evening meeting with food",
        "Write the rules on one page",
        "The rules must fit one page",
        "One page with the rules for everyone",
        "The rules on a page, please",
    ],
}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A server whose links name a plain-http host that is not loopback, as at a venue."""
    with serving(tmp_path_factory.mktemp("walk") / "data") as live:
        yield live


def wide(chromium, language: str, scripts: bool = True, size=(1280, 800)):
    return chromium.new_context(
        locale="da-DK" if language == "da" else "en-GB",
        java_script_enabled=scripts,
        viewport={"width": size[0], "height": size[1]},
        accept_downloads=True,
    )


def watched(page, trouble: list[str]):
    """Everything the browser complains of, and every request that leaves the server."""
    page.on("pageerror", lambda error: trouble.append(f"error: {error}"))
    page.on("console", lambda said: trouble.append(said.text) if said.type == "error" else None)
    page.on(
        "request",
        lambda asked: (
            None
            if "127.0.0.1" in asked.url or "lan.test" in asked.url or asked.url.startswith("data:")
            else trouble.append(asked.url)
        ),
    )
    return page


def prepare(page, language: str, title: str) -> None:
    """The organiser: a dialogue from the empty template, mandate, one collect, one vote."""
    page.locator("#new-title").fill(title)
    page.locator("button[name=template][value=empty]").click()
    page.wait_for_url(re.compile(r"/office/dialogues/\d+"))
    for name in ("open", "fixed", "decides", "hear_back", "stored"):
        page.locator(f"#mandate_{name}").fill(f"{title}: {name}")
    if language == "en":
        page.locator("#languages").select_option("en,da")
    page.locator("#prepare .keep .strong").click()
    page.wait_for_load_state("load")
    for kind in ("collect", "vote"):
        form = page.locator(f"form:has(input[name=kind][value={kind}])")
        page.locator(f".adds details:has(input[name=kind][value={kind}]) summary").click()
        form.locator("[name=title_da]").fill("Råd" if kind == "collect" else "Prikker")
        form.locator("[name=title_en]").fill("Advice" if kind == "collect" else "Dots")
        form.locator("[name=prompt_da]").fill("Giv ét råd" if kind == "collect" else "Tre prikker")
        form.locator("[name=prompt_en]").fill("Give one piece of advice" if kind == "collect" else "Three dots")
        form.locator("input[name=kinds][value=advice]").check()
        form.locator("button").click()
        page.wait_for_load_state("load")


def downloaded(page, ending: str) -> bytes:
    """A file of the summary, as the organiser's browser saves it."""
    with page.expect_download() as saving:
        page.locator(f"a[href$='.{ending}']").first.click()
    return Path(saving.value.path()).read_bytes()


@pytest.mark.parametrize(
    ("language", "scripts", "host"),
    [
        ("da", True, "127.0.0.1"),
        pytest.param("en", True, "lan.test", marks=pytest.mark.slow),
        pytest.param("da", False, "lan.test", marks=pytest.mark.slow),
        pytest.param("en", False, "127.0.0.1", marks=pytest.mark.slow),
    ],
)
def test_a_dialogue_goes_from_phone_to_wall_to_paper(server, chromium, language, scripts, host):
    trouble: list[str] = []
    at = lambda address: address.replace("127.0.0.1", host)  # noqa: E731
    title = f"{WORDS[language]['made']} {host} {scripts}"
    desk = wide(chromium, language)
    office = watched(desk.new_page(), trouble)
    office.goto(at(server.office))
    office.wait_for_selector("#new-title")
    prepare(office, language, title)
    number = re.search(r"/dialogues/(\d+)", office.url)[1]
    office.locator(f"form[action='/office/dialogues/{number}/open/desk'] button").first.click()
    office.wait_for_selector("#on-go")
    pult = office
    code = pult.locator(".bar .code").inner_text().split("\n")[-1].replace(" ", "")[-8:]
    wall = watched(desk.new_page(), trouble)
    wall.set_viewport_size({"width": 1920, "height": 1080})
    wall.goto(at(f"{server.url}/board/{number}"))
    wall.wait_for_selector(".loop svg")

    phones = []
    for role in (0, 3):
        phone = watched(wide(chromium, language, scripts, (390, 844)).new_page(), trouble)
        phone.goto(at(f"{server.url}/d/{code}"))
        phone.locator("input[name=role]").nth(role).check(force=True)
        phone.locator("button.go").click()
        phone.wait_for_selector("#now")
        phones.append(phone)

    pult.locator("#on-go").click()  # begin
    pult.wait_for_selector("#run li.now")
    pult.locator("#on-go").click()  # advice
    for index, text in enumerate(CARDS[language]):
        phone = phones[index % 2]
        if not scripts:
            phone.goto(at(f"{server.url}/d/{code}"))
        phone.locator("textarea[name=first]").wait_for(timeout=20_000)
        phone.locator("textarea[name=first]").fill(text)
        phone.locator("button.go").click()
        phone.locator("#mine article").nth(index // 2).wait_for(timeout=20_000)
    assert phones[0].locator("#mine .state").first.inner_text().startswith(WORDS[language]["received"])
    wall.wait_for_selector(".isle", timeout=20_000)
    slips = wall.locator("#pulse").get_attribute("data-newest")
    assert slips == "12"

    pult.locator("#on-go").click()  # dots
    pult.wait_for_selector("form[action*='/close'] #on-go")
    for phone in phones:
        if not scripts:
            phone.goto(at(f"{server.url}/d/{code}"))
        phone.locator(".dots li").first.wait_for(timeout=20_000)
        phone.locator(".dots li").first.locator("input").nth(1).check(force=True)
        phone.locator("button.go").click()
        phone.locator("#received").wait_for(timeout=20_000) if scripts else phone.wait_for_load_state("load")
    wall.wait_for_selector("#pulse[data-scene=vote]", state="attached", timeout=20_000)
    wall.wait_for_selector(".sums b:text-is('2')", timeout=20_000)
    pult.locator("#on-go").click()  # close and show
    wall.wait_for_selector("#pulse[data-scene=result]", state="attached", timeout=20_000)
    pult.wait_for_selector("form[action*='/step'] #on-go, form[action*='/end'] #on-go")
    pult.locator("#on-go").click()  # end

    office.goto(at(f"{server.url}/office/dialogues/{number}"))
    files = {ending: downloaded(office, ending) for ending in ("md", "csv", "pdf")}
    summary = files["md"].decode()
    assert [text for text in CARDS[language] if text.split(",")[0] not in summary] == []
    assert files["csv"].decode("utf-8-sig").count("\n") == 13
    assert files["pdf"][:5] == b"%PDF-"
    paper = watched(desk.new_page(), trouble)
    paper.goto(at(f"{server.url}/dialogues/{number}/summary"))
    assert title in paper.locator("h1").first.inner_text()
    assert trouble == []
    for context in (desk, *(phone.context for phone in phones)):
        context.close()
