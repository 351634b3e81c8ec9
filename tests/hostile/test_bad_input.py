"""Bad input at every form and address: a clear sentence and a 4xx, never a 5xx, never an echo of megabytes."""

import re
import socket

import httpx
import pytest
from starlette.routing import Route

from app.main import create
from app.settings import Settings

NUMBERS = [
    "0",
    "-1",
    "1.5",
    "99999999999999999999",
    "2147483648",
    "9007199254740993",
    "x",
    "%00",
    "..%2f..",
    "٣",
    "NaN",
]
FORMULA, SCRIPT, OVERRIDE = "=HYPERLINK(1)", "<script>alert(1)</script>", "abc\u202edef"
JSON, FORM = {"content-type": "application/json"}, {"content-type": "application/x-www-form-urlencoded"}
HUGE, NAN = "9" * 20, "NaN"
NOISE = (
    b"\x16\x03\x01" + b"\x00" * 200,
    b"GET / HTTP/9.9\r\n\r\n",
    b"A" * 100_000,
    b"POST / HTTP/1.1\r\nContent-Length: -5\r\n\r\n",
)
BODIES: list[tuple[str, dict[str, object]]] = [
    ("empty", {"data": {}}),
    ("json surrogate", {"content": b'{"first": "\\ud800"}', "headers": JSON}),
    ("json NaN", {"content": b'{"activity": NaN}', "headers": JSON}),
    ("form surrogate", {"content": b"activity=1&kind=advice&first=%ED%A0%80&code=%ED%A0%80", "headers": FORM}),
    ("null byte", {"content": b"activity=%00&kind=%00&first=%00&secret=%00&code=%00", "headers": FORM}),
    ("huge id", {"data": dict.fromkeys(("activity", "theme", "card", "cards", "into"), HUGE)}),
    ("not a number", {"data": dict.fromkeys(("activity", "theme", "card", "minutes", "dots"), NAN)}),
    (
        "broken multipart",
        {"content": b"--x\r\nnonsense", "headers": {"content-type": "multipart/form-data; boundary=x"}},
    ),
    ("unknown type", {"content": b"\xff\xfe\x00", "headers": {"content-type": "image/png"}}),
    ("thousand fields", {"data": {f"card-{n}": "1" for n in range(1500)}}),
    ("deep json", {"content": b"[" * 20_000, "headers": JSON}),
]


def _addresses(code: str) -> list[tuple[str, str]]:
    """Every method and address of the app, path values filled with real ones."""
    app = create(Settings(secret_key="only for the list of routes", database_url="sqlite://"))
    app.state.place.writer.close()
    real = {"code": code, "spoken": "da", "face": "desk"}
    found = []
    for route in app.routes:
        if isinstance(route, Route):  # FastAPI's own are of this kind too
            path = re.sub(r"\{(\w+)(?::\w+)?\}", lambda name: real.get(name[1], "1"), route.path)
            found += [(method, path) for method in sorted(route.methods or ()) if method in ("GET", "POST")]
    return found


@pytest.fixture(scope="module")
def everything(live):
    """A browser that holds every link and a participant's cookie: nothing is stopped for want of rights."""
    client = live.phone()
    for face in ("office", "desk", "board"):
        address, _, secret = live.addresses[face].partition("#")
        client.post(address + "/open", data={"secret": secret}).raise_for_status()
    client.headers["accept"] = "text/html"
    yield client
    client.close()


def _code(live) -> str:
    return live.join.rpartition("/")[2]


def test_every_form_answers_bad_bodies_without_a_server_error(live, everything):
    wrong = []
    for method, path in _addresses(_code(live)):
        if method != "POST" or path.endswith("/rehearsal"):
            continue
        for name, body in BODIES:
            answer = everything.post(path, **body)
            if answer.status_code >= 500 or len(answer.content) > 65_536 * 4:
                wrong.append((path, name, answer.status_code, len(answer.content)))
    assert wrong == []


def test_every_address_answers_wrong_numbers_without_a_server_error(live, everything):
    app_paths = {path for _, path in _addresses("CODE")}
    wrong = []
    for path in sorted(app_paths):
        for number in NUMBERS:
            bad = re.sub(r"/1(?=/|$)", f"/{number}", path).replace("CODE", number)
            if bad == path:
                continue
            answer = everything.get(bad)
            if answer.status_code >= 500:
                wrong.append((bad, answer.status_code))
    assert wrong == []


def test_ten_megabytes_are_refused_before_they_are_read(live, everything):
    answer = everything.post(live.join + "/cards", data={"first": "x" * 10_000_000})
    assert answer.status_code == 413
    assert len(answer.content) < 20_000


def test_ten_megabytes_without_a_length_are_refused(live):
    def endless():
        for _ in range(160):
            yield b"first=" + b"x" * 65_536

    phone = live.phone()
    try:
        status = phone.post(live.join + "/cards", content=endless(), headers=FORM).status_code
    except (httpx.WriteError, httpx.ReadError, httpx.RemoteProtocolError):
        status = 413  # the server hung up while the flood was still coming
    assert status == 413
    assert live.client().get("/healthz").status_code == 200


def test_foreign_websites_can_neither_post_nor_connect(live, everything):
    foreign = {"origin": "https://evil.example", "sec-fetch-site": "cross-site"}
    for method, path in _addresses(_code(live)):
        if method == "POST":
            assert (path, everything.post(path, headers=foreign).status_code) == (path, 403)


def test_null_origin_is_refused(live, everything):
    assert everything.post(live.join + "/cards", headers={"origin": "null"}).status_code == 403


@pytest.mark.parametrize("code", ["AAAAAAAA", "%00", "a" * 5000, "😡😡😡😡😡😡😡😡", "<script>", "7K4M2PX0"])
def test_unknown_code_says_so(live, code):
    answer = live.client().get(f"/d/{code}")
    assert answer.status_code == 404
    assert "Koden findes ikke" in answer.text or "The code does not exist" in answer.text


def test_wrong_code_in_the_form_keeps_the_form(live):
    answer = live.client(**{"accept-language": "da"}).post("/", data={"code": "hej <b>"})
    assert answer.status_code == 404
    assert "Koden findes ikke. Prøv igen, eller spørg ved bordet." in answer.text
    assert '<form method="post" action="/"' in answer.text


def test_requests_that_are_not_http_do_not_stop_the_server(live):
    for noise in NOISE:
        with socket.create_connection(("127.0.0.1", live.port), timeout=5) as raw:
            raw.settimeout(1)
            try:
                raw.sendall(noise)
                raw.recv(1000)
            except OSError:
                pass
    assert live.client().get("/healthz").status_code == 200
