"""Client keys: a repeat is harmless, and a key stands for one content."""

import pytest
from sqlmodel import select

from app import errors
from app.domain import receipts
from app.models import Card, Receipt
from tests.domain.hall import at_once, key, writing


@pytest.mark.parametrize("bad", ["", "short", "a" * 65, "with blank", "ækey-ækey", "key-key-\n", "key-key\x00"])
def test_a_key_of_another_shape_is_unreadable(bad):
    with pytest.raises(errors.Unreadable):
        receipts.valid(bad)


def test_a_key_as_phones_make_it_is_valid():
    assert receipts.valid("Ab3_-xyz01234567") == "Ab3_-xyz01234567"


def test_a_repeat_gets_the_first_answer(base):
    hall, used = writing(base), key()
    first = hall.write("Spørg først", key=used)
    assert [hall.write("Spørg først", key=used) for _ in range(3)] == [first] * 3
    assert len(hall.rows(Card)) == 1


def test_the_same_key_with_other_content_is_refused_and_changes_nothing(base):
    hall, used = writing(base), key()
    first = hall.write("Spørg først", key=used)
    with pytest.raises(errors.KeyReused):
        hall.write("Spørg sidst", key=used)
    assert (errors.KeyReused.status, hall.card(first.card_id).first) == (409, "Spørg først")
    assert len(hall.rows(Card)) == 1


def test_two_people_may_use_the_same_key(base):
    hall, used = writing(base, people=2), key()
    numbers = [hall.write("Spørg først", by=me, key=used).number for me in hall.people]
    assert numbers == [1, 2]


def test_fifty_repeats_at_once_are_one_card(base):
    hall, used = writing(base), key()
    answers = at_once([lambda: hall.write("Spørg først", key=used)] * 50)
    assert answers == [answers[0]] * 50
    assert len(hall.rows(Card)) == 1


def test_a_refused_card_does_not_use_up_its_key(base):
    hall, used = writing(base), key()
    step = hall.step("Råd").id
    hall.go("Prikker")
    hall.base.do(lambda tx: tx.run("UPDATE activity SET closed_at = 0 WHERE id = :id", id=step))
    with pytest.raises(errors.ActivityClosed):
        hall.write("Spørg først", key=used)
    assert hall.rows(Receipt) == []
    hall.go("Råd")
    assert hall.write("Spørg noget andet", key=used).number == 1


def test_a_receipt_holds_no_text(base):
    hall = writing(base)
    hall.write("Hemmelighed")
    row = hall.base.read(lambda session: session.exec(select(Receipt)).one())
    assert "Hemmelighed" not in str(row.model_dump())
