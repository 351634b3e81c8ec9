"""Kinds of card are data: a name and one or two fields in both languages. The list lies in app/data/card_kinds.json."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from app import language

_FILE = Path(__file__).parent.parent / "data" / "card_kinds.json"


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a card. `required` is false for a second field that may be left empty."""

    labels: dict[str, str]
    hints: dict[str, str]
    required: bool

    @property
    def label(self) -> str:
        return self.labels[language.current()]

    @property
    def hint(self) -> str:
        return self.hints[language.current()]


@dataclass(frozen=True, slots=True)
class CardKind:
    """A kind of card. `code` is the Danish code that spreadsheets and templates use."""

    key: str
    code: str
    names: dict[str, str]
    first: Field
    second: Field | None

    @property
    def name(self) -> str:
        return self.names[language.current()]


def _field(data: dict[str, Any], required: bool) -> Field:
    return Field(
        labels={"da": data["da"], "en": data["en"]},
        hints={"da": data["hint_da"], "en": data["hint_en"]},
        required=required,
    )


@cache
def all_kinds() -> dict[str, CardKind]:
    """Every kind by its key, in the order the organiser sees them."""
    kinds = {}
    for data in json.loads(_FILE.read_text(encoding="utf-8")):
        second = data["second"]
        kinds[data["key"]] = CardKind(
            key=data["key"],
            code=data["code"],
            names={"da": data["da"], "en": data["en"]},
            first=_field(data["first"], required=True),
            second=None if second is None else _field(second, required=second.get("required", False)),
        )
    return kinds


def kind(key: str) -> CardKind:
    """The kind with this key or Danish code; a card of a kind that was taken away reads as a question."""
    kinds = all_kinds()
    by_code = {each.code: each for each in kinds.values()}
    return kinds.get(key) or by_code.get(key) or kinds["question"]
