"""The forms on a page, read as a browser reads them: every field with its values, nothing guessed from ids."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

_FORM = re.compile(r"<form\b.*?</form>", re.DOTALL | re.IGNORECASE)  # the rest of a page need not be parsed


@dataclass(slots=True)
class Form:
    """One form. `fixed` is what it sends by itself, `choices` the values each radio or list offers, in page order.

    `texts` names the fields to type in, `buttons` what each named button would add, `numbers` the card number that
    stands on the group a field is in.
    """

    action: str
    fixed: dict[str, str] = field(default_factory=dict)
    choices: dict[str, list[str]] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)
    buttons: list[tuple[str, str]] = field(default_factory=list)
    numbers: dict[str, int] = field(default_factory=dict)

    def values(self, name: str) -> list[str]:
        """The values a field can take: those it offers, the one it holds, or those of its buttons."""
        held = [self.fixed[name]] if name in self.fixed else [value for button, value in self.buttons if button == name]
        return self.choices.get(name) or held

    def kind(self) -> str:
        """How a ballot asks: dots, stance, spectrum or rank; empty for any other form."""
        offered = [set(values) for name, values in self.choices.items() if name.startswith("card-")]
        if not offered:
            return ""
        if all(values == {str(step) for step in range(1, 8)} for values in offered):
            return "spectrum"
        if any("-1" in values for values in offered):
            return "stance"
        return "dots" if all(name in self.numbers for name in self.choices if name.startswith("card-")) else "rank"


class _Reader(HTMLParser):
    """Reads the fields of one form."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.form = Form("")
        self._select = ""
        self._number = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        name = given.get("name", "")
        if tag == "form":
            self.form.action = given.get("action", "")
        elif tag == "fieldset":
            self._number = given.get("data-number", "")
        elif tag == "option" and self._select:
            self.form.choices.setdefault(self._select, []).append(given.get("value", ""))
        elif name and "disabled" not in given:
            self._field(tag, name, given)

    def _field(self, tag: str, name: str, given: dict[str, str]) -> None:
        kind, value = given.get("type", "text"), given.get("value", "")
        if tag == "select":
            self._select = name
        elif tag == "textarea" or (tag == "input" and kind == "text"):
            self.form.texts.append(name)
        elif tag == "button" or kind == "submit":
            self.form.buttons.append((name, value))
        elif tag == "input" and kind in ("radio", "checkbox"):
            self.form.choices.setdefault(name, []).append(value or "on")
            if self._number.isdecimal():
                self.form.numbers[name] = int(self._number)
        elif tag == "input":
            self.form.fixed[name] = value

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = ""
        elif tag == "fieldset":
            self._number = ""


def read(page: str) -> list[Form]:
    """Every form of a page or region, in page order."""
    return [_one(found[0]) for found in _FORM.finditer(page)]


def _one(markup: str) -> Form:
    reader = _Reader()
    reader.feed(markup)
    reader.close()
    return reader.form
