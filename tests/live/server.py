"""The app served by uvicorn in this process, where a test can see both ends of a socket."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

import uvicorn
from starlette.testclient import TestClient
from websockets.sync.client import ClientConnection, connect

from app import main
from app.domain import participants
from app.live import Hub
from app.settings import MESSAGE_MAX, Settings
from app.store import schema
from tests.domain import hall
from tests.domain.hall import Hall
from tests.web.house import House


@dataclass
class Server:
    """A dialogue on its step of advice, and the port it is served on."""

    port: int
    house: House
    hall: Hall

    @property
    def hub(self) -> Hub:
        return self.house.place.hub

    @property
    def watching(self) -> int:
        return self.hub.watching(f"phones:{self.hall.id}")

    @contextmanager
    def phone(self) -> Iterator[ClientConnection]:
        """The socket of somebody new."""
        _, token = self.hall.do(participants.join, "borger", "da")
        with connect(
            f"ws://127.0.0.1:{self.port}/d/{self.hall.dialogue.code}/live",
            origin=f"http://127.0.0.1:{self.port}",  # type: ignore[arg-type]
            additional_headers={"Cookie": f"tovholder-p-{self.hall.id}={token}"},
        ) as socket:
            yield socket


@contextmanager
def running(data: Path, pipe: str = "app.live.pipes:DirectPipe") -> Iterator[Server]:
    settings = Settings(data=data, public_url="http://testserver", secret_key="a key for tests", _env_file=None)
    schema.upgrade(settings.database)
    house = House(TestClient(main.create(settings)))
    config = uvicorn.Config(
        house.client.app,
        http="app.live.requests:PromptRequests",
        ws=pipe,  # type: ignore[arg-type]
        ws_max_size=MESSAGE_MAX,
        timeout_keep_alive=1,
        timeout_graceful_shutdown=2,
        log_config=None,
    )
    made = hall.writing(house)  # type: ignore[arg-type]
    serving = uvicorn.Server(config)
    listening = socket.create_server(("127.0.0.1", 0))
    thread = Thread(target=serving.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        yield Server(listening.getsockname()[1], house, made)
    finally:
        serving.should_exit = True
        thread.join(10)
