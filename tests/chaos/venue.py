"""A server with a step that takes cards, people who have joined it, and a look into its database."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import unescape
from pathlib import Path

from tests.conftest import Live, serving
from tests.web.test_phone import go

WORD = "a word for the operator"
PLENTY = {
    "TOVHOLDER_TEXTS_PER_MINUTE": "1000000",
    "TOVHOLDER_VOTES_PER_MINUTE": "1000000",
    "TOVHOLDER_METRICS_TOKEN": WORD,
}


@dataclass
class Venue:
    """The server as it runs now; `again` starts it anew on the same data and port."""

    live: Live
    activity: str
    code: str

    def cookies(self, count: int) -> list[str]:
        """So many people, joined."""
        client, found = self.live.client(accept="application/json"), []
        for _ in range(count):
            client.cookies.clear()
            client.post(self.live.join + "/join", data={"role": "borger"}).raise_for_status()
            found.append("; ".join(f"{name}={value}" for name, value in client.cookies.items()))
        return found

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        return rows(self.live.data, sql)

    def keys(self) -> list[str]:
        """The client keys of all cards that phones of the test sent."""
        return [str(key) for (key,) in self.rows("SELECT key FROM card WHERE key LIKE 'phone-%'")]

    def texts(self) -> list[str]:
        """The texts of all cards of the step, as they lie in the database."""
        return [str(first) for (first,) in self.rows(f"SELECT first FROM card WHERE activity_id = {self.activity}")]

    def on_the_wall(self) -> list[str]:
        """The texts of all cards on the board, as a browser reads them."""
        self.live.opened("desk").post("/desk/1/board", data={"view": "cards"}).raise_for_status()
        page = self.live.opened("board").get("/board/1", headers={"accept": "text/html"}).text
        return [unescape(text) for text in re.findall(r'data-card="[^>]*>\s*<p><bdi>(.*?)</bdi></p>', page)]

    def pictures(self) -> int:
        """How often the phones' topic was drawn since the server started, as its operator sees it."""
        return figure(self.live, 'tovholder_pictures_total{face="phones"}')


def figure(live: Live, name: str) -> int:
    """One of the server's figures; 0 where it has not counted any."""
    told = live.client(authorization=f"Bearer {WORD}").get("/metrics").raise_for_status().text
    found = re.search(rf"^{re.escape(name)} (\S+)$", told, re.MULTILINE)
    return int(float(found[1])) if found else 0


def rows(data: Path, sql: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(f"file:{data / 'tovholder.sqlite3'}?mode=ro", uri=True)
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


@contextmanager
def opened(data: Path, port: int = 0, *words: str, **environment: str) -> Iterator[Venue]:
    with serving(data, port, *words, **PLENTY | environment) as live:
        desk = live.opened("desk")
        desk.post("/desk/1/begin").raise_for_status()
        yield Venue(live, go(desk, "Råd"), re.sub(r".*/d/", "", live.join))
