from app.analysis import text


def test_words_are_lower_case_in_reading_order():
    assert text.words("Tid! Det tog 7 mdr, og TO blanketter") == ["tid", "det", "tog", "mdr", "og", "to", "blanketter"]


def test_words_leave_out_numbers_emoji_and_punctuation():
    assert text.words("🍕 12 345 … 😡 — :)") == []


def test_words_leave_out_stock_phrases_in_both_languages():
    assert text.words("På den ene side vil vi, på den  anden side tør vi ikke") == ["vil", "vi", "tør", "vi", "ikke"]
    assert text.words("On the one hand time; on the other hand trust") == ["time", "trust"]


def test_words_keep_compounds_apart_at_hyphens_and_contractions_whole():
    assert text.words("IT-system don’t") == ["it", "system", "don't"]


def test_words_are_the_same_for_composed_and_decomposed_letters():
    assert text.words("p\u0061\u030a broen") == text.words("på broen")


def test_tokens_know_which_of_them_open_a_sentence():
    opening = [token.surface for token in text.tokenise("Spørg Bente. Hun ved det\nRing til hende") if token.opening]
    assert opening == ["Spørg", "Hun", "Ring"]


def test_guess_tells_danish_from_english():
    assert text.guess(text.words("hvem har ansvaret når det går galt")) == "da"
    assert text.guess(text.words("who is responsible when it goes wrong")) == "en"
    assert text.guess([]) == "da"


def test_stem_joins_the_forms_of_a_word():
    assert text.stem("frivillige", "da") == text.stem("frivillig", "da")
    assert text.stem("meetings", "en") == text.stem("meeting", "en")


def test_frequency_falls_to_a_floor_for_words_nobody_lists():
    assert text.frequency("og", "da") > text.frequency("kommunen", "da") > text.frequency("qwrtz", "da") == text.RAREST


def test_stop_words_of_each_language_hold_the_commonest_words():
    assert {"og", "det", "er", "på", "ikke"} <= text.stop_words("da")
    assert {"the", "and", "is", "on", "not"} <= text.stop_words("en")
