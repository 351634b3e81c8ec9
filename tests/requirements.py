"""Whether the tests that docs/requirements.md names exist, ran and passed, and whether they would notice a loss.

python3 -m tests.requirements REPORT.xml [REPORT.xml ...]    reports of `pytest --junitxml`
python3 -m tests.requirements --mutate                       ten behaviours taken out, one after the other
"""

import ast
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from tests.conftest import ROOT

TABLE = ROOT / "docs" / "requirements.md"
ROW = re.compile(r"^\| ([A-G]\d+) \|", re.M)
NAMED = re.compile(r"`([\w/]+\.py)::(test_\w+)`")
ROWS = [*(f"A{n}" for n in range(1, 17)), *(f"B{n}" for n in range(1, 15)), *(f"C{n}" for n in range(1, 13))]
ROWS += [*(f"D{n}" for n in range(1, 17)), *(f"E{n}" for n in range(1, 16)), *(f"F{n}" for n in range(1, 8))]
ROWS += [f"G{n}" for n in range(1, 11)]


@dataclass(frozen=True, slots=True)
class Mutation:
    """A behaviour taken out: `old` becomes `new` in a file, and the test of a row must fail."""

    row: str
    file: str
    old: str
    new: str


MUTATIONS = (
    Mutation("A5", "app/domain/questions.py", "AND c.participant_id <> :me ", ""),
    Mutation("A12", "app/domain/voices.py", "and not sizes.get(role.position, 0)\n", "\n"),
    Mutation("B6", "app/domain/series.py", "dialogue.follow_up_on = on", "pass"),
    Mutation("B11", "app/domain/answers.py", "raise errors.PointsLeft(points=POINTS)", "return"),
    Mutation("C1", "app/domain/cards.py", "state = HELD if holding or (", "state = HELD if holding and ("),
    Mutation("C11", "app/domain/agenda.py", "shifts[row.position] = delay", "shifts[row.position] = 0"),
    Mutation("D13", "app/domain/links.py", "return not link.closed and (", "return bool(link) or ("),
    Mutation(
        "E13", "app/domain/cards.py", "card.state, card.first, card.second, card.reason = WITHDRAWN", "_ = WITHDRAWN"
    ),
    Mutation("F7", "app/domain/rounds.py", "before.position + 1", "before.position"),
    Mutation("G9", "app/domain/agenda.py", "raise errors.NotReady(", "str("),
)


def named(text: str) -> dict[str, list[tuple[str, str]]]:
    """The tests of each row, as (file below tests/, name)."""
    lines = [line for line in text.splitlines() if ROW.match(line)]
    return {line.split("|")[1].strip(): NAMED.findall(line) for line in lines}


def absent(rows: dict[str, list[tuple[str, str]]]) -> list[str]:
    """Rows that are not there, and tests that nobody has written."""
    gone = [f"row {row} is not in the table" for row in ROWS if row not in rows]
    known: dict[str, set[str]] = {}
    for row, tests in rows.items():
        for file, name in tests:
            if file not in known:
                path = ROOT / "tests" / file
                tree = ast.parse(path.read_text("utf-8")) if path.exists() else ast.Module([], [])
                known[file] = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
            if name not in known[file]:
                gone.append(f"row {row}: {file}::{name} does not exist")
    return gone


def ran(reports: Iterable[Path]) -> dict[str, bool]:
    """Each test in the reports, without its parameters, and whether all of it passed."""
    found: dict[str, bool] = {}
    for report in reports:
        for case in ElementTree.parse(report).iter("testcase"):
            file = str(case.get("classname", "")).removeprefix("tests.").replace(".", "/") + ".py"
            key = f"{file}::{str(case.get('name')).partition('[')[0]}"
            good = all(case.find(outcome) is None for outcome in ("failure", "error", "skipped"))
            found[key] = found.get(key, True) and good
    return found


def check(reports: list[Path]) -> int:
    rows = named(TABLE.read_text("utf-8"))
    wrong, done = absent(rows), ran(reports)
    for row, tests in rows.items():
        for file, name in tests:
            if f"{file}::{name}" not in done:
                wrong.append(f"row {row}: {file}::{name} did not run")
            elif not done[f"{file}::{name}"]:
                wrong.append(f"row {row}: {file}::{name} failed or was skipped")
    print(*wrong, sep="\n")
    shown = sum(bool(tests) for tests in rows.values())
    print(
        f"{len(rows)} rows, {shown} with a test, {len({test for each in rows.values() for test in each})} tests named"
    )
    return 1 if wrong else 0


def _green(copy: Path, tests: list[tuple[str, str]]) -> bool:
    """Whether these tests pass in a copy of the code."""
    names = list(dict.fromkeys(f"tests/{file}::{name}" for file, name in tests))
    quiet = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *names]
    return subprocess.run(quiet, cwd=copy, capture_output=True, check=False).returncode == 0


def mutate() -> int:
    rows = named(TABLE.read_text("utf-8"))
    unnoticed = 0
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy"
        shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(".venv", ".git", "__pycache__", ".*_cache"))
        if not _green(copy, [test for each in MUTATIONS for test in rows[each.row]]):
            print("the tests are red before anything is taken out")
            return 1
        for each in MUTATIONS:
            file = copy / each.file
            whole = file.read_text("utf-8")
            assert whole.count(each.old) == 1, f"{each.file} says {each.old!r} {whole.count(each.old)} times"
            file.write_text(whole.replace(each.old, each.new), "utf-8")
            red = not _green(copy, rows[each.row])
            file.write_text(whole, "utf-8")
            unnoticed += not red
            print(f"{each.row:4}{'red' if red else 'UNNOTICED':10}{each.file}: {each.old.strip()}", flush=True)
    print(f"{len(MUTATIONS) - unnoticed} of {len(MUTATIONS)} taken out were noticed")
    return 1 if unnoticed else 0


if __name__ == "__main__":
    told = sys.argv[1:]
    sys.exit(mutate() if told == ["--mutate"] else check([Path(each) for each in told]))
