"""The forms on a page, read as a browser reads them: every field with its values, nothing guessed from ids."""

from dataclasses import dataclass, field
from html.parser import HTMLParser


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


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[Form] = []
        self._open: Form | None = None
        self._select = ""
        self._number = ""
        self._by_id: dict[str, Form] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "fieldset":
            self._number = given.get("data-number", "")
        if tag == "form":
            self._open = Form(given.get("action", ""))
            self.forms.append(self._open)
            if "id" in given:
                self._by_id[given["id"]] = self._open
            return
        form = self._by_id.get(given["form"]) if "form" in given else self._open
        if form is None or "disabled" in given:
            return
        self._field(form, tag, given)

    def _field(self, form: Form, tag: str, given: dict[str, str]) -> None:
        name = given.get("name", "")
        if tag == "option" and self._select:
            form.choices.setdefault(self._select, []).append(given.get("value", ""))
        elif not name:
            return
        elif tag == "select":
            self._select = name
        elif tag == "textarea":
            form.texts.append(name)
        elif tag == "button":
            form.buttons.append((name, given.get("value", "")))
        elif tag == "input":
            self._input(form, name, given)

    def _input(self, form: Form, name: str, given: dict[str, str]) -> None:
        if self._number.isdecimal():
            form.numbers[name] = int(self._number)
        kind, value = given.get("type", "text"), given.get("value", "")
        if kind in ("radio", "checkbox"):
            form.choices.setdefault(name, []).append(value or "on")
        elif kind == "submit":
            form.buttons.append((name, value))
        elif kind == "text":
            form.texts.append(name)
        else:
            form.fixed[name] = value
            if kind in ("number", "range") and given.get("max", "").isdecimal():
                form.choices[name] = [str(each) for each in range(int(given.get("min") or 0), int(given["max"]) + 1)]

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None
        elif tag == "select":
            self._select = ""
        elif tag == "fieldset":
            self._number = ""


def read(page: str) -> list[Form]:
    """Every form of a page or region, in page order."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    return reader.forms
