"""The made day: who comes when and what each person writes, read from two files. The same seed deals the same cards.

Refuses a file that is not a scenario with one clear sentence.
"""

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from random import Random

KINDS = {  # the codes of the files, and the words of the protocol
    "dilemma": "dilemma",
    "barriere": "barrier",
    "raad": "advice",
    "eksempel": "example",
    "spoergsmaal": "question",
    "ressource": "resource",
    "begreb": "concept",
    "fordel": "pro",
    "ulempe": "con",
    "rolle": "role",
    "fokus": "focus",
    "produkt": "product",
    "aftale": "agreement",
}
DAY = 390  # minutes: the scenario's day runs from 9:00 to 15:30
CARDS_MAX = 5_000
PEOPLE_MAX = 1_000
_RESCAN = re.compile(r"closes the browser at (\d+)")
_DIES = re.compile(r"phone dies at (\d+).*?(\d+) min later")
_LEAVES = re.compile(r"leaves for good at (\d+)")


class Unusable(Exception):
    """The rehearsal cannot begin; the message says why."""


@dataclass(frozen=True, slots=True)
class Text:
    """A card as somebody will type it. `kind` is the protocol's word."""

    kind: str
    first: str
    second: str
    actor: str


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happens to a person at a minute of the day: "rescan", "die" (back at `until`) or "leave"."""

    minute: float
    what: str
    until: float = 0.0


@dataclass(slots=True)
class Part:
    """One person's part in the play. `hand` holds the cards they have yet to write."""

    name: str
    actor: str
    language: str
    arrives: float
    events: tuple[Event, ...] = ()
    hand: list[Text] = field(default_factory=list)
    judgements: dict[str, list[str]] = field(default_factory=dict)  # to sets of statements by their number, in turn

    def told(self, number: int) -> list[str]:
        """What the scenario has this person answer the next time so many statements are asked, "" for nothing."""
        given = self.judgements.get(str(number), [])
        own, self.judgements[str(number)] = given[:number], given[number:]
        return [value or "unknown" for value in own] + [""] * (number - len(own))

    def leaves(self) -> float:
        """The minute this person goes home for good."""
        return next((event.minute for event in self.events if event.what == "leave"), float("inf"))


def read_cards(file: Path) -> list[Text]:
    """The cards of a scenario: columns text, second_pole_or_remedy, kind, actor. Raises Unusable."""
    rows = _rows(file, {"text", "second_pole_or_remedy", "kind", "actor"})
    if not 1 <= len(rows) <= CARDS_MAX:
        raise Unusable(f"{file}: a scenario has 1 to {CARDS_MAX} cards, this one has {len(rows)}.")
    return [
        Text(KINDS.get(row["kind"], row["kind"]), row["text"], row["second_pole_or_remedy"], row["actor"])
        for row in rows
    ]


def judge(parts: list[Part], file: Path) -> None:
    """Give everybody what they answer to the knowledge question (one statement, twice) and to the six principles."""
    beside = file.with_name("scenario_judgements.csv")
    if not beside.is_file():
        return
    known = {part.name: part for part in parts}
    for row in _rows(beside, {"participant", "item", "value"}):
        number = "1" if row["item"].startswith("kendskab") else "6" if row["item"].startswith("princip") else ""
        if number and row["participant"] in known:
            known[row["participant"]].judgements.setdefault(number, []).append(row["value"].strip())


def companion(file: Path) -> Path:
    """Where the people of a scenario stand: scenario_x.csv has scenario_participants_x.csv beside it."""
    return file.with_name(file.name.replace("scenario_", "scenario_participants_", 1))


def _rows(file: Path, needed: set[str]) -> list[dict[str, str]]:
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.DictReader(lines)
            rows = [{name: value or "" for name, value in row.items() if name} for row in reader]
            missing = needed - set(reader.fieldnames or ())
    except (OSError, UnicodeDecodeError, csv.Error) as wrong:
        raise Unusable(f"{file} cannot be read: {wrong}") from wrong
    if missing:
        raise Unusable(f"{file} is not a scenario: no column {', '.join(sorted(missing))}.")
    return rows


def cast(file: Path, cards: list[Text], people: int) -> list[Part]:
    """So many people: those of the companion file first, then more in the proportions of the scenario's actors.

    Raises Unusable for fewer than one or more than a thousand.
    """
    if not 1 <= people <= PEOPLE_MAX:
        raise Unusable(f"A rehearsal has 1 to {PEOPLE_MAX} participants.")
    beside = companion(file)
    parts = [_part(row) for row in _rows(beside, {"id"})] if beside != file and beside.is_file() else []
    actors = [part.actor for part in parts] or [card.actor for card in cards]
    for number in count(len(parts) + 1):
        if len(parts) >= people:
            break
        parts.append(Part(f"p{number:03}", actors[number % len(actors)], "da", float(number % 30)))
    return parts[:people]


def _part(row: dict[str, str]) -> Part:
    try:
        arrives = float(row.get("join_min_after_0900") or 0)
    except ValueError as wrong:
        raise Unusable(f"{row['id']}: join_min_after_0900 is not a number.") from wrong
    return Part(
        name=row["id"],
        actor=row.get("actor") or row.get("organisation") or "",
        language=row.get("lang") or "da",
        arrives=max(0.0, arrives),
        events=events(row.get("behaviour") or ""),
    )


def events(behaviour: str) -> tuple[Event, ...]:
    """What a description in words comes to, in order; nothing happens to somebody who has left for good."""
    found = [Event(float(at), "rescan") for at in _RESCAN.findall(behaviour)]
    found += [Event(float(at), "die", float(at) + float(later)) for at, later in _DIES.findall(behaviour)]
    found += [Event(float(at), "leave") for at in _LEAVES.findall(behaviour)]
    found.sort(key=lambda event: event.minute)
    leaving = next((index for index, event in enumerate(found) if event.what == "leave"), len(found))
    return tuple(found[: leaving + 1])


def deal(cards: Iterable[Text], parts: list[Part], chance: Random) -> None:
    """Give every card to one person of its actor, in turn; to anybody where that actor is not there."""
    turns: dict[str, list[Part]] = {}
    for card in cards:
        able = turns.get(card.actor)
        if able is None:
            able = [part for part in parts if part.actor == card.actor] or list(parts)
            chance.shuffle(able)
            turns[card.actor] = able
        able[0].hand.append(card)
        able.append(able.pop(0))


def role_of(actor: str, roles: Iterable[str]) -> str:
    """The role an actor takes: of the same name, else of the first word of the name, else "other"."""
    known = set(roles)
    return next((key for key in (actor, actor.partition("_")[0]) if key in known), "other")
