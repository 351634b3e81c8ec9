"""Templates: run sheets to begin from. They lie as data in app/data/templates.json, in both languages."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from app import errors, language

_FILE = Path(__file__).parent.parent / "data" / "templates.json"

PERSPECTIVES = (
    ("Medarbejder", "Employee"),
    ("Frivillig", "Volunteer"),
    ("Leder", "Manager"),
    ("Borger", "Citizen"),
    ("Forsker", "Researcher"),
)
SOMETHING_ELSE = ("Andet, eller bare mig selv", "Something else, or just myself")


@dataclass(frozen=True, slots=True)
class Template:
    """A run sheet. Each step holds the columns of an Activity, without dialogue and position."""

    key: str
    names: dict[str, str]
    people: str
    steps: tuple[dict[str, Any], ...]

    @property
    def name(self) -> str:
        return self.names[language.current()]

    @property
    def minutes(self) -> int:
        return sum(int(step["minutes"]) for step in self.steps)


@cache
def all_templates() -> dict[str, Template]:
    """Every template by its key, the empty one last."""
    return {
        data["key"]: Template(
            key=data["key"],
            names={"da": data["da"], "en": data["en"]},
            people=data["people"],
            steps=tuple(data["steps"]),
        )
        for data in json.loads(_FILE.read_text(encoding="utf-8"))
    }


def template(key: str) -> Template:
    """The template with this key. Raises Unreadable."""
    found = all_templates().get(key)
    if found is None:
        raise errors.Unreadable
    return found
