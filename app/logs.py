"""What goes to the log: ids and names of things, never what people wrote, who they are or where they are.

A line is text for somebody at a terminal, and a JSON object for a program. An error is told by its kind and its place
in the code; its message is left out, since messages of libraries hold the values that they are about.
"""

import json
import logging
import sys
from datetime import UTC, datetime
from traceback import extract_tb
from types import TracebackType
from typing import Literal

Form = Literal["auto", "json", "text"]
_Found = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]

IDS = ("route", "status", "ms", "dialogue", "fact")  # what `extra=` may add to a line


class Text(logging.Formatter):
    """One line, and below it the places of an error."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        record.exc_text = None
        ids = " ".join(f"{name}={value}" for name, value in _ids(record).items())
        return super().format(record) + (f" {ids}" if ids else "")

    def formatException(self, found: _Found) -> str:  # noqa: N802 - logging's name
        return "\n".join(f"  {place}" for place in _places(found))


class Json(logging.Formatter):
    """One JSON object: at (UTC), level, logger, event, ids, and of an error its kinds and places."""

    def format(self, record: logging.LogRecord) -> str:
        told: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
        }
        told |= _ids(record)
        if record.exc_info:
            told["error"] = _places(record.exc_info)
        return json.dumps(told, ensure_ascii=False)


def configure(form: Form = "text") -> None:
    """Log to standard error. `auto` is text at a terminal and JSON elsewhere."""
    handler = logging.StreamHandler(sys.stderr)
    for_people = form == "text" or (form == "auto" and sys.stderr.isatty())
    handler.setFormatter(Text() if for_people else Json())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    logging.getLogger("alembic.runtime.plugins").setLevel(logging.WARNING)


def _ids(record: logging.LogRecord) -> dict[str, object]:
    return {name: getattr(record, name) for name in IDS if hasattr(record, name)}


def _places(found: _Found) -> list[str]:
    """From the cause to the error: the kind of each, and where it went through, innermost first."""
    lines: list[str] = []
    error: BaseException | None = found[1]
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        lines.append(f"{type(error).__module__}.{type(error).__qualname__}")
        for frame in reversed(extract_tb(error.__traceback__)):
            lines.append(f"at {frame.filename}:{frame.lineno} in {frame.name}")
        error = error.__cause__ or error.__context__
    return lines
