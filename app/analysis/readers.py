"""Sentence models as they lie on disk: one that onnxruntime runs, or a table of words in the form of model2vec.

An ONNX folder has `model.onnx` and `vocab.txt` (BERT's lower-case pieces) or `tokenizer.json`. The model gets the
numbers of the pieces and gives a row a text, or a row a piece, of which the mean is taken. A model2vec folder has
`model.safetensors`, `tokenizer.json` and `config.json`. `tokenizer.json` and model2vec need the extra `own-model`.
"""

import importlib
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from app.analysis.wordpiece import WordPiece

_PIECES = 128  # of a text that are read; 600 letters are fewer
_EXTRA = "it comes with the extra own-model"

Pieces = Callable[[str], Sequence[int]]


class NoModel(Exception):
    """There is no sentence model here, or it cannot be run; the message says which."""


class Reader(Protocol):
    """What turns one text into one row of `width` numbers, of whatever length."""

    width: int

    def read(self, text: str) -> NDArray[np.float32]: ...


def of(folder: Path, onnx_names: Sequence[str]) -> tuple[Reader, Path]:
    """The reader of the model in a folder, loaded, and the file with its weights. Raises NoModel."""
    for name in onnx_names:
        if (folder / name).exists():
            return _Onnx(folder / name, _pieces(folder)), folder / name
    if (folder / "model.safetensors").exists() and (folder / "tokenizer.json").exists():
        return _Table(folder), folder / "model.safetensors"
    raise NoModel(f"no sentence model in {folder}")


def _pieces(folder: Path) -> Pieces:
    vocabulary, tokenizer = folder / "vocab.txt", folder / "tokenizer.json"
    if vocabulary.exists():
        known = WordPiece(vocabulary)
        return lambda text: known.numbers(text, _PIECES)
    if not tokenizer.exists():
        raise NoModel(f"no vocab.txt and no tokenizer.json in {folder}")
    library = _extra("tokenizers")
    try:
        made = library.Tokenizer.from_file(os.fspath(tokenizer))
    except Exception as error:  # the library raises nothing more particular
        raise NoModel(f"{tokenizer} cannot be read") from error
    made.enable_truncation(_PIECES)
    made.no_padding()
    return lambda text: made.encode(text).ids


def _extra(name: str) -> Any:
    """A library that only own models need. It may know of a hub; a model lies on disk."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    try:
        return importlib.import_module(name)
    except ImportError as missing:
        raise NoModel(f"{name} is not installed; {_EXTRA}") from missing


class _Onnx:
    """A model that onnxruntime runs, one text at a time."""

    def __init__(self, file: Path, pieces: Pieces) -> None:
        self._pieces = pieces
        self._session = _session(file)
        self._inputs = [one.name for one in self._session.get_inputs()]
        self.width = int(self._session.get_outputs()[0].shape[-1])

    def read(self, text: str) -> NDArray[np.float32]:
        ids = np.array([self._pieces(text)], np.int64)
        given = {"mask": np.ones_like(ids), "type": np.zeros_like(ids)}
        inputs = {name: next((given[kind] for kind in given if kind in name), ids) for name in self._inputs}
        rows = np.asarray(self._session.run(None, inputs)[0][0], np.float32)
        return rows if rows.ndim == 1 else np.asarray(rows.mean(axis=0))


def _session(file: Path) -> Any:
    try:
        import onnxruntime
    except ImportError as error:
        raise NoModel("onnxruntime is not installed") from error
    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = settings.inter_op_num_threads = 1  # voting has the other cores
    try:
        return onnxruntime.InferenceSession(os.fspath(file), settings, providers=["CPUExecutionProvider"])
    except Exception as error:  # the library's own kinds of error differ from release to release
        raise NoModel(f"{file} cannot be run") from error


class _Table:
    """A row a word, by model2vec: the mean of a text's words."""

    def __init__(self, folder: Path) -> None:
        library = _extra("model2vec")
        try:
            self._model = library.StaticModel.from_pretrained(folder)
        except Exception as error:  # of its tokenizer, of its table or of a file that is no such thing
            raise NoModel(f"{folder} cannot be read as a model2vec model") from error
        self.width = int(self._model.dim)

    def read(self, text: str) -> NDArray[np.float32]:
        return np.asarray(self._model.encode([text], use_multiprocessing=False)[0], np.float32)
