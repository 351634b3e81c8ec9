"""Sentence models of an operator's own, in each form they come in: small ones, made here."""

import base64
import shutil
from pathlib import Path

import numpy as np
import pytest

from app.analysis.embedding import LexicalVectors, MeaningVectors, source
from app.analysis.sentences import SHIPPED, NoModel, SentenceModel

WORDS = {"[UNK]": [0, 0, 0], "nøgler": [1, 0, 0], "låse": [0.8, 0.6, 0], "møder": [0, 0, 2], "tid": [0, 0.5, 1]}

# An ONNX model that gives a row a piece: [3, 0] for the third piece of its vocabulary, [0, 4] for the fourth.
A_ROW_A_PIECE = (
    "CAgSADrPAQocCgF0CglpbnB1dF9pZHMSBHJvd3MiBkdhdGhlchIBZyorCAQIAhABQgF0SiAAAAAAAAAAAAAAAAAAAAAAAABAQAAAAAAAAAAAAACAQF"
    "ocCglpbnB1dF9pZHMSDwoNCAcSCQoCCAEKAxIBblohCg5hdHRlbnRpb25fbWFzaxIPCg0IBxIJCgIIAQoDEgFuWiEKDnRva2VuX3R5cGVfaWRzEg8K"
    "DQgHEgkKAggBCgMSAW5iGwoEcm93cxITChEIARINCgIIAQoDEgFuCgIIAkIECgAQDQ=="
)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """A model2vec folder that knows four words."""
    model2vec = pytest.importorskip("model2vec", reason="needs the extra own-model")
    tokenizers = pytest.importorskip("tokenizers")
    tokenizer = tokenizers.Tokenizer(
        tokenizers.models.WordLevel({word: number for number, word in enumerate(WORDS)}, unk_token="[UNK]")
    )
    tokenizer.normalizer = tokenizers.normalizers.Lowercase()
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    model2vec.StaticModel(np.array(list(WORDS.values()), np.float32), tokenizer).save_pretrained(tmp_path / "own")
    return tmp_path / "own"


def test_a_model2vec_folder_is_read_as_written(table):
    model = SentenceModel(table)
    rows = model.encode(["Nøgler", "låse", "Møder", "nøgler møder", "", "ukendt"])
    assert (model.english, model.width) == (False, 3)
    assert rows[0] == pytest.approx([1, 0, 0])
    assert float(rows[0] @ rows[1]) == pytest.approx(0.8)
    assert rows[3] == pytest.approx(np.array([1, 0, 2]) / np.sqrt(5))
    assert not rows[4:].any()


def test_a_model2vec_folder_can_be_named_in_the_setting(table):
    found = source(str(table))
    assert isinstance(found, MeaningVectors)
    assert found.encode(["nøgler"]).meaning.shape == (1, 3)
    assert np.array_equal(found.encode(["nøgler", "låse"])[[0]].meaning, found.encode(["nøgler"]).meaning)


def test_the_name_changes_with_the_table(table, tmp_path):
    shutil.copytree(table, tmp_path / "other")
    weights = tmp_path / "other" / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-4] + b"\0\0\0\0")
    assert SentenceModel(table).name != SentenceModel(tmp_path / "other").name


def test_an_onnx_folder_may_have_a_tokenizer_instead_of_a_vocabulary(tmp_path):
    tokenizers = pytest.importorskip("tokenizers", reason="needs the extra own-model")
    shutil.copy(SHIPPED / "minilm.int8.onnx", tmp_path / "model.onnx")
    with pytest.raises(NoModel):
        SentenceModel(tmp_path)
    tokenizers.BertWordPieceTokenizer(str(SHIPPED / "vocab.txt")).save(str(tmp_path / "tokenizer.json"))
    texts = ["The volunteers have no keys", "word " * 300]
    found = SentenceModel(tmp_path).encode(texts)
    shutil.copy(SHIPPED / "vocab.txt", tmp_path / "vocab.txt")
    assert found == pytest.approx(SentenceModel(tmp_path).encode(texts), abs=1e-6)


def test_of_a_model_that_gives_a_row_a_piece_the_mean_is_taken(tmp_path):
    (tmp_path / "model.onnx").write_bytes(base64.b64decode(A_ROW_A_PIECE))
    (tmp_path / "vocab.txt").write_text("[CLS]\n[UNK]\n[SEP]\nkey\n")
    model = SentenceModel(tmp_path)
    assert model.width == 2
    assert model.encode(["key", "key key"]) == pytest.approx(np.array([[0.6, 0.8], [3 / 73**0.5, 8 / 73**0.5]]))


@pytest.mark.parametrize("missing", ["tokenizer.json", "model.safetensors", "config.json"])
def test_a_folder_that_lacks_a_file_leaves_words_alone(table, missing):
    (table / missing).unlink()
    assert isinstance(source(str(table)), LexicalVectors)


def test_a_broken_table_leaves_words_alone(table):
    (table / "model.safetensors").write_bytes(b"no table")
    assert isinstance(source(str(table)), LexicalVectors)
    (table / "tokenizer.json").write_text("{")
    assert isinstance(source(str(table)), LexicalVectors)
