"""Well or not: in one word for a load balancer, and which part it is for whoever looks after the server."""

import threading
from collections.abc import Iterator

import pytest
from sqlalchemy.exc import OperationalError

from app.web import health
from tests.web.house import House, opened_house


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with opened_house(tmp_path_factory.mktemp("health")) as running:
        yield running


def ready(house: House) -> tuple[int, dict[str, str]]:
    told = house.client.get("/readyz")
    return told.status_code, told.json()


def test_ready_means_that_it_reads_and_writes(house):
    assert ready(house) == (200, {"status": "ok"})


def test_a_writer_that_stands_still_is_named(house, monkeypatch):
    monkeypatch.setattr(health, "PATIENCE", 0.2)
    goes_on = threading.Event()
    stuck = threading.Thread(target=house.do, args=(lambda tx: goes_on.wait(10),))
    stuck.start()
    try:
        assert ready(house) == (503, {"status": "away", "part": "writer"})
        assert house.client.get("/healthz").status_code == 200
    finally:
        goes_on.set()
        stuck.join()
    assert ready(house) == (200, {"status": "ok"})


def test_a_database_that_is_away_is_named(house, monkeypatch):
    def away(_session):
        raise OperationalError("SELECT 1", {}, Exception("away"))

    monkeypatch.setattr(health, "_answers", away)
    assert ready(house) == (503, {"status": "away", "part": "database"})
