"""The command `tovholder rehearse`: what is asked for, and the report on standard output.

Exit code 0: everybody joined, and every card sent was acknowledged and stands in the summary once. 1: not so. 2: it
could not begin. 3: all was acknowledged, but without the desk nobody could look in the summary.
"""

import argparse
import asyncio
import json
import logging
import sys
from pathlib import Path

from app.rehearsal import play, report
from app.rehearsal.play import TRACK_2, Plan
from app.rehearsal.report import Report
from app.rehearsal.scenario import Unusable


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument("join", metavar="JOIN_URL", help="the join address, such as http://127.0.0.1:8000/d/7K4M2PXR")
    parser.add_argument("--desk", default="", metavar="URL", help="the desk's link: then the facilitator is played too")
    parser.add_argument("--board", default="", metavar="URL", help="the board's link; the desk's opens the board too")
    parser.add_argument("--participants", type=int, default=100, metavar="N", help="how many people; default 100")
    parser.add_argument("--scenario", type=Path, default=TRACK_2, metavar="FILE", help="default: the conference")
    parser.add_argument("--speed", type=float, default=20.0, help="divides every made pause; default 20")
    parser.add_argument("--seed", type=int, default=1, help="another seed deals the cards and pauses anew")
    parser.add_argument("--quiet", type=float, default=60.0, help="without a desk: end after so many quiet seconds")
    parser.add_argument("--mark", default="", metavar="TOKEN", help="marks the people as simulated; the desk makes it")
    parser.add_argument("--save", type=Path, metavar="DIR", help="keep summary.csv there")
    parser.add_argument("--json", action="store_true", help="one JSON document instead of a table")
    parser.add_argument("--anywhere", action="store_true", help="also a server on a public address")


def main(arguments: argparse.Namespace) -> int:
    """Play, print the report, and say by the exit code how it went."""
    for library in ("httpx", "websockets"):
        logging.getLogger(library).setLevel(logging.WARNING)
    folder: Path | None = arguments.save
    try:
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
        found, summary = asyncio.run(play.run(_plan(arguments), _say))
        if folder is not None and summary is not None:
            (folder / "summary.csv").write_bytes(summary)
    except (Unusable, OSError) as reason:
        _say(str(reason))
        return 2
    document = json.dumps(found.document(), ensure_ascii=False, indent=2)
    print(document if arguments.json else report.table(found))
    return exit_code(found)


def _plan(arguments: argparse.Namespace) -> Plan:
    return Plan(
        join=arguments.join,
        desk=arguments.desk,
        board=arguments.board,
        participants=arguments.participants,
        scenario=arguments.scenario,
        speed=arguments.speed,
        seed=arguments.seed,
        mark=arguments.mark,
        quiet=arguments.quiet,
        anywhere=arguments.anywhere,
    )


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def exit_code(found: Report) -> int:
    """0 good, 1 bad, 3 not known."""
    if found.good:
        return 0
    return 3 if found.complete and found.lost is None else 1
