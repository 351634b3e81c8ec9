"""Frames of a websocket (RFC 6455, 5.2) at the two hot ends: one text written to many, and short texts that come whole.

Everything else, pieces and pings and wrong frames among it, is the library's to read.
"""

from websockets.frames import apply_mask  # type: ignore[attr-defined]  # in C where the wheel has it

_WHOLE_TEXT = 0x81  # final, no extension, text
_MASKED = 0x80
_MASK_SIZE = 4


def framed(payload: bytes) -> bytes:
    """A whole text message in one frame, as a server sends it."""
    size = len(payload)
    if size < 126:
        return bytes((_WHOLE_TEXT, size)) + payload
    if size < 65_536:
        return b"\x81\x7e" + size.to_bytes(2, "big") + payload
    return b"\x81\x7f" + size.to_bytes(8, "big") + payload


def texts(data: bytes, longest: int) -> list[bytes] | None:
    """The texts of a client's frames, if `data` is nothing but whole texts of at most `longest` bytes; else None."""
    found: list[bytes] = []
    at = 0
    while at < len(data):
        end = frame_end(data, at)
        if end is None or data[at] != _WHOLE_TEXT or not data[at + 1] & _MASKED:
            return None
        begin = at + (2 if data[at + 1] & 0x7F < 126 else 4 if data[at + 1] & 0x7F == 126 else 10)
        if end - begin - _MASK_SIZE > longest:
            return None
        mask = data[begin : begin + _MASK_SIZE]
        found.append(apply_mask(data[begin + _MASK_SIZE : end], mask))
        at = end
    return found


def frame_end(data: bytes, at: int) -> int | None:
    """Where the frame that begins at `at` ends, or None when not all of it is there."""
    if len(data) < at + 2:
        return None
    size, begin = data[at + 1] & 0x7F, at + 2
    if size > 125:
        begin += 2 if size == 126 else 8
        if len(data) < begin:
            return None
        size = int.from_bytes(data[at + 2 : begin], "big")
    end = begin + size + (_MASK_SIZE if data[at + 1] & _MASKED else 0)
    return end if end <= len(data) else None


def are_whole(data: bytes) -> bool:
    """Whether `data` ends where a frame ends."""
    at: int | None = 0
    while at is not None and at < len(data):
        at = frame_end(data, at)
    return at is not None
