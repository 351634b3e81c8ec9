"""Codes people type: the join code and the personal return code, in thirty letters and digits nobody mistakes."""

import secrets

from app import errors
from app.settings import CODE_LENGTH, CODE_LETTERS, RETURN_CODE_LENGTH


def new_join_code() -> str:
    return _new(CODE_LENGTH)


def new_return_code() -> str:
    return _new(RETURN_CODE_LENGTH)


def _new(length: int) -> str:
    return "".join(secrets.choice(CODE_LETTERS) for _ in range(length))


def read(typed: str, length: int = CODE_LENGTH) -> str:
    """The code in what a person typed, blind to case, spaces and hyphens. Raises UnknownCode."""
    code = "".join(letter for letter in typed[:64].upper() if letter.isalnum())
    if len(code) != length or any(letter not in CODE_LETTERS for letter in code):
        raise errors.UnknownCode
    return code


def shown(code: str) -> str:
    """ "7K4M 2PXR": in halves, as it stands on board and poster."""
    half = len(code) // 2
    return f"{code[:half]} {code[half:]}"
