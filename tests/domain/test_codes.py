"""Codes people type."""

import pytest

from app import errors
from app.domain import codes
from app.settings import CODE_LETTERS


def test_codes_have_thirty_letters_nobody_mistakes():
    assert (len(CODE_LETTERS), set(CODE_LETTERS) & set("01ILOU")) == (30, set())


def test_new_codes_are_long_and_different():
    made = [codes.new_join_code() for _ in range(1000)]
    assert {len(code) for code in made} == {8}
    assert set("".join(made)) == set(CODE_LETTERS)
    assert len(set(made)) == 1000
    assert {len(codes.new_return_code()) for _ in range(10)} == {6}


@pytest.mark.parametrize("typed", ["7K4M2PXR", "7k4m 2pxr", " 7K4M-2PXR ", "7K4M–2PXR", "7 k 4 m 2 p x r"])
def test_a_code_is_read_as_people_type_it(typed):
    assert codes.read(typed) == "7K4M2PXR"


@pytest.mark.parametrize(
    "typed",
    ["", "7K4M2PX", "7K4M2PXRR", "0K4M2PXR", "IK4M2PXR", "７K4M2PXR", "АK4M2PXR", "\ud800K4M2PXR", "A" * 9999],
)
def test_other_codes_are_unknown(typed):
    with pytest.raises(errors.UnknownCode):
        codes.read(typed)


def test_a_code_is_shown_in_halves():
    assert (codes.shown("7K4M2PXR"), codes.shown("7K4M2P")) == ("7K4M 2PXR", "7K4 M2P")
    assert codes.read(codes.shown("7K4M2P"), 6) == "7K4M2P"
