"""The dress rehearsal: simulated people fill a room through the same doors as phones, and leave when sent off."""

import asyncio
import contextlib
import sys

from app.domain import participants
from app.models import Dialogue
from app.web.place import Place

SPEED = 12  # times as quick as real people, so that a board lives within a minute
PATIENCE = 1800  # seconds they stay when nothing happens: a facilitator reads and tries things

_playing: dict[int, asyncio.subprocess.Process] = {}


async def fill(here: Place, dialogue: Dialogue, people: int = 40) -> None:
    """Send simulated people into the dialogue, marked so that they can be cleared. A second press changes nothing."""
    number = dialogue.id or 0
    if running(number):
        return
    host = "127.0.0.1" if here.settings.host in ("0.0.0.0", "::") else here.settings.host  # noqa: S104 - compared
    _playing[number] = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "app",
        "rehearse",
        f"http://{host}:{here.settings.port}/d/{dialogue.code}",
        "--participants",
        str(people),
        "--speed",
        str(SPEED),
        "--quiet",
        str(PATIENCE),
        "--mark",
        here.signer.dumps(number, salt="rehearsal"),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )


def running(dialogue_id: int) -> bool:
    """Whether simulated people are at work in this dialogue."""
    process = _playing.get(dialogue_id)
    return process is not None and process.returncode is None


async def stop(dialogue_id: int) -> None:
    """Send the simulated people home."""
    process = _playing.pop(dialogue_id, None)
    if process is not None and process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        await process.wait()


async def clear(here: Place, dialogue: Dialogue) -> int:
    """Send them home and take away all they wrote. Returns how many they were."""
    await stop(dialogue.id or 0)
    return await here.change(participants.clear_simulated, dialogue.id or 0)


async def stop_all() -> None:
    """The server stops: nobody plays on."""
    for number in list(_playing):
        await stop(number)
