"""Plain counters for what happens often. Adding costs a comparison and an addition; reading is somebody else's work."""

from bisect import bisect_left


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
