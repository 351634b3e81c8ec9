"""How much room words take on the wall."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.web import board_text


def test_an_average_letter_of_danish_text_is_about_one_wide():
    text = "Hvad står i vejen hos jer, og hvad skal der til for at flytte det?"
    assert 0.85 < board_text.width(text) / len(text) < 1.05


def test_marks_on_a_letter_take_no_room_and_pictures_take_two():
    assert board_text.width("e\u0301") == board_text.width("e")
    assert board_text.width("😡") == board_text.width("漢") == 2.3


@pytest.mark.parametrize(
    ("text", "room", "expected"),
    [("", 10, 1), ("nano nano", 4, 2), ("nano nano", 9, 1), ("nanonano", 4, 2), ("na\nna", 10, 2), ("o " * 10, 19, 1)],
)
def test_lines_are_counted_as_they_wrap(text, room, expected):
    assert board_text.lines(text, room) == expected


def test_a_text_that_fits_is_never_touched():
    assert board_text.cut("én side og et opkald", 30, 1) == "én side og et opkald"


def test_a_long_text_is_cut_at_a_word():
    assert board_text.cut("nano nano, nano nano nano", 10, 2) == "nano nano, nano\u00a0…"
    assert board_text.cut("nano nano, nano", 12, 1) == "nano nano\u00a0…"


def test_a_word_that_fills_everything_is_broken():
    assert board_text.cut("n" * 280, 10, 2) == "n" * 18 + "…"


@given(st.text(max_size=280), st.floats(6, 60), st.integers(1, 5))
def test_what_is_cut_fits(text, room, most):
    assert board_text.lines(board_text.cut(text, room, most), room) <= most or not text.strip()
