"""The sentence model: what it says of a text depends on that text alone, and without it words do the work."""

import numpy as np
import pytest

from app.analysis import sentences
from app.analysis.embedding import LexicalVectors, MeaningVectors
from app.analysis.sentences import NoModel, SentenceModel


@pytest.fixture(scope="module")
def model() -> SentenceModel:
    return SentenceModel()


def alike(model: SentenceModel, one: str, other: str) -> float:
    rows = model.encode([one, other])
    return float(rows[0] @ rows[1])


def test_meaning_is_seen_without_a_shared_word(model):
    near = alike(model, "Vi mangler hænder på plejehjemmet", "Der er for få ansatte i ældreplejen")
    far = alike(model, "Vi mangler hænder på plejehjemmet", "Toget til lufthavnen er forsinket")
    assert near > far + 0.2


def test_danish_and_english_meet(model):
    assert alike(model, "De frivillige har ingen nøgler", "Volunteers have no keys") > 0.6


def test_a_row_depends_on_its_own_text_alone(model):
    texts = ["Tid til møder", "Volunteers help", "Kommunen svarer ikke på breve fra borgere", "Ja"]
    together = model.encode(texts)
    alone = np.vstack([model.encode([text]) for text in texts])
    assert np.array_equal(together, alone)
    assert np.linalg.norm(together, axis=1) == pytest.approx(np.ones(4), abs=1e-5)


@pytest.mark.parametrize("text", ["", "   ", "😀🍕", "…!?", "7"])
def test_nothing_to_read_is_a_row_of_zeros(model, text):
    assert not model.encode([text]).any()


@pytest.mark.parametrize("text", ["x" * 5000, "ord " * 3000, "وقت الاجتماعات", "会议时间", "a\x00b", "\u202etxet"])
def test_odd_texts_are_read_without_fail(model, text):
    assert np.linalg.norm(model.encode([text])[0]) == pytest.approx(1, abs=1e-5)


def test_no_texts_give_no_rows(model):
    assert model.encode([]).shape == (0, model.width)


def test_words_and_meaning_share_the_length(model):
    rows = MeaningVectors(model).encode(["Ingen tid til møder", "No time for meetings", "", "😀"])
    assert np.sqrt(rows.squares()).tolist() == pytest.approx([1, 1, 0, 0], abs=1e-4)
    assert MeaningVectors(model).name != LexicalVectors().name


def test_a_folder_without_a_model_is_told_of(tmp_path):
    with pytest.raises(NoModel):
        SentenceModel(tmp_path)
    (tmp_path / "model.onnx").write_bytes(b"no model")
    (tmp_path / "vocab.txt").write_text("[CLS]\n[SEP]\n[UNK]\n")
    with pytest.raises(NoModel):
        SentenceModel(tmp_path)


def test_an_own_model_reads_the_text_as_written(tmp_path):
    for source, name in (("minilm.int8.onnx", "model.onnx"), ("vocab.txt", "vocab.txt")):
        (tmp_path / name).write_bytes((sentences.SHIPPED / source).read_bytes())
    own = SentenceModel(tmp_path)
    assert not own.english
    assert np.array_equal(own.encode(["No time"]), SentenceModel().encode(["No time"]))
    assert not np.array_equal(own.encode(["Ingen tid"]), SentenceModel().encode(["Ingen tid"]))
