"""The participant's phone over real HTTP: join, write, correct, withdraw, vote, come back."""

import re

import pytest


@pytest.fixture(scope="module")
def begun(live):
    """The demo, begun and on its dilemma step."""
    desk = live.opened("desk")
    desk.post("/desk/1/begin").raise_for_status()
    go(desk, "Dilemmaer")
    return live


def steps(desk) -> dict[str, str]:
    """Title to id of the steps of the run sheet, as the desk's page names them."""
    page = desk.get("/desk/1", headers={"accept": "text/html", "accept-language": "da"}).text
    found = re.findall(r'<details id="step-(\d+)">.*?<span>([^<]+)</span>', page, re.DOTALL)
    return {title.strip(): number for number, title in found}


def go(desk, title: str) -> str:
    """Go to a step by its Danish title; the one that is on has no link to itself."""
    number = steps(desk).get(title, "")
    if not number:
        return number
    desk.post("/desk/1/step", data={"step": number}).raise_for_status()
    return number


def form_of(phone, live) -> dict[str, str]:
    """The hidden fields of the card form that is on now."""
    page = phone.get(live.join, headers={"accept": "text/html"}).text
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page))


def test_joining_is_one_post_and_sets_one_cookie(begun):
    client = begun.client()
    answer = client.post(begun.join + "/join", data={"role": "borger"})
    assert answer.status_code == 303
    assert sorted(client.cookies) == ["tovholder-p-1"]
    cookie = answer.headers["set-cookie"].lower()
    assert ("httponly" in cookie, "samesite=lax" in cookie, "secure" in cookie) == (True, True, False)


def test_joining_twice_is_the_same_person(begun):
    phone = begun.phone()
    first = phone.post(begun.join + "/join", data={"role": "leder"}).json()
    assert phone.post(begun.join + "/join", data={"role": "borger"}).json() == first


def test_a_card_is_acknowledged_and_a_repeat_is_the_same_card(begun):
    phone = begun.phone()
    fields = form_of(phone, begun) | {"first": "På den ene side det ene", "second": "det andet"}
    one = phone.post(begun.join + "/cards", data=fields).json()
    assert one["state"] == "shown"
    assert phone.post(begun.join + "/cards", data=fields).json() == one


def test_the_same_key_with_another_text_is_refused(begun):
    phone = begun.phone()
    fields = form_of(phone, begun) | {"first": "et", "second": "to"}
    phone.post(begun.join + "/cards", data=fields)
    answer = phone.post(begun.join + "/cards", data=fields | {"first": "noget andet"})
    assert (answer.status_code, answer.json()["error"]) == (409, "KeyReused")


def test_a_refused_card_keeps_its_text_in_the_form(begun):
    phone = begun.phone()
    fields = form_of(phone, begun) | {"first": "x" * 300, "second": "<b>fedt</b> & »citat«"}
    answer = phone.post(begun.join + "/cards", data=fields, headers={"accept": "text/html", "accept-language": "da"})
    assert answer.status_code == 422
    assert "Teksten er 20 tegn for lang. Der er plads til 280." in answer.text
    assert "x" * 300 in answer.text
    assert "&lt;b&gt;fedt&lt;/b&gt; &amp; »citat«" in answer.text


def test_a_civil_registration_number_is_masked_and_the_writer_told(begun):
    phone = begun.phone()
    fields = form_of(phone, begun) | {"first": "min mor 010203-1234 er syg", "second": "og 123456-7890 er en sag"}
    assert phone.post(begun.join + "/cards", data=fields).json()["masked"] is True
    page = phone.get(begun.join, headers={"accept": "text/html", "accept-language": "da"}).text
    assert "min mor xxxxxx-xxxx er syg" in page
    assert "og 123456-7890 er en sag" in page
    assert "Vi skjulte et personnummer. Resten af kortet står, som du skrev det." in page


def test_only_the_writer_can_change_or_withdraw_a_card(begun):
    writer, other = begun.phone(), begun.phone()
    writer.post(begun.join + "/cards", data=form_of(writer, begun) | {"first": "mit", "second": "kort"})
    page = writer.get(begun.join, headers={"accept": "text/html"}).text
    card = re.search(r"/cards/(\d+)/withdraw", page)[1]
    assert other.post(f"{begun.join}/cards/{card}", data={"first": "stjålet", "second": "x"}).status_code == 404
    assert other.post(f"{begun.join}/cards/{card}/withdraw").status_code == 404
    assert writer.post(f"{begun.join}/cards/{card}", data={"first": "mit nye", "second": "kort"}).status_code == 303
    assert "mit nye" in writer.get(begun.join, headers={"accept": "text/html"}).text
    assert writer.post(f"{begun.join}/cards/{card}/withdraw").status_code == 303
    assert "mit nye" not in writer.get(begun.join, headers={"accept": "text/html"}).text


def test_the_return_code_brings_the_cards_and_signs_the_first_phone_out(begun):
    first = begun.client(accept="application/json")
    code = first.post(begun.join + "/join", data={"role": "borger"}).json()["return_code"]
    first.post(begun.join + "/cards", data=form_of(first, begun) | {"first": "husk mig", "second": "tak"})
    second = begun.client(accept="application/json")
    assert second.post(begun.join + "/return", data={"code": f"{code[:3]} {code[3:]}".lower()}).status_code == 200
    assert "husk mig" in second.get(begun.join, headers={"accept": "text/html"}).text
    assert first.get(begun.join + "/now").status_code == 403


def test_ten_wrong_return_codes_an_hour_and_no_more(begun):
    phone = begun.client()
    answers = [phone.post(begun.join + "/return", data={"code": "AAAAAA"}).status_code for _ in range(11)]
    assert answers == [404] * 10 + [429]


def test_a_phone_that_has_not_joined_cannot_write(begun):
    client = begun.client(accept="application/json")
    answer = client.post(begun.join + "/cards", data={"activity": 1, "kind": "advice", "first": "x"})
    assert (answer.status_code, answer.json()["error"]) == (403, "JoinFirst")


def test_language_follows_the_browser_and_the_choice(begun):
    client = begun.client()
    assert "Hvad kommer du som i dag?" in client.get(begun.join + "/join", headers={"accept-language": "da"}).text
    assert "What are you here as today?" in client.get(begun.join + "/join", headers={"accept-language": "en"}).text
    client.get("/language/en?back=/", follow_redirects=True)
    assert "What are you here as today?" in client.get(begun.join + "/join", headers={"accept-language": "da"}).text
    assert client.get("/language/da?back=//evil.example").headers["location"] == "/"
