"""Pages and partials: one Jinja environment, both languages, everything escaped. Templates get frozen views only."""

import hashlib
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup
from starlette.requests import HTTPConnection
from starlette.responses import HTMLResponse

from app import language
from app.domain import codes
from app.settings import TEXT_MAX
from app.web import board_layout, board_rows, board_sheets, statics
from app.web.statics import STATIC

_APP = Path(__file__).parent.parent


@cache
def knot() -> str:
    """The mark of the house inside the page: one request less for a phone."""
    return "data:image/svg+xml," + quote((STATIC / "knot.svg").read_text(encoding="utf-8").strip())


@cache
def build() -> str:
    """Which version this is, of code, templates and what browsers load: an old page can tell a new server by it."""
    print_ = hashlib.blake2b(digest_size=6)
    for file in sorted(path for path in _APP.rglob("*") if path.suffix in (".py", ".html", ".css", ".js", ".po")):
        print_.update(file.read_bytes())
    return print_.hexdigest()


@cache
def icons() -> Markup:
    """Our own glyphs, to stand once in a page and be used by reference."""
    return Markup((STATIC / "icons.svg").read_text(encoding="utf-8"))  # noqa: S704 - our own file


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_APP / "templates"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
        auto_reload=False,
    )
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        language.gettext, language.ngettext, newstyle=True
    )
    environment.filters |= {
        "day": language.day,
        "clock": language.clock,
        "moment": language.moment,
        "number": language.number,
        "code": codes.shown,
    }
    environment.globals |= {
        "static": statics.address,
        "build": build,
        "knot": knot,
        "icons": icons,
        "spoken": language.current,
        "TEXT_MAX": TEXT_MAX,
        "layout": board_layout,
        "rows": board_rows,
        "sheets": board_sheets,
    }
    return environment


templates = _environment()


def partial(template: str, **values: Any) -> str:
    """A region as text, in the current language."""
    return templates.get_template(template).render(**values)


def page(connection: HTTPConnection, template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """A whole page, or a region, as an answer."""
    place = connection.app.state.place
    html = partial(template, path=connection.url.path, settings=place.settings, **values)
    return HTMLResponse(html, status_code=status, headers={"content-language": language.current()})


def is_htmx(connection: HTTPConnection) -> bool:
    return connection.headers.get("hx-request") == "true"


def wants_json(connection: HTTPConnection) -> bool:
    """Whether a program asks; people's browsers ask for HTML."""
    return "application/json" in connection.headers.get("accept", "")
