"""QR codes as one SVG path, dark modules only, so that the page decides size and colour."""

import io
from functools import lru_cache

import qrcode
from qrcode.constants import ERROR_CORRECT_M

QUIET = 4  # modules of white round the code, as the standard asks


@lru_cache(maxsize=256)
def _code(text: str) -> qrcode.QRCode:
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=QUIET)
    code.add_data(text)
    code.make(fit=True)
    return code


@lru_cache(maxsize=256)
def path(text: str) -> str:
    """ "SIZE PATH": the side in modules with the quiet zone, then path data with a run of modules a move."""
    rows = _code(text).get_matrix()
    moves: list[str] = []
    for y, row in enumerate(rows):
        x = 0
        while x < len(row):
            run = x
            while run < len(row) and row[run]:
                run += 1
            if run > x:
                moves.append(f"M{x} {y}h{run - x}v1H{x}z")
            x = max(run, x + 1)
    return f"{len(rows)} " + "".join(moves)


def terminal(text: str) -> str:
    """The code in half blocks for a terminal."""
    drawing = io.StringIO()
    _code(text).print_ascii(out=drawing, invert=True)
    return drawing.getvalue()
