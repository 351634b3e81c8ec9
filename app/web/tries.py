"""How much one phone may do: wrong return codes an hour, and texts and votes a minute. Never counted by address."""

import secrets
from collections import OrderedDict
from time import monotonic

from app import errors
from app.settings import RETURN_TRIES_PER_HOUR

_PHONES_KEPT = 20_000


class ReturnTries:
    """Ten wrong return codes an hour per phone. Whoever drops the cookie still meets the budget of the whole server."""

    def __init__(self) -> None:
        self._wrong: OrderedDict[str, list[float]] = OrderedDict()

    def check(self, phone: str) -> None:
        """Raises TooManyTries for a phone that has used its tries."""
        hour_ago = monotonic() - 3600
        recent = [at for at in self._wrong.get(phone, []) if at > hour_ago]
        if len(recent) >= RETURN_TRIES_PER_HOUR:
            raise errors.TooManyTries

    def wrong(self, phone: str) -> str:
        """Count a wrong try; returns the name to know the phone by."""
        name = phone if phone in self._wrong else secrets.token_urlsafe(12)
        self._wrong.setdefault(name, []).append(monotonic())
        self._wrong[name] = self._wrong[name][-RETURN_TRIES_PER_HOUR:]
        self._wrong.move_to_end(name)
        while len(self._wrong) > _PHONES_KEPT:
            self._wrong.popitem(last=False)
        return name


class Buckets:
    """A bucket per participant, known by the hash of their token: `burst` at once, then `per_minute`."""

    def __init__(self, per_minute: int, burst: int) -> None:
        self._burst = float(max(burst, per_minute // 60))
        self._rate = per_minute / 60
        self._level: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, token: str) -> None:
        """Raises SlowDown when the bucket is empty."""
        clock = monotonic()
        level, at = self._level.get(token, (self._burst, clock))
        level = min(self._burst, level + (clock - at) * self._rate)
        if level < 1:
            raise errors.SlowDown
        self._level[token] = (level - 1, clock)
        self._level.move_to_end(token)
        while len(self._level) > _PHONES_KEPT:
            self._level.popitem(last=False)
