"""A dialogue brought in from a file: by the console, with a clear line for a bad file, and never half of one."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from app import errors
from app.documents import json as as_json
from app.documents import restoring
from app.documents.summary import SummaryView
from tests.conftest import ROOT


def document(view: SummaryView) -> dict[str, Any]:
    return json.loads(as_json.render(view))


def brought_in(tmp_path: Path, content: bytes) -> subprocess.CompletedProcess[str]:
    file = tmp_path / "dialogue.json"
    file.write_bytes(content)
    command = [sys.executable, "-m", "app", "import", str(file), "--data", str(tmp_path / "data")]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_the_console_makes_the_dialogue_again_and_says_how_many_cards(view: SummaryView, tmp_path: Path) -> None:
    done = brought_in(tmp_path, as_json.render(view))
    assert (done.returncode, done.stdout) == (0, f"dialogue 1: {view.shown} cards in {len(view.themes)} themes\n")
    wrong = brought_in(tmp_path, b"{")
    assert (wrong.returncode, wrong.stdout, "Traceback" in wrong.stderr) == (2, "", False)
    assert "JSON" in wrong.stderr


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"tovholder": 2}, "tovholder 2"),
        ({"tovholder": "1"}, "tovholder"),
        ({"people": "many"}, "people"),
        ({"themes": 5}, "themes"),
        ({"event_date": "yesterday"}, "event_date"),
        ({"language": "xx"}, "language"),
        ({"mandate": [{"label": "a", "text": "b"}] * 9}, "mandate"),
        ({"unplaced": [{"number": 1}]}, "unplaced[0]"),
    ],
)
def test_a_file_of_another_shape_is_refused_with_its_place(view: SummaryView, change: dict, where: str) -> None:
    content = json.dumps(document(view) | change).encode()
    with pytest.raises(errors.FileWrong) as wrong:
        restoring.read(content)
    assert str(wrong.value.values["where"]).startswith(where)


@pytest.mark.parametrize("content", [b"", b"\xff", b"[]", b"null", b'{"tovholder": 1}', b"[" * 100_000, b"{" * 100_000])
def test_what_is_no_summary_is_refused(content: bytes) -> None:
    with pytest.raises(errors.FileWrong):
        restoring.read(content)


def test_numbers_that_stand_twice_or_are_none_are_refused(view: SummaryView) -> None:
    for numbers in ((1, 1), (0, 2), (-1, 2), (10**12, 2)):
        told = document(view)
        cards = [dict(told["cards"][0], number=number, same_as=0) for number in numbers]
        with pytest.raises(errors.FileWrong):
            restoring.read(json.dumps(told | {"themes": [], "unplaced": cards}).encode())
