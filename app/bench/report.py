"""What the bench found: medians of the runs, ratios against the baseline run beside them, and which goals held."""

import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from app.bench.fanout import Crowd, Round
from app.bench.path import Joins, Storm
from app.bench.votes import Run
from app.store import sqlite_version


@dataclass(frozen=True, slots=True)
class Goal:
    """Something promised: at least or at most so much."""

    name: str
    limit: float
    at_least: bool
    measured: float

    @property
    def held(self) -> bool:
        return self.measured >= self.limit if self.at_least else self.measured <= self.limit


def machine(folder: Path) -> dict[str, object]:
    """Where it was measured. `fdatasync_us` is what a small write to that disk costs: the floor rests on it."""
    file = os.open(folder / "probe", os.O_RDWR | os.O_CREAT)
    times = []
    for at in range(200):
        begun = perf_counter()
        os.pwrite(file, b"x" * 4096, at % 16 * 4096)
        os.fdatasync(file)
        times.append((perf_counter() - begun) * 1e6)
    os.close(file)
    names = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    return {
        "cores": os.cpu_count(),
        "cpu": names[0].partition(": ")[2] if names else platform.machine(),
        "python": platform.python_version(),
        "sqlite": sqlite_version(),
        "fdatasync_us": round(median(times), 1),
    }


