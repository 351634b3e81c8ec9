"""Outboxes that repeat and reorder what they send, votes, withdrawals, closing and reopening, against a plain model."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule, run_state_machine_as_test
from sqlmodel import Session, select

from app import errors
from app.domain import cards, votes
from app.models import WITHDRAWN, Card
from tests.conftest import based
from tests.domain.hall import Hall, key, voting

PEOPLE, OPTIONS, DOTS = 3, 4, 3


def machine(base) -> type[RuleBasedStateMachine]:
    """The machine on this database. Every run of it is a dialogue of its own."""

    class Room(RuleBasedStateMachine):
        outbox = Bundle("outbox")
        written = Bundle("written")

        def __init__(self) -> None:
            super().__init__()
            self.hall: Hall
            self.hall, self.vote, self.ids = voting(base, people=PEOPLE, options=OPTIONS)
            self.write = self.hall.step("Råd").id
            self.open = True
            self.given: list[dict[int, int]] = [{} for _ in range(PEOPLE)]
            self.skipped = [False] * PEOPLE
            self.used: dict[tuple[int, str], tuple[int, ...] | str] = {}
            self.texts = {card["id"]: card["first"] for card in self.hall.rows(Card)}
            self.gone: set[int] = set()

        # --- what phones put into their outbox, and what arrives of it: any time, any order, any number of times

        @rule(target=outbox, who=st.integers(0, PEOPLE - 1), dots=st.lists(st.integers(0, 3), min_size=4, max_size=4))
        def fill_in_a_ballot(self, who: int, dots: list[int]) -> tuple[int, str, tuple[int, ...] | str]:
            return who, key(), tuple(dots)

        @rule(target=outbox, who=st.integers(0, PEOPLE - 1), text=st.text("abc", min_size=1, max_size=5))
        def write_a_card(self, who: int, text: str) -> tuple[int, str, tuple[int, ...] | str]:
            return who, key(), text

        @rule(target=written, sent=outbox)
        def arrive(self, sent: tuple[int, str, tuple[int, ...] | str]) -> int:
            who, used_key, content = sent
            me = self.hall.people[who]
            if isinstance(content, str):
                text = cards.written("advice", content, "")
                try:
                    number = base.do(cards.submit, me, self.write, text, used_key).card_id
                except errors.ActivityClosed:
                    assert (who, used_key) not in self.used
                    return 0
                self.texts.setdefault(number, content)
                assert self.used.setdefault((who, used_key), content) == content
                return number
            self._vote(who, used_key, content)
            return 0

        def _vote(self, who: int, used_key: str, dots: tuple[int, ...]) -> None:
            me, values = self.hall.people[who], dict(zip(self.ids, dots, strict=True))
            repeated = (who, used_key) in self.used
            try:
                base.do(votes.cast, me, self.vote, values, used_key)
            except errors.VotingClosed:
                assert not self.open
                assert not repeated
            except errors.NoDotsLeft:
                assert sum(dots) > DOTS
                assert not repeated
            else:
                if not repeated:
                    assert self.open
                    assert sum(dots) <= DOTS
                    self.given[who], self.skipped[who] = values, False
                    self.used[who, used_key] = dots

        @rule(who=st.integers(0, PEOPLE - 1))
        def skip(self, who: int) -> None:
            try:
                base.do(votes.abstain, self.hall.people[who], self.vote)
            except errors.VotingClosed:
                assert not self.open
            else:
                assert self.open
                self.given[who], self.skipped[who] = {}, True

        @rule()
        def close(self) -> None:
            self.hall.close(self.vote)
            self.open = False

        @rule()
        def reopen(self) -> None:
            self.hall.reopen(self.vote)
            self.open = True

        @rule(number=consumes(written))
        def withdraw(self, number: int) -> None:
            if number and number not in self.ids and number not in self.gone:
                owner = next(row["participant_id"] for row in self.hall.rows(Card) if row["id"] == number)
                me = next(me for me in self.hall.people if me.id == owner)
                base.do(cards.withdraw, me, number)
                self.gone.add(number)

        # --- what must always be true

        @invariant()
        def the_database_says_what_the_model_says(self) -> None:
            for who, me in enumerate(self.hall.people):
                stored = base.read(votes.given, me, self.vote)
                assert {card: dots for card, dots in stored.items() if dots} == {
                    card: dots for card, dots in self.given[who].items() if dots
                }
                assert base.read(votes.abstained, me, self.vote) == self.skipped[who]
            rows = base.read(lambda session: _cards(session, self.hall.id))
            assert sorted(rows) == sorted(self.texts)
            assert {number for number, card in rows.items() if card.state == WITHDRAWN} == self.gone
            numbers = sorted(card.number for card in rows.values())
            assert numbers == list(range(1, len(numbers) + 1))

    return Room


def _cards(session: Session, dialogue_id: int) -> dict[int, Card]:
    found = session.exec(select(Card).where(Card.dialogue_id == dialogue_id)).all()
    return {card.id or 0: card for card in found}


def run(base, examples: int, steps: int) -> None:
    bounded = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(machine(base), settings=bounded)


def test_repeats_and_disorder_never_part_the_database_from_the_model(base):
    run(base, examples=15, steps=20)


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_five_hundred_rooms_of_disorder(tmp_path: Path):
    with based(f"sqlite:///{tmp_path / 'model.sqlite3'}") as base:
        run(base, examples=500, steps=50)
