import pytest

from app.analysis import embedding, labels, text
from tests.analysis import cards, measures

BOARD = dict(enumerate(cards.SUBJECTS, start=1))


def test_headings_are_made_of_what_the_cards_share():
    found = {key: label.heading for key, label in labels.labels(BOARD, cards.NOISE).items()}
    assert found == {
        1: "Vagtplanen og møder",
        2: "Hallen og nøglen",
        3: "Fællesspisning",
        4: "Forsikring og frivillige",
        5: "Parking and library",
    }


def test_terms_are_best_first_and_stand_in_two_cards_or_more():
    assert labels.label(cards.KEYS, cards.TIME).terms[:2] == ("hallen", "nøglen")
    assert labels.label(["kun én nøgle", "en hal"], []).terms == ()


def test_heading_is_never_empty_nor_longer_than_a_line():
    odd = {
        1: [""],
        2: ["😀", "🍕"],
        3: ["12", "12"],
        4: ["hvad med det"],
        5: ["Speciallægepraksisplanlægningsstabiliseringsperiode"] * 3,
        6: [],
        7: ["avis", "mad"],
    }
    found = {key: label.heading for key, label in labels.labels(odd).items()}
    assert found[5] == "Speciallægepraksisplanl…"
    assert found[7] == "Mad og avis"
    assert sorted(found[key] for key in (1, 2, 3, 6)) == ["Tema", "Tema 2", "Tema 3", "Tema 4"]
    assert all(0 < len(heading) <= labels.LONGEST and any(map(str.isalpha, heading)) for heading in found.values())


def test_headings_differ_within_a_board_and_from_those_taken():
    twins = {1: cards.KEYS, 2: cards.KEYS, 3: cards.KEYS}
    found = [label.heading.casefold() for label in labels.labels(twins, taken=["HALLEN OG NØGLEN"]).values()]
    assert len({*found, "hallen og nøglen"}) == 4


def test_a_standing_heading_stays_while_it_still_fits():
    assert labels.labels({1: cards.KEYS}, present={1: "Nøglen"})[1].heading == "Nøglen"
    assert labels.labels({1: cards.KEYS}, present={1: "Vagtplanen"})[1].heading == "Hallen og nøglen"
    assert labels.labels({1: cards.KEYS}, present={1: "Nøglen"}, taken=["nøglen"])[1].heading == "Hallen og nøglen"


def test_names_are_left_out_and_abbreviations_kept():
    texts = ["Spørg Bente om GDPR", "Vi ringer til Bente om GDPR", "Hos Bente ligger listen"]
    assert labels.label(texts, []).terms == ("GDPR",)


def test_words_at_the_start_of_a_sentence_are_no_names():
    assert labels.label(["Nøgler mangler", "Nøgler, tak", "Nøgler!"], []).heading == "Nøgler"


def test_the_commonest_form_of_a_word_is_shown():
    assert labels.label(["en frivillig", "flere frivillige", "alle frivillige"], []).heading == "Frivillige"


def test_words_that_stand_together_make_one_term():
    texts = ["de nye danskere søger arbejde", "vi møder unge danskere", "unge danskere", "unge danskere"]
    assert labels.label(texts, ["unge", "unge", "danskere", "danskere"]).terms[0] == "unge danskere"


def test_stock_phrases_never_become_headings():
    texts = ["På den ene side ro, på den anden side vækst", "På den ene side penge, på den anden side tid"]
    assert "side" not in labels.label(texts, []).heading.lower()


def test_labels_do_not_depend_on_order():
    turned = {key: BOARD[key][::-1] for key in reversed(BOARD)}
    assert labels.labels(turned, cards.NOISE[::-1]) == labels.labels(BOARD, cards.NOISE)


@pytest.mark.parametrize("text", ["\u202eabc", "<script>alert(1)</script>", "=1+1", "a\x00b", "وقت الاجتماعات"])
def test_hostile_texts_get_a_heading(text: str):
    assert labels.label([text, text], []).heading != ""


def test_a_name_is_left_out_wherever_it_stands_and_however_it_is_written():
    texts = ["Bente har nøglen", "Bentes nøgle", "nøglen ligger hos bente", "BENTE har en nøgle", "Bente's nøgle"]
    assert labels.label(texts, []).terms == ("nøgle",)
    assert labels.label(["Spørg Bente", "spørg bente"], []).terms == ("spørg",)
    assert labels.label(["Bente", "Bente"], []).heading == "Tema"


def test_a_term_that_others_use_too_is_no_term():
    theme = ["vi mangler nøgler", "nøgler mangler", "hvor er vores nøgler"]
    assert labels.label(theme, ["vi mangler tid", "penge mangler", "hvem mangler"]).terms == ("nøgler",)


@pytest.mark.parametrize("track", [1, 2])
def test_no_label_of_a_scenario_has_a_person_s_name(track: int):
    """By the machine's themes, by people's, and with each card that names somebody written by three people."""
    rows = measures.scenario(track)
    texts = [written for written, _ in rows]
    found = measures.grouped(embedding.source().encode(texts), len(texts))
    boards: list[dict[object, list[str]]] = [{}, {}]
    for written, theme, truth in zip(texts, found, [truth for _, truth in rows], strict=True):
        boards[0].setdefault(theme, []).append(written)
        boards[1].setdefault(truth, []).append(written)
    piles = [dict(enumerate(board.values())) for board in boards]
    piles += [{0: [written] * 3, 1: texts} for written in texts if named(written)]
    said = {word for board in piles for label in labels.labels(board).values() for word in heard(label)}
    assert said & NAMED == set()
    assert [track for track in (1, 2) if any(named(written) for written, _ in measures.scenario(track))] == [2]


NAMED = {"bente", "tordenskjolds"}  # everybody who is named in the scenarios


def named(written: str) -> bool:
    return not NAMED.isdisjoint(text.words(written))


def heard(label: labels.Label) -> list[str]:
    return text.words(" ".join([label.heading, *label.terms]))
