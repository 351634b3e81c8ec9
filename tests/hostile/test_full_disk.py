"""A server whose disk fills up: words instead of faults, nothing acknowledged is lost, and no restart is needed."""

import json
import os
import re
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from websockets.sync.client import connect

from tests.conftest import Live, serving
from tests.web.test_phone import form_of, go

pytestmark = pytest.mark.slow

SIZE, RESERVE = 48, 16  # MB
FULL_EN = "The server has no room for more right now. Your text is kept. Tell the facilitator."
FULL_DA = "Der er ikke plads til mere på serveren lige nu. Din tekst er her endnu. Sig det til facilitator."


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own, which only root can have."""
    folder = tmp_path / "small"
    folder.mkdir()
    made = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}m", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(made, check=False, capture_output=True).returncode != 0:
        pytest.skip("a small disk can only be mounted by root")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(folder: Path, leave: int = 0) -> None:
    """Write until no more than `leave` bytes are free."""
    with (folder / "filler").open("ab", buffering=0) as filler:
        for size in (1 << 20, 4096, 1):
            try:
                while os.statvfs(folder).f_bavail * os.statvfs(folder).f_frsize - size >= leave:
                    filler.write(b"x" * size)
            except OSError:
                continue


def begun(live: Live) -> tuple[httpx.Client, str]:
    """A phone, and the step that collects dilemmas."""
    desk = live.opened("desk")
    desk.post("/desk/1/begin").raise_for_status()
    go(desk, "Dilemmaer")
    phone = live.phone()
    page = phone.get(live.join + "/now", headers={"accept": "text/html"}).text
    return phone, re.search(r'name="activity" value="(\d+)"', page)[1]


def card(activity: str, text: str, key: str) -> dict[str, str]:
    return {"activity": activity, "kind": "dilemma", "first": text, "second": "Den anden side", "key": key}


def numbers(live: Live) -> list[str]:
    """The client keys in the summary."""
    lines = live.opened("desk").get("/dialogues/1/summary.csv")
    assert lines.status_code == 200
    return re.findall(r"fuld-disk-\d+", lines.text)


def until_taken(phone, address: str, fields: dict[str, str]):
    """Send the same again until there is room, as a phone does."""
    patience = time.monotonic() + 20
    while time.monotonic() < patience:
        answer = phone.post(address, data=fields)
        if answer.status_code != 507:
            return answer
        time.sleep(0.2)
    raise AssertionError("the server never recovered")


def socket_of(live: Live, phone):
    cookies = "; ".join(f"{name}={value}" for name, value in phone.cookies.items())
    code = live.join.rsplit("/", 1)[1]
    address = live.url.replace("http", "ws", 1) + f"/d/{code}/live"
    return connect(address, origin=live.url, additional_headers={"Cookie": cookies, "Accept-Language": "da"})


def answered(socket) -> dict[str, object]:
    while True:
        text = socket.recv(timeout=10)
        if text.startswith("{"):
            return json.loads(text)


def test_below_the_reserve_texts_wait_and_everything_else_goes_on(small):
    with serving(small / "data", TOVHOLDER_DISK_RESERVE_MB=str(RESERVE)) as live:
        phone, activity = begun(live)
        cards = live.join + "/cards"
        first = phone.post(cards, data=card(activity, "Før disken er fuld", "fuld-disk-1"))
        assert first.status_code == 200
        fill(small, leave=4 << 20)
        time.sleep(1.2)
        waiting = card(activity, "Mens disken er fuld", "fuld-disk-2")
        refused = phone.post(cards, data=waiting, headers={"accept-language": "en"})
        assert (refused.status_code, refused.json()) == (507, {"error": "StorageFull", "message": FULL_EN})
        page = phone.post(cards, data=waiting, headers={"accept": "text/html", "accept-language": "da"})
        assert page.status_code == 507
        assert "Mens disken er fuld" in page.text
        with socket_of(live, phone) as socket:
            socket.send(json.dumps({"to": "cards", **waiting}))
            assert answered(socket) == {"key": "fuld-disk-2", "status": 507, "error": "StorageFull", "message": FULL_DA}
        number = first.json()["number"]
        mine = phone.get(live.join + "/mine", headers={"accept": "text/html"}).text
        card_id = re.search(r"/cards/(\d+)", mine)[1]
        assert phone.post(f"{cards}/{card_id}", data={"first": "Rettet", "second": "Den anden side"}).status_code == 507
        assert live.opened("board").get(live.board.split("#")[0]).status_code == 200
        assert numbers(live) == ["fuld-disk-1"]
        (small / "filler").unlink()
        taken = until_taken(phone, cards, waiting)
        assert (taken.status_code, taken.json()["number"]) == (200, number + 1)
        assert phone.post(cards, data=waiting).json() == taken.json()
        assert numbers(live) == ["fuld-disk-1", "fuld-disk-2"]


def test_below_the_reserve_votes_are_counted(small):
    with serving(small / "data", TOVHOLDER_DISK_RESERVE_MB=str(RESERVE)) as live:
        desk, phone = live.opened("desk"), live.phone()
        desk.post("/desk/1/begin").raise_for_status()
        go(desk, "Råd")
        for number in range(3):
            advice = form_of(phone, live) | {"first": f"Råd {number}", "key": f"fuld-disk-{number}"}
            phone.post(live.join + "/cards", data=advice).raise_for_status()
        vote = go(desk, "Tre prikker")
        page = phone.get(live.join + "/now", headers={"accept": "text/html"}).text
        option = re.search(r'name="(card-\d+)"', page)[1]
        fill(small, leave=4 << 20)
        time.sleep(1.2)
        ballot = {"key": "fuld-stemme-1", option: "1"}
        assert phone.post(f"{live.join}/votes/{vote}", data=ballot).json() == {"voted": int(vote)}
        assert phone.post(f"{live.join}/votes/{vote}", data=ballot).json() == {"voted": int(vote)}
        with socket_of(live, phone) as socket:
            socket.send(json.dumps({"to": f"votes/{vote}", "key": "fuld-stemme-2", option: "2"}))
            assert answered(socket) == {"key": "fuld-stemme-2", "status": 200, "voted": int(vote)}
        assert desk.post("/desk/1/votes/" + vote + "/close").status_code == 200


def test_without_its_ballast_a_full_disk_would_take_no_deletion(small):
    with serving(small / "data", TOVHOLDER_DISK_RESERVE_MB=str(RESERVE)) as live:
        wait_for(small / "data" / "ballast")
        office = live.opened("office")
        (small / "data" / "ballast").unlink()
        fill(small)
        assert office.post("/office/dialogues/1/delete").status_code == 507


def test_on_a_disk_without_a_byte_left_deleting_works_and_the_server_recovers(small):
    with serving(small / "data", TOVHOLDER_DISK_RESERVE_MB=str(RESERVE)) as live:
        wait_for(small / "data" / "ballast")
        phone, activity = begun(live)
        cards = live.join + "/cards"
        assert phone.post(cards, data=card(activity, "Før disken er fuld", "fuld-disk-0")).status_code == 200
        fill(small)
        roles = [live.client(accept="application/json") for _ in range(40)]  # joining writes, and nothing holds it back
        joined = [client.post(live.join + "/join", data={"role": "borger"}) for client in roles]
        assert {answer.status_code for answer in joined} <= {200, 507}
        assert joined[-1].status_code == 507
        assert joined[-1].json()["error"] == "StorageFull"
        assert phone.get(live.join + "/now").status_code == 200
        assert live.opened("board").get(live.board.split("#")[0]).status_code == 200
        assert numbers(live) == ["fuld-disk-0"]
        gone = live.opened("office").post("/office/dialogues/1/delete")
        assert gone.status_code in (200, 303)
        assert live.client().get(live.join + "/join").status_code == 404
        (small / "filler").unlink()
        wait_for(small / "data" / "ballast")
        assert live.client().get(f"{live.url}/readyz").status_code == 200


def test_on_a_disk_without_a_byte_left_a_card_can_be_taken_back(small):
    with serving(small / "data", TOVHOLDER_DISK_RESERVE_MB=str(RESERVE)) as live:
        wait_for(small / "data" / "ballast")
        phone, activity = begun(live)
        phone.post(live.join + "/cards", data=card(activity, "Det her fortryder jeg", "fuld-disk-0")).raise_for_status()
        mine = phone.get(live.join + "/mine", headers={"accept": "text/html"}).text
        card_id = re.search(r"/cards/(\d+)", mine)[1]
        fill(small)
        joined = [live.client().post(live.join + "/join", data={"role": "borger"}).status_code for _ in range(40)]
        assert joined[-1] == 507, "what was left of the last page is used up"
        assert phone.post(f"{live.join}/cards/{card_id}/withdraw").status_code == 303
        assert "Det her fortryder jeg" not in live.opened("board").get("/board/1", headers={"accept": "text/html"}).text
        (small / "filler").unlink()
        wait_for(small / "data" / "ballast")
        assert live.client().get(f"{live.url}/readyz").status_code == 200
    database = sqlite3.connect(f"file:{small / 'data' / 'tovholder.sqlite3'}?mode=ro", uri=True)
    assert database.execute("SELECT state FROM card WHERE key = 'fuld-disk-0'").fetchall() == [("withdrawn",)]
    database.close()


def test_without_its_ballast_no_card_could_be_taken_back_from_a_full_disk(small):
    with serving(small / "data", TOVHOLDER_DISK_RESERVE_MB=str(RESERVE)) as live:
        wait_for(small / "data" / "ballast")
        phone, activity = begun(live)
        phone.post(live.join + "/cards", data=card(activity, "Det her fortryder jeg", "fuld-disk-0")).raise_for_status()
        mine = phone.get(live.join + "/mine", headers={"accept": "text/html"}).text
        card_id = re.search(r"/cards/(\d+)", mine)[1]
        (small / "data" / "ballast").unlink()
        fill(small)
        joined = [live.client().post(live.join + "/join", data={"role": "borger"}).status_code for _ in range(40)]
        assert joined[-1] == 507
        assert phone.post(f"{live.join}/cards/{card_id}/withdraw").status_code == 507


def wait_for(file: Path) -> None:
    patience = time.monotonic() + 20
    while not file.exists():
        assert time.monotonic() < patience
        time.sleep(0.1)
