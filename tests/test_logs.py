"""The log: ids for those who look after the server, nothing of what people wrote, in both forms."""

import json
import logging
import re
import sys

import pytest

from app import logs

SECRET = "Vaskekælderens hemmelige tekst"


def failing() -> logging.LogRecord:
    """A record of an error whose own message, and whose cause's, hold what somebody wrote."""
    try:
        try:
            raise ValueError(SECRET)
        except ValueError as cause:
            raise RuntimeError(f"cannot keep {SECRET}") from cause
    except RuntimeError:
        record = logging.LogRecord("app.web", logging.ERROR, __file__, 1, "a change %s", ("failed",), sys.exc_info())
        record.route, record.status = "/d/{code}/cards", 500
        return record


def test_a_line_is_one_json_object_with_ids_and_places():
    line = logs.Json().format(failing())
    assert "\n" not in line
    told = json.loads(line)
    assert (told["level"], told["logger"], told["event"]) == ("error", "app.web", "a change failed")
    assert (told["route"], told["status"]) == ("/d/{code}/cards", 500)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", told["at"])
    assert [line for line in told["error"] if not line.startswith("at ")] == [
        "builtins.RuntimeError",
        "builtins.ValueError",
    ]
    assert any("test_logs.py" in place and "in failing" in place for place in told["error"])


@pytest.mark.parametrize("form", [logs.Text(), logs.Json()])
def test_the_message_of_an_error_is_left_out(form):
    assert SECRET not in form.format(failing())
    assert "RuntimeError" in form.format(failing())


def test_a_line_for_people_holds_the_same_ids():
    assert logs.Text().format(failing()).splitlines()[0].endswith("ERROR app.web a change failed")
    assert logs.Text().format(failing()).endswith("route=/d/{code}/cards status=500")
