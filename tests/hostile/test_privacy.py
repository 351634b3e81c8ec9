"""What must not be kept: no text, code, token or address in a log, and no address in the database."""

import json
import re

from tests.conftest import serving
from tests.web.test_phone import form_of, go
from tests.web.test_stream import listen, path_of

TEXT = "Vaskekælderens hemmelige tekst"


def test_logs_hold_no_text_no_code_no_token_and_no_address(tmp_path):
    data = tmp_path / "data"
    with serving(data) as live:
        desk = live.opened("desk")
        desk.post("/desk/1/begin").raise_for_status()
        go(desk, "Dilemmaer")
        phone = live.phone()
        fields = form_of(phone, live) | {"first": TEXT, "second": TEXT}
        phone.post(live.join + "/cards", data=fields).raise_for_status()
        phone.post(live.join + "/cards", data=fields | {"first": TEXT * 20})
        phone.post(live.join + "/cards", data=fields | {"activity": TEXT})
        live.client().get(f"/d/{TEXT}")
        with listen(live, path_of(live), phone) as socket:
            socket.recv(timeout=5)
        tokens = [*phone.cookies.values(), *desk.cookies.values(), live.desk.partition("#")[2]]
        code = live.join.rpartition("/")[2]
    log = (tmp_path / "data.log").read_text(encoding="utf-8")
    assert [secret for secret in (TEXT, "Vaskek", code, *tokens) if secret in log] == []
    lines = [json.loads(line) for line in log.splitlines()]
    assert [line for line in lines if not {"at", "level", "logger", "event"} <= line.keys()] == []
    assert re.findall(r"\d+\.\d+\.\d+\.\d+:\d+", log) == []
    kept = b"".join(file.read_bytes() for file in data.iterdir() if file.name.startswith("tovholder.sqlite3"))
    assert kept.count(b"127.0.0.1") == 0
    assert TEXT.encode() in kept


def test_no_page_asks_another_host_or_holds_anything_inline(live):
    desk, phone, office = live.opened("desk"), live.phone(), live.opened("office")
    pages = {
        "/": phone, live.join: phone, f"{live.join}/join": live.client(), "/privacy": phone, "/was": phone,
        "/desk/1": desk, "/board/1": desk, "/office": office, "/office/dialogues/1": office,
        "/office/dialogues/1/poster": office, "/dialogues/1/summary": desk,
    }  # fmt: skip
    wrong = []
    for address, client in pages.items():
        answer = client.get(address, headers={"accept": "text/html"})
        html = answer.text
        foreign = [url for url in re.findall(r'(?:src|href|action)="(https?://[^"]+)"', html) if live.url not in url]
        inline = re.findall(r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=", html)
        policy = answer.headers["content-security-policy"]
        if answer.status_code != 200 or foreign or inline or "unsafe" in policy:
            wrong.append((address, answer.status_code, foreign, inline))
    assert wrong == []


def test_a_phone_keeps_one_cookie_and_no_more(live):
    phone = live.phone()
    phone.get(live.join, headers={"accept": "text/html"})
    assert [name for name in phone.cookies if name != "tovholder-p-1"] == []
