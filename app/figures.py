"""Plain counters for what happens often. Adding costs a comparison and an addition; reading is somebody else's work."""

from bisect import bisect_left
from collections import Counter


class Histogram:
    """How many values were at most each bound, and their sum. The last count is of those above all bounds."""

    __slots__ = ("bounds", "counts", "total")

    def __init__(self, *bounds: float) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.total = 0.0

    def add(self, value: float) -> None:
        self.counts[bisect_left(self.bounds, value)] += 1
        self.total += value


class Requests:
    """Answered requests by route and hundred of the status, the seconds they took by route, and refusals by kind."""

    def __init__(self) -> None:
        self.answered: Counter[tuple[str, int]] = Counter()
        self.seconds: dict[str, Histogram] = {}
        self.refused: Counter[str] = Counter()

    def add(self, route: str, status: int, seconds: float) -> None:
        """`route` is the address with names for what varies, so that there are only as many as the program has."""
        self.answered[route, status // 100] += 1
        took = self.seconds.get(route)
        if took is None:
            took = self.seconds[route] = Histogram(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
        took.add(seconds)
