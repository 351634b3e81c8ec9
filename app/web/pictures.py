"""What the hub shows when it is told that a topic changed: the board's regions, and a pulse for phones and desks.

A pulse says only that there is something new; each phone and desk then reads with its own eyes.
"""

from dataclasses import dataclass
from math import ceil

from sqlmodel import Session

from app import language
from app.activities import board_of, collect, present
from app.activities.scene import Scene
from app.domain import agenda, codes, dialogues, groups, participants
from app.domain.agenda import StepView
from app.live import Frame
from app.models import CLOSED, Activity, Dialogue, now
from app.web import qr
from app.web.place import Place
from app.web.render import partial


@dataclass(frozen=True, slots=True)
class BoardView:
    """Everything the wall shows. `newest` is the number of the newest card it counts; `seconds_left` of the step."""

    dialogue_id: int
    title: str
    where: str
    question: str
    code: str
    site: str
    qr: str
    steps: tuple[StepView, ...]
    roles: dict[int, str]
    scene: Scene
    newest: int
    seq: int
    seconds_left: int | None
    calm: bool
    closed: bool
    arena: str = ""  # the name of the arena whose own board this is

    @property
    def scene_name(self) -> str:
        """What is on, in one word: hush, cards, themes, vote, result, lobby, mandate, step or calm."""
        if self.calm:
            return "calm"
        folder, _, partial_name = self.scene.template.removesuffix(".html").partition("/")
        return partial_name.removeprefix("_board").removeprefix("_") or folder

    @property
    def basis(self) -> object:
        """What the scene's region shows, or None where it is drawn anew every time."""
        return None if self.scene.basis is None else (self.scene.template, self.calm, self.scene.basis)


def board(session: Session, here: Place, dialogue_id: int, arena: int = 0) -> BoardView:
    """The wall of a dialogue, complete; or of one of its arenas, which shows no card of another. Raises NotFound."""
    dialogue = dialogues.get(session, dialogue_id)
    steps = tuple(agenda.view(session, dialogue))  # before the current one, which is then among them
    activity = agenda.current(session, dialogue)
    own = groups.one(session, dialogue_id, arena) if arena else None
    scene = _scene(session, dialogue, activity, arena)
    ends = agenda.ends_at(activity) if activity else None
    return BoardView(
        dialogue_id=dialogue_id,
        title=dialogue.title,
        where=language.day(dialogue.event_date) if dialogue.event_date else "",
        question=agenda.prompt(activity, dialogue) if activity else dialogue.title,
        code=codes.shown(dialogue.code),
        site=here.settings.public_url.partition("//")[2],
        qr=qr.path(f"{here.settings.public_url}/d/{dialogue.code}"),
        steps=steps,
        roles={role.position: participants.name_of(role) for role in dialogues.perspectives(session, dialogue_id)},
        scene=scene,
        newest=dialogue.card_count,
        seq=dialogue.seq,
        seconds_left=max(0, ceil((ends - now()).total_seconds())) if ends else None,
        calm=dialogue.board_view == "calm",
        closed=dialogue.state == CLOSED,
        arena=own.label if own else "",
    )


def _scene(session: Session, dialogue: Dialogue, activity: Activity | None, arena: int) -> Scene:
    if activity is None:
        return Scene("present/_board_lobby.html", present.view(session, dialogue, None))
    if arena and activity.kind == "collect":
        return collect.arena(session, dialogue, activity, arena)
    if dialogue.state == CLOSED:
        closing = collect.themes_scene(session, dialogue, None)
        return closing or Scene("present/_board_step.html", present.view(session, dialogue, activity))
    if dialogue.board_view == "themes":
        grouped = collect.themes_scene(session, dialogue, activity)
        if grouped is not None:
            return grouped
    return board_of(session, dialogue, activity)


def board_parts(view: BoardView, scene: str = "") -> dict[str, str]:
    """The regions of the wall, each with its own id: the same text is first paint, reconnect and live update.

    `scene` is the scene's region where it is known already.
    """
    return {
        "pulse": partial("board/_pulse.html", view=view),
        "head": partial("board/_head.html", view=view),
        "scene": scene or partial("board/_scene.html", view=view),
        "sums": partial("board/_sums.html", view=view),
        "rope": partial("board/_rope.html", view=view),
    }


@dataclass(frozen=True, slots=True)
class PulseView:
    """That something changed: `step` names what phones should show now, `seq` grows with every change."""

    step: str
    seq: int
    epoch: str


def pulse(session: Session, dialogue_id: int) -> PulseView:
    """The pulse of a dialogue for phones and desks."""
    dialogue = dialogues.get(session, dialogue_id)
    activity = agenda.current(session, dialogue)
    step = f"{activity.id}:{activity.state}:{int(activity.revealed)}" if activity else "0"
    moved = f":{dialogue.seating}.{dialogue.delay}" if dialogue.seating or dialogue.delay else ""
    return PulseView(f"{dialogue.state}:{step}{moved}", dialogue.seq, dialogue.epoch)


class Pictures:
    """Draws topics for the hub. Runs in threads; reads the database every time."""

    def __init__(self, here: Place) -> None:
        self._here = here

    def draw(self, topic: str, spoken: str, earlier: Frame | None = None) -> Frame:
        """The picture of "board:ID", "phones:ID" or "desk:ID" in a language; what an earlier one shows already is not
        drawn again."""
        face, _, number = topic.partition(":")
        with language.speaking(spoken), Session(self._here.readers) as session:
            if face == "board":
                view = board(session, self._here, int(number))
                same = earlier is not None and earlier.basis == view.basis is not None
                parts = board_parts(view, earlier.parts["scene"] if earlier and same else "")
                return Frame(parts, view.scene.again_in, view.basis)
            return Frame({"pulse": partial("_pulse.html", view=pulse(session, int(number)))})
