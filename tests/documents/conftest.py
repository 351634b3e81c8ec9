"""One filled dialogue for all tests of the documents, since they only read; and one nobody has come to."""

from collections.abc import Iterator

import pytest

from app.documents import summary
from app.documents.summary import SummaryView
from tests.documents.room import Room, empty, fill


@pytest.fixture(scope="session")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    with empty(tmp_path_factory.mktemp("room")) as made:
        fill(made)
        yield made


@pytest.fixture(scope="session")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    with empty(tmp_path_factory.mktemp("bare"), "empty") as made:
        yield made


@pytest.fixture(scope="session", params=["da", "en"])
def view(room: Room, request: pytest.FixtureRequest) -> SummaryView:
    """The filled dialogue's summary, in each language."""
    with room.reader() as session:
        return summary.build(session, room.id, request.param)


@pytest.fixture(scope="session", params=["da", "en"])
def blank(bare: Room, request: pytest.FixtureRequest) -> SummaryView:
    """The summary of the dialogue nobody has come to."""
    with bare.reader() as session:
        return summary.build(session, bare.id, request.param)
