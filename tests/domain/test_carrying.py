"""Carry-over: marked pieces go on without author, with origin and date; nothing is overwritten or taken twice."""

from datetime import date

import pytest

from app import errors
from app.domain import agreements, cards, carrying, dialogues, materials, themes
from app.models import Activity, Agreement, Example, Group, Material, Statement, Theme
from tests.domain import hall
from tests.domain.hall import Hall


def series(base) -> tuple[Hall, Hall]:
    """A first dialogue with cards of four kinds and a theme, and a later one of the same series in draft."""
    first = hall.writing(base, people=3)
    for number in range(3):
        first.write(f"Råd nummer {number}")
    first.write("når vi gør det sammen", second="når nogen overtager en vagt", kind="concept")
    first.write("En folder om vagtplaner", second="Ledere", kind="product")
    first.write("Hvem betaler kørslen?", kind="question")
    series_id = first.dialogue.series_id
    later = Hall(base, base.do(dialogues.make, "empty", "Konferencen", 90, series_id))
    return first, later


def keys(first: Hall, *sorts: str) -> set[str]:
    return {piece.key for piece in first.read(carrying.offer) if piece.sort in sorts}


def mark_all(first: Hall) -> None:
    first.do(carrying.mark, [card.id for card in first.read(cards.shown)], True)


def test_only_what_is_marked_is_chosen_and_a_card_nobody_marked_is_not_offered(base):
    first, _ = series(base)
    offered = {(piece.sort, piece.chosen) for piece in first.read(carrying.offer)}
    assert offered == {("product", False), ("question", False)}
    first.do(carrying.mark, [first.read(cards.shown)[0].id], True)
    assert [piece.text for piece in first.read(carrying.offer) if piece.chosen] == ["Råd nummer 0"]


def test_a_card_goes_on_without_author_with_origin_and_date(base):
    first, later = series(base)
    base.do(lambda tx: setattr(dialogues.get(tx.session, first.id), "event_date", date(2026, 11, 3)))
    mark_all(first)
    later.base.do(carrying.carry, first.id, later.id, keys(first, "concept"))
    [line] = later.read(materials.of)
    assert (line.sort, line.text, line.second) == ("concept", "når vi gør det sammen", "når nogen overtager en vagt")
    assert (line.origin, line.origin_date) == ("En hverdag til flere", date(2026, 11, 3))
    assert not {"participant_id", "author"} & set(later.rows(Material)[0])


def test_carrying_twice_adds_nothing_and_overwrites_nothing(base):
    first, later = series(base)
    mark_all(first)
    wanted = keys(first, "concept", "product", "question", "advice")
    assert base.do(carrying.carry, first.id, later.id, wanted) == 6
    [concept] = later.read(materials.of, "concept")
    base.do(materials.edit, later.id, concept.id, "vores egne ord", "", "workshoppen")
    assert base.do(carrying.carry, first.id, later.id, wanted) == 0
    [concept] = later.read(materials.of, "concept")
    assert (concept.text, concept.source) == ("vores egne ord", "workshoppen")


def test_what_its_writer_took_back_is_not_offered_and_goes_where_it_was_carried(base):
    first, later = series(base)
    mark_all(first)
    base.do(carrying.carry, first.id, later.id, keys(first, "concept", "advice"))
    mine = [card for card in first.read(cards.shown) if card.kind in ("concept", "advice")]
    for card in mine:
        base.do(cards.withdraw, first.people[0], card.id)
    assert later.read(materials.of) == ()
    assert later.rows(Material) == []
    assert keys(first, "concept", "advice") == set()


def test_headings_become_first_piles_with_their_cards_as_examples(base):
    first, later = series(base)
    ids = [card.id for card in first.read(cards.shown) if card.kind == "advice"]
    theme = first.do(themes.new, "Begynd småt", ids)
    assert carrying.Piece(f"theme-{theme}", "heading", "Begynd småt", "", True, 3) in first.read(carrying.offer)
    base.do(carrying.carry, first.id, later.id, {f"theme-{theme}"})
    base.do(carrying.carry, first.id, later.id, {f"theme-{theme}"})
    assert [row["label"] for row in later.rows(Theme)] == ["Begynd småt"]
    assert [row["card_id"] for row in later.rows(Example)] == ids


