"""The floor: one row a commit, or so many, in a bare loop without any network. Prints votes a second.

floor.py FOLDER SECONDS ROWS
"""

import random
import sys
import tempfile
from pathlib import Path
from time import perf_counter

try:
    from pysqlite3 import dbapi2 as sqlite
except ImportError:
    import sqlite3 as sqlite

PEOPLE, CARDS = 1000, 8
SET = (
    "INSERT INTO vote (participant, card, value) VALUES (?, ?, ?)"
    " ON CONFLICT (participant, card) DO UPDATE SET value = excluded.value"
)

where, seconds, rows = sys.argv[1], float(sys.argv[2]), int(sys.argv[3])
with tempfile.TemporaryDirectory(dir=where) as folder:
    connection = sqlite.connect(Path(folder) / "votes.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE vote (participant INT, card INT, value INT, PRIMARY KEY (participant, card))")
    chance, count, begun = random.Random(1), 0, perf_counter()  # noqa: S311 - not a secret
    while perf_counter() - begun < seconds:
        votes = []
        for _ in range(rows):
            count += 1  # as a value it is new every time, so that every vote changes its row
            votes.append((chance.randrange(PEOPLE), chance.randrange(CARDS), count))
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(SET, votes)
        connection.execute("COMMIT")
    print(count / (perf_counter() - begun))
    connection.close()
