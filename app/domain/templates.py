"""Templates: run sheets to begin from. They lie as data in app/data/templates.json, in both languages.

Organisers keep their own beside them, in the same shape.
"""

import json
import secrets
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from sqlmodel import Session, col, select

from app import errors, language
from app.domain import texts
from app.models import Activity, SavedTemplate, Statement
from app.settings import TITLE_MAX
from app.store import Transaction

OWN_MOST = 200  # templates that are kept
EMPTY = "empty"
COLUMNS = (
    *("kind", "title_da", "title_en", "prompt_da", "prompt_en", "minutes", "planned", "settings", "unit", "cue"),
    *("carries", "apart"),
)  # of an Activity that a template holds
STATEMENT = ("key", "text_da", "text_en", "left_da", "left_en", "right_da", "right_en", "source")
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
    own: bool = False

    @property
    def name(self) -> str:
        return self.names[language.current()]

    @property
    def minutes(self) -> int:
        return sum(int(step["minutes"]) for step in self.steps if not step.get("apart"))

    def data(self) -> dict[str, Any]:
        """The template as a file holds it."""
        return {**self.names, "people": self.people, "steps": list(self.steps)}


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


def _own(row: SavedTemplate) -> Template:
    data = row.data
    names = {"da": data["da"], "en": data["en"]}
    return Template(row.key, names, data["people"], tuple(data["steps"]), own=True)


def everything(session: Session) -> list[Template]:
    """Every template to choose from: those that came along, then those that organisers keep, the empty one last."""
    own = session.exec(select(SavedTemplate).order_by(col(SavedTemplate.id))).all()
    *known, empty = all_templates().values()
    return [*known, *map(_own, own), empty]


def template(session: Session, key: str) -> Template:
    """The template with this key. Raises Unreadable."""
    found = all_templates().get(key)
    if found is not None:
        return found
    row = session.exec(select(SavedTemplate).where(SavedTemplate.key == key)).first()
    if row is None:
        raise errors.Unreadable
    return _own(row)


def keep(tx: Transaction, data: dict[str, Any]) -> str:
    """Keep a run sheet in the shape of the file, checked by the caller. Returns its key. Raises TooManyTemplates."""
    if len(tx.session.exec(select(SavedTemplate.id)).all()) >= OWN_MOST:
        raise errors.TooManyTemplates(limit=OWN_MOST)
    key = f"own-{secrets.token_hex(6)}"
    tx.session.add(SavedTemplate(key=key, data=data))
    return key


def copy(tx: Transaction, dialogue_id: int, name: str, people: str = "") -> str:
    """Keep the run sheet of a dialogue, without anything that anybody wrote in it. Returns the template's key.

    Raises Empty without a name.
    """
    name = texts.line(name, TITLE_MAX)
    if not name:
        raise errors.Empty
    rows = select(Activity).where(Activity.dialogue_id == dialogue_id, col(Activity.round_of).is_(None))
    found = tx.session.exec(rows.order_by(col(Activity.apart), col(Activity.position))).all()
    steps = [_step(tx.session, row) for row in found]
    return keep(tx, {"da": name, "en": name, "people": texts.line(people, 20), "steps": steps})


def _step(session: Session, row: Activity) -> dict[str, Any]:
    """A step as the file holds it. Steps that it names by id, and agreements it asks about, are of one day alone."""
    step = {name: getattr(row, name) for name in COLUMNS}
    step["settings"] = {name: value for name, value in row.settings.items() if name != "steps"}
    asked = select(Statement).where(Statement.activity_id == row.id, col(Statement.agreement_id).is_(None))
    lines = session.exec(asked.order_by(col(Statement.position))).all()
    if lines:
        step["statements"] = [{name: getattr(line, name) for name in STATEMENT} for line in lines]
    return step


def drop(tx: Transaction, key: str) -> None:
    """Throw a kept template away; dialogues that began with it stay. Raises NotFound for one that came along."""
    row = tx.session.exec(select(SavedTemplate).where(SavedTemplate.key == key)).first()
    if row is None:
        raise errors.NotFound
    tx.session.delete(row)