def test_products_become_things_to_do_and_the_card_is_not_copied(base):
    first, later = series(base)
    base.do(carrying.carry, first.id, later.id, keys(first, "product"))
    [product] = later.read(agreements.all_of, "product")
    assert (product.what, product.who, product.status) == ("En folder om vagtplaner", "Ledere", "unknown")
    assert [row["what"] for row in later.rows(Agreement)] == [""]
    base.do(agreements.settle, product.id, "Fagforbundet", date(2027, 2, 1), "")
    assert later.read(agreements.all_of, "product")[0].due_on == date(2027, 2, 1)


def test_the_winners_of_a_vote_become_topics_of_two_tables_each(base):
    first, ballot, ids = hall.voting(base, people=4, options=4)
    base.do(lambda tx: setattr(tx.session.get(Activity, ballot), "carries", "focus_ranked"))
    for person, card in zip(first.people, (ids[2], ids[2], ids[0], ids[1]), strict=True):
        first.cast(ballot, {card: 1}, by=person)
    later = Hall(base, base.do(dialogues.make, "empty", "Konferencen", 90, first.dialogue.series_id))
    base.do(
        lambda tx: tx.session.add_all(
            Group(dialogue_id=later.id, sort="table", number=number) for number in range(1, 5)
        )
    )
    assert [piece for piece in first.read(carrying.offer, 4) if piece.sort == "topic"] == []
    first.close(ballot)
    wanted = {piece.key for piece in first.read(carrying.offer, 4) if piece.sort == "topic"}
    base.do(carrying.carry, first.id, later.id, wanted)
    assert [line.text for line in later.read(materials.of, "topic")] == ["Råd nummer 2", "Råd nummer 0"]
    assert [row["topic"] for row in later.rows(Group)] == ["Råd nummer 2"] * 2 + ["Råd nummer 0"] * 2


def test_agreements_are_asked_after_in_the_step_that_asks(base):
    first, later = series(base)
    first.write("Vi laver en vagtplan", second="Kommunen, maj", kind="agreement")
    later.do(dialogues.add_step, {"kind": "present", "title_da": "Hvad blev det til?", "carries": "agreement_status"})
    wanted = keys(first, "agreement")
    assert base.do(carrying.carry, first.id, later.id, wanted) == 1
    assert base.do(carrying.carry, first.id, later.id, wanted | keys(first, "agreement")) == 0
    [row] = later.rows(Statement)
    assert row["text_da"] == "Vi laver en vagtplan"
    [agreement] = base.read(lambda session: carrying.inherited(session, dialogues.get(session, later.id)))
    assert agreement.id == row["agreement_id"]


def test_decisions_open_the_next_mandate_only_where_nothing_is_written(base):
    first, ballot, ids = hall.voting(base, people=2, options=2, title="Holdning")
    base.do(lambda tx: setattr(tx.session.get(Activity, ballot), "carries", "decisions"))
    first.cast(ballot, {ids[1]: 1})
    first.close(ballot)
    made = base.do(carrying.next_in, first.id, "empty", "Næste gang", 90)
    assert base.read(dialogues.get, made).mandate_open == "Råd nummer 1"
    assert base.read(dialogues.get, made).series_id == first.dialogue.series_id
    base.do(lambda tx: setattr(dialogues.get(tx.session, made), "mandate_open", "Vores egne ord"))
    base.do(carrying.carry, first.id, made, {piece.key for piece in first.read(carrying.offer)})
    assert base.read(dialogues.get, made).mandate_open == "Vores egne ord"


def test_nothing_goes_to_another_series(base):
    first, _ = series(base)
    stranger = base.do(dialogues.make, "empty", "Noget andet", 90)
    for target in (stranger, first.id):
        with pytest.raises(errors.WrongSeries):
            base.do(carrying.carry, first.id, target, set())


def test_an_organiser_may_add_a_line_and_it_is_marked_as_added(base):
    _, later = series(base)
    number = later.do(materials.add, "topic", "Kørsel", "", "")
    later.do(materials.add, "form", "Sam-styring", "Vi styrer sammen", "Ibsen 2016")
    assert [(line.sort, line.added, line.source) for line in later.read(materials.of)] == [
        ("topic", True, ""),
        ("form", True, "Ibsen 2016"),
    ]
    later.do(materials.remove, number)
    assert [line.sort for line in later.read(materials.of)] == ["form"]
    for bad, why in ((("nothing", "x"), errors.Unreadable), (("topic", " "), errors.Empty)):
        with pytest.raises(why):
            later.do(materials.add, *bad)
    with pytest.raises(errors.NotFound):
        later.do(materials.remove, 10**9)
