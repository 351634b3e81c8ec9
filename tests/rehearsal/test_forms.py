"""Forms are read as a browser reads them, and a made ballot keeps to what they offer."""

from random import Random

from app.rehearsal import forms, person
from app.rehearsal.forms import Form

CARD = """
<div id="now"><form method="post" action="/d/ABC/cards">
<input type="hidden" name="activity" value="7"><input type="hidden" name="kind" value="dilemma">
<input type="hidden" name="key" value="abc&amp;def1"><label><textarea name="first" required>Tekst</textarea></label>
<textarea name="second"></textarea><button>Send</button></form>
<form action="/d/ABC/cards/3/withdraw"><button class="link">Tag tilbage</button></form></div>
"""
VOTE = """
<form action="/d/ABC/votes/9"><input type="hidden" name="key" value="k1234567"><ul>
<li><fieldset data-number="4"><input type="radio" name="card-11" value="1"><input type="radio" name="card-11" value="2">
<input type="radio" name="card-11" value="0" checked></fieldset></li>
<li><fieldset data-number="8"><input type="radio" name="card-12" value="1"><input type="radio" name="card-12" value="2">
<input type="radio" name="card-12" value="0" checked></fieldset></li></ul>
<button>Gem</button><button name="skip" value="1">Spring over</button></form>
"""


def test_a_card_form_is_read_with_its_hidden_fields_and_its_texts():
    card, withdraw = forms.read(CARD)
    assert card == Form(
        "/d/ABC/cards",
        fixed={"activity": "7", "kind": "dilemma", "key": "abc&def1"},
        texts=["first", "second"],
    )
    assert withdraw == Form("/d/ABC/cards/3/withdraw")


def test_a_ballot_is_read_with_its_options_and_their_numbers():
    [ballot] = forms.read(VOTE)
    assert ballot.choices == {"card-11": ["1", "2", "0"], "card-12": ["1", "2", "0"]}
    assert ballot.numbers == {"card-11": 4, "card-12": 8}
    assert ballot.buttons == [("skip", "1")]


def test_a_kind_can_be_hidden_or_chosen():
    hidden, radio, listed, button = forms.read(
        '<form><input type="hidden" name="kind" value="advice"></form>'
        '<form><input type="radio" name="kind" value="pro"><input type="radio" name="kind" value="con"></form>'
        '<form><select name="kind"><option value="role">R</option><option value="focus">F</option></select></form>'
        '<form><button name="kind" value="dilemma">D</button></form>'
    )
    assert [form.values("kind") for form in (hidden, radio, listed, button)] == [
        ["advice"], ["pro", "con"], ["role", "focus"], ["dilemma"]
    ]  # fmt: skip
    assert hidden.values("role") == []


def test_fields_outside_a_form_and_disabled_ones_are_not_sent():
    page = '<input name="a" type="hidden" value="1"><form><input name="b" type="hidden" value="1" disabled></form>'
    assert forms.read(page) == [Form("")]


def test_made_dots_are_within_the_budget_and_name_every_option():
    [ballot] = forms.read(VOTE)
    made = [person.choice(ballot, Random(seed)) for seed in range(200)]
    assert {tuple(each) for each in made} == {("card-11", "card-12")}
    assert {sum(each.values()) for each in made} == {1, 2}
    assert {value for each in made for value in each.values()} == {0, 1, 2}


def test_a_made_stance_answers_every_card():
    offered = ["1", "-1", "0"]
    ballot = Form("/d/ABC/votes/9", choices={"card-1": offered, "card-2": offered})
    made = [person.choice(ballot, Random(seed)) for seed in range(200)]
    assert {tuple(each) for each in made} == {("card-1", "card-2")}
    assert {value for each in made for value in each.values()} == {1, 0, -1}
