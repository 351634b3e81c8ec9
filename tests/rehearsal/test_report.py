"""The figures of a report: each is counted, and what cannot be known is null."""

import ast
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from app.rehearsal import command, report
from app.rehearsal.report import Ballot, Course, Ledger, Sending, Times

HEAD = '"key";"number";"dots"\r\n'


def ledger() -> Ledger:
    """Three cards sent, two answered; two people voted on cards 1 and 2 in step 9, one of them twice."""
    return Ledger(
        cards={
            "-first01": Sending(10.0, 10.02, 1),
            "second02": Sending(10.0, 10.05, 2),
            "third003": Sending(11.0),
        },
        ballots={
            "b1": Ballot("p1", "9", {1: 2, 2: 1}, answered=True),
            "b2": Ballot("p1", "9", {1: 3, 2: 0}, answered=True),
            "b3": Ballot("p2", "9", {1: 0, 2: 3}, answered=True),
            "b4": Ballot("p2", "9", {1: 3, 2: 0}),
        },
        closed={"9"},
        frames=[(1, 10.1), (3, 10.2)],
        joined=2,
    )


def build(found: Ledger, summary: str | None) -> report.Report:
    as_bytes = None if summary is None else (HEAD + summary).encode("utf-8-sig")
    return report.build(found, Course(2, 0, 1.0, True, []), as_bytes)


def test_percentiles_are_times_that_were_measured():
    assert report.times(number / 1000 for number in range(1, 101)) == Times(50.0, 95.0, 99.0, 100.0)
    assert report.times([0.2]) == Times(200.0, 200.0, 200.0, 200.0)
    assert report.times([]) is None


def test_a_good_report_counts_every_key_once():
    found = ledger()
    del found.cards["third003"], found.ballots["b4"]
    made = build(found, '"\'-first01";"1";"3"\r\n"second02";"2";"3"\r\n')
    assert (made.sent, made.acknowledged, made.lost, made.doubled) == (2, 2, 0, 0)
    assert (made.votes_sent, made.votes_acknowledged, made.votes_lost, made.votes_doubled) == (3, 3, 0, 0)
    assert (made.good, command.exit_code(made)) == (True, 0)


def test_what_is_missing_and_what_stands_twice_is_told():
    made = build(ledger(), '"second02";"2";"4"\r\n"second02";"2";"4"\r\n')
    assert (made.sent, made.acknowledged, made.lost, made.doubled) == (3, 2, 1, 1)
    assert (made.votes_lost, made.votes_doubled) == (3, 1)
    assert (made.good, command.exit_code(made)) == (False, 1)


def test_a_card_without_an_answer_is_not_lost_but_not_good_either():
    made = build(ledger(), '"\'-first01";"1";"3"\r\n"second02";"2";"3"\r\n')
    assert (made.lost, made.doubled, made.good) == (0, 0, False)


def test_a_card_whose_answer_went_astray_can_stand_in_the_summary_once():
    made = build(ledger(), '"\'-first01";"1";"3"\r\n"second02";"2";"3"\r\n"third003";"3";""\r\n')
    assert (made.lost, made.doubled) == (0, 0)


def test_dots_of_an_open_vote_are_not_compared():
    found = ledger()
    found.closed.clear()
    assert report.expected_dots(found) == {}


def test_dots_from_before_are_not_ours():
    found = ledger()
    found.dots_before = {1: 5}
    assert report.missing_dots(found, [{"number": "1", "dots": "8"}, {"number": "2", "dots": "3"}]) == (0, 0)


def test_without_the_summary_lost_and_doubled_are_not_known():
    found = ledger()
    del found.cards["third003"]
    made = build(found, None)
    assert (made.lost, made.doubled, made.votes_lost, made.votes_doubled) == (None, None, None, None)
    assert (made.good, command.exit_code(made)) == (False, 3)
    assert command.exit_code(replace(made, finished=False)) == 1
    assert command.exit_code(replace(made, joined=1)) == 1


def test_the_time_to_the_board_ends_with_the_first_picture_that_counts_the_card():
    assert report.to_board(ledger()) == pytest.approx([0.1, 0.2])
    assert report.to_answer(ledger()) == pytest.approx([0.02, 0.05])


def test_only_the_first_picture_that_counts_a_card_is_kept():
    found = Ledger()
    for newest, at in ((0, 1.0), (2, 2.0), (2, 3.0), (1, 4.0), (5, 5.0)):
        found.framed(newest, at)
    assert found.frames == [(0, 1.0), (2, 2.0), (5, 5.0)]


def test_both_delimiters_are_read():
    assert report.rows(b'"key","number"\r\n"a","1"\r\n') == report.rows(b'"key";"number"\r\n"a";"1"\r\n')


def test_the_table_shows_every_figure():
    made = build(ledger(), None)
    assert [line[:22].strip() for line in report.table(made).splitlines()] == [
        name.replace("_", " ") for name in made.document()
    ]


def test_a_rehearsal_knows_nothing_of_the_server():
    for file in Path(report.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            modules = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            modules += [name.name for name in node.names] if isinstance(node, ast.Import) else []
            for module in modules:
                top, _, rest = module.partition(".")
                assert top in sys.stdlib_module_names | {"httpx", "websockets", "app"}, file.name
                assert top != "app" or rest.split(".")[0] == "rehearsal", file.name
