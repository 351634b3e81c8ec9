"""The textbook way: a plain route, a SQLModel session a request, a commit a vote. SQLite, every commit on disk."""

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import uvicorn
from fastapi import Depends, FastAPI
from pydantic import BaseModel
from sqlalchemy import event
from sqlmodel import Field, Session, SQLModel, create_engine, select

try:
    from pysqlite3 import dbapi2 as sqlite
except ImportError:
    import sqlite3 as sqlite


class Vote(SQLModel, table=True):
    participant: int = Field(primary_key=True)
    card: int = Field(primary_key=True)
    value: int


class Ballot(BaseModel):
    participant: int
    card: int
    value: int


folder = tempfile.TemporaryDirectory(dir=sys.argv[1] if len(sys.argv) > 1 else None)
engine = create_engine(f"sqlite:///{Path(folder.name) / 'votes.db'}", module=sqlite)


@event.listens_for(engine, "connect")
def on_connect(connection: sqlite.Connection, _record: object) -> None:
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=30000"):
        connection.execute(f"PRAGMA {pragma}")


SQLModel.metadata.create_all(engine)
app = FastAPI()


def session() -> Iterator[Session]:
    with Session(engine) as opened:
        yield opened


@app.post("/votes")
def cast(ballot: Ballot, opened: Session = Depends(session)) -> dict[str, bool]:  # noqa: B008 - as the documentation writes it
    vote = opened.exec(select(Vote).where(Vote.participant == ballot.participant, Vote.card == ballot.card)).first()
    if vote is None:
        vote = Vote(participant=ballot.participant, card=ballot.card, value=ballot.value)
    vote.value = ballot.value
    opened.add(vote)
    opened.commit()
    return {"voted": True}


config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning", backlog=4096)
listening = config.bind_socket()
print(listening.getsockname()[1], flush=True)
uvicorn.Server(config).run(sockets=[listening])