@dataclass
class Report:
    """Filled part by part."""

    machine: dict[str, object] = field(default_factory=dict)
    ratios: dict[str, dict[str, float]] = field(default_factory=dict)
    figures: dict[str, Any] = field(default_factory=dict)
    goals: list[Goal] = field(default_factory=list)
    lines: list[tuple[str, str, str, str]] = field(default_factory=list)  # what, ours, baseline, ratio

    def goal(self, name: str, measured: float, *, at_least: float | None = None, at_most: float = 0.0) -> None:
        limit = at_most if at_least is None else at_least
        self.goals.append(Goal(name, limit, at_least is not None, round(measured, 3)))

    def _ratio(self, kind: str, size: int, value: float) -> float:
        self.ratios.setdefault(kind, {})[str(size)] = round(value, 3)
        return value

    def _line(self, what: str, ours: str, theirs: str = "", ratio: str = "") -> None:
        self.lines.append((what, ours, theirs, ratio))

    def left_out(self, part: str, why: str) -> None:
        self.figures[part] = {"left_out": why}
        self._line(part, f"left out: {why}")

    def votes(
        self,
        size: int,
        ours: list[Run],
        textbook: list[Run],
        floor: list[float],
        grouped: list[float],
        posts: list[Run],
    ) -> None:
        mine = _middle(ours)
        figures: dict[str, Any] = {
            "ours": asdict(mine) | {"rates": [round(run.rate) for run in ours]},
            "floor_one_row_a_commit": _spread(floor),
            "grouped_100_rows_a_commit": _spread(grouped),
        }
        self.figures.setdefault("votes", {})[str(size)] = figures
        to_floor = self._ratio("votes_vs_floor", size, median(_each(ours, floor)))
        bare = f"{median(floor):,.0f}"
        self._line(f"votes/s, {size} phones, one row a commit", f"{mine.rate:,.0f}", bare, _x(to_floor))
        self._line(f"answer p50 / p99, {size} phones", f"{mine.p50:.1f} / {mine.p99:.1f} ms")
        self._line(f"server CPU a vote, {size} phones", f"{mine.cpu:.0f} us")
        if textbook:
            theirs = _middle(textbook)
            figures["textbook"] = asdict(theirs) | {"rates": [round(run.rate) for run in textbook]}
            to_textbook = self._ratio("votes_vs_textbook", size, median(_each(ours, [run.rate for run in textbook])))
            self._line(
                f"votes/s, {size} phones, textbook route", f"{mine.rate:,.0f}", f"{theirs.rate:,.0f}", _x(to_textbook)
            )
            self._line(f"textbook p50 / p99, {size} phones", "", f"{theirs.p50:.0f} / {theirs.p99:.0f} ms")
            self.goal(f"votes, {size} phones, times the textbook route", to_textbook, at_least=25)
        if size in (100, 1000):
            self.goal(f"votes, {size} phones, times the floor", to_floor, at_least=2.5 if size == 100 else 1.5)
            self.goal(f"answer p99 ms, {size} phones", mine.p99, at_most=25 if size == 100 else 400)
        self.goal(f"server CPU us a vote, {size} phones", mine.cpu, at_most=120)
        if posts:
            http = _middle(posts)
            figures["http"] = asdict(http)
            self._line(f"votes/s by HTTP, {size} phones", f"{http.rate:,.0f}")
            self._line("server CPU a vote by HTTP", f"{http.cpu:.0f} us")
            self.goal("server CPU us a vote by HTTP", http.cpu, at_most=250)

    def stored(self, acknowledged: int, same: bool) -> None:
        self.figures["votes"]["acknowledged_rows"] = acknowledged
        self.figures["votes"]["acknowledged_is_stored"] = same
        self._line("acknowledged votes that are stored as acknowledged", "all" if same else "NOT ALL")
        self.goal("acknowledged is stored", float(same), at_least=1)

    def fanout(self, size: int, ours: list[Round], theirs: list[Round], idle: Crowd, base: float, frame: int) -> None:
        mine, other = _round(ours), _round(theirs)
        handed = self._ratio("fanout_vs_broadcast", size, mine.spread / other.spread)
        ratio = self._ratio("fanout_from_request_vs_broadcast", size, mine.last / other.last)
        cpu = self._ratio("fanout_cpu_vs_broadcast", size, mine.cpu / other.cpu if other.cpu else 0.0)
        memory = idle.memory
        self.figures.setdefault("fanout", {})[str(size)] = {
            "ours": asdict(mine),
            "broadcast": asdict(other),
            "kb_a_phone": round(memory, 2),
            "base_mb": round(base / 1024, 1),
            "total_mb": round((base + memory * size) / 1024, 1),
            "handshakes_a_second": round(idle.handshakes),
            "frame_bytes": frame,
        }
        what = f"one change to {size:,} sockets"
        whole = f"{what}: vote to last, with commit and drawing"
        self._line(whole, f"{mine.last:.1f} ms", f"{other.last:.1f} ms", _x(ratio))
        self._line(f"{what}: first to last", f"{mine.spread:.1f} ms", f"{other.spread:.1f} ms", _x(handed))
        self._line(f"{what}: server CPU a socket", f"{mine.cpu:.1f} us", f"{other.cpu:.1f} us", _x(cpu))
        self._line(f"memory an idle phone, {size:,} phones", f"{memory:.1f} kB")
        self._line("memory without phones", f"{base / 1024:.0f} MB")
        self.goal(f"fan-out to {size}, times broadcast()", handed, at_most=1.0)
        self.goal(f"fan-out to {size} with commit and drawing, times broadcast()", ratio, at_most=1.0)
        self.goal(f"fan-out CPU to {size}, times broadcast()", cpu, at_most=1.0)
        self.goal(f"kB an idle phone, {size} phones", memory, at_most=24)
        self.goal("base MB", base / 1024, at_most=130)
        if size >= 10_000:
            self.goal("MB with 10,000 phones", (base + memory * size) / 1024, at_most=370)

    def storm(self, count: int, seconds: float, found: Storm) -> None:
        name = f"{count} phones vote in {seconds:g} s"
        self.figures.setdefault("path", {})[name] = asdict(found)
        self._line(f"{name}: vote to wall p50 / p99", f"{found.wall_p50:.0f} / {found.wall_p99:.0f} ms")
        self._line(f"{name}: answered, on the wall", f"{found.acknowledged}, {found.on_the_wall}")
        limit = {(1000, 5.0): 100.0, (1000, 1.0): 120.0, (5000, 10.0): 300.0}.get((count, seconds))
        if limit:
            self.goal(f"{name}: vote to wall p99 ms", found.wall_p99, at_most=limit)
        self.goal(f"{name}: all on the wall", float(found.acknowledged == found.on_the_wall == count), at_least=1)
        self.goal(f"{name}: pushes a phone and second", found.pushes, at_most=4)

    def joins(self, seconds: float, found: Joins) -> None:
        name = f"{found.asked} join from one address in {seconds:g} s"
        self.figures.setdefault("path", {})[name] = asdict(found)
        self._line(name, f"{found.joined} in, p95 {found.p95:.0f} ms")
        self.goal(f"{name}: refused", float(found.asked - found.joined), at_most=0)
        self.goal(f"{name}: p95 ms", found.p95, at_most=1000)

    def rest(self, share: float) -> None:
        self.figures.setdefault("path", {})["idle_1000_share_of_a_core"] = round(share, 4)
        self._line("a room of 1,000 at rest", f"{share * 100:.1f} % of a core")
        self.goal("a room of 1,000 at rest, share of a core", share, at_most=0.03)

    def dead(self, without: list[Round], having: list[Round], grown: float, took: float) -> None:
        worst = max(one.last for one in having) / max(one.last for one in without)
        self.figures["dead_phone"] = {
            "worst_round_without_ms": round(max(one.last for one in without), 1),
            "worst_round_with_ms": round(max(one.last for one in having), 1),
            "server_grew_kb": round(grown),
            "sigterm_to_exit_s": round(took, 2),
        }
        self._line("worst round with a dead phone", f"{max(one.last for one in having):.0f} ms", "", _x(worst))
        self._line("server grew by", f"{grown:.0f} kB")
        self._line("SIGTERM to exit with a dead phone", f"{took:.1f} s")
        self.goal("worst round with a dead phone, times without", worst, at_most=2)
        self.goal("kB a dead phone", grown, at_most=256)
        self.goal("seconds from SIGTERM to exit", took, at_most=5)

    def boot(self, seconds: list[float]) -> None:
        self.figures["boot_s"] = [round(one, 2) for one in seconds]
        self._line("boot to first 200", f"{median(seconds):.2f} s")
        self.goal("seconds to the first 200", median(seconds), at_most=1.5)

    def postgres(self, size: int, found: dict[str, list[Run]]) -> None:
        middles = {name: _middle(runs) for name, runs in found.items()}
        self.figures["postgres"] = {name: asdict(run) for name, run in middles.items()}
        for name in ("one", "two"):
            rates = [run.rate for run in found["sqlite"]]
            ratio = median(_each(found[name], rates))
            self.ratios.setdefault("postgres_vs_sqlite", {})[name] = round(ratio, 3)
            words = "one process" if name == "one" else "two processes"
            self._line(
                f"votes/s on PostgreSQL, {words}, {size} phones",
                f"{middles[name].rate:,.0f}",
                f"{middles['sqlite'].rate:,.0f}",
                _x(ratio),
            )
        self.goal("PostgreSQL, times SQLite", self.ratios["postgres_vs_sqlite"]["one"], at_least=0.5)

    def as_json(self) -> dict[str, Any]:
        goals = [{**asdict(goal), "held": goal.held} for goal in self.goals]
        return {"machine": self.machine, "ratios": self.ratios, "figures": self.figures, "goals": goals}

    def as_table(self) -> str:
        rows = [("", "ours", "baseline", "ours / baseline"), *self.lines]
        widths = [max(len(row[at]) for row in rows) for at in range(4)]
        lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
        told = [f"{'held    ' if goal.held else 'NOT HELD'}  {_said(goal)}" for goal in self.goals]
        return "\n".join([self._where(), "", *lines, "", *told])

    def as_markdown(self) -> str:
        rows = ["| | ours | baseline | ours / baseline |", "|---|---|---|---|"]
        rows += ["| " + " | ".join(line) + " |" for line in self.lines]
        return "\n".join([self._where() + ":", "", *rows])

    def _where(self) -> str:
        told = self.machine
        return (
            f"{told.get('cores')} cores ({told.get('cpu')}), shared with the load client; Python {told.get('python')}, "
            f"SQLite {told.get('sqlite')}, synchronous=FULL, fdatasync {told.get('fdatasync_us')} us"
        )


def _said(goal: Goal) -> str:
    return f"{goal.name}: {goal.measured:g} ({'at least' if goal.at_least else 'at most'} {goal.limit:g})"


def _middle(runs: Sequence[Run]) -> Run:
    """The run with the median rate."""
    ordered = sorted(runs, key=lambda run: run.rate)
    return ordered[len(ordered) // 2]


def _each(ours: Sequence[Run], theirs: Sequence[float]) -> list[float]:
    """Ratios of the runs that were made one after the other."""
    return [run.rate / other for run, other in zip(ours, theirs, strict=True) if other]


def _round(rounds: Sequence[Round]) -> Round:
    return Round(*(median(getattr(one, name) for one in rounds) for name in ("last", "spread", "cpu")))


def _spread(values: Sequence[float]) -> dict[str, float]:
    return {"median": round(median(values), 1), "lowest": round(min(values), 1), "highest": round(max(values), 1)}


def _x(ratio: float) -> str:
    return f"{ratio:.2f} x"
