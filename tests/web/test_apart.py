"""The process that groups: it answers as the arranger does, is started again when it dies, and never outlives us."""

import os
import pickle
import signal
import subprocess
import sys
import time

import pytest

from app.domain import grouping, themes
from app.web.apart import Apart, Failed
from tests.conftest import ROOT
from tests.domain.hall import Hall, writing


@pytest.fixture
def apart():
    made = Apart("")
    yield made
    made.stop()


@pytest.fixture
def hall(sqlite) -> Hall:
    made = writing(sqlite, people=2)
    for number in range(7):
        made.write(f"Frivillige mangler nøgler {number}")
        made.write(f"Der er ingen tid til møder {number}", by=made.people[1])
    return made


def test_a_board_is_grouped_and_every_card_is_read_once(apart, hall):
    found = apart.arrangement(hall.read(grouping.standing))
    assert len(found.founded) >= 1
    assert len(found.read) == 14
    hall.do(grouping.remember, found.read)
    hall.do(grouping.arrange, found)
    standing = hall.read(grouping.standing)
    assert all(card.meaning is not None for card in standing.cards)
    again = Apart("")
    try:
        assert again.arrangement(standing) is None  # nothing to move, and nothing to read anew
    finally:
        again.stop()


def test_a_new_grouping_is_worked_out_there_too(apart, hall):
    hall.do(grouping.arrange, apart.arrangement(hall.read(grouping.standing)))
    [first, *_] = hall.read(themes.view)
    hall.do(themes.rename, first.id, "Nøgler")
    assert apart.regrouping(hall.read(grouping.standing)).moves == ()  # it lies as well as it can


def test_a_server_that_ends_in_the_middle_of_a_word_leaves_no_complaint(hall):
    word = pickle.dumps(("arrangement", hall.read(grouping.standing)))
    process = [sys.executable, "-m", "app.web.apart", ""]
    done = subprocess.run(process, input=word[:-10], capture_output=True, cwd=ROOT)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    reader, writer = os.pipe()
    os.close(reader)  # nobody waits for the answer
    done = subprocess.run(process, input=word, stdout=writer, stderr=subprocess.PIPE, cwd=ROOT)
    os.close(writer)
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_corrected_card_is_read_anew(apart, hall):
    found = apart.arrangement(hall.read(grouping.standing))
    hall.do(grouping.remember, found.read)
    hall.do(grouping.arrange, found)
    card = hall.read(grouping.standing).cards[0].id
    hall.base.do(lambda tx: tx.run("UPDATE card SET first = 'Noget helt andet' WHERE id = :id", id=card))
    assert list(apart.arrangement(hall.read(grouping.standing)).read) == [card]


def test_one_that_dies_is_started_again(apart, hall):
    standing = hall.read(grouping.standing)
    assert apart.arrangement(standing) is not None
    os.kill(apart._process.pid, signal.SIGKILL)
    apart._process.wait()
    assert apart.arrangement(standing) is not None


def test_one_that_dies_over_a_board_fails_that_board_alone(apart, hall):
    standing = hall.read(grouping.standing)
    apart.arrangement(standing)
    os.kill(apart._process.pid, signal.SIGSTOP)
    os.kill(apart._process.pid, signal.SIGKILL)
    with pytest.raises(Failed):
        apart.arrangement(standing)
    assert apart.arrangement(standing) is not None


def test_it_ends_when_nobody_speaks_to_it_any_more(apart, hall):
    apart.arrangement(hall.read(grouping.standing))
    process = apart._process
    process.stdin.close()
    until = time.monotonic() + 5
    while process.poll() is None and time.monotonic() < until:
        time.sleep(0.02)
    assert process.returncode == 0
