"""What the office shows: series with their dialogues, and one dialogue with all that must be set before the day."""

from dataclasses import dataclass, field
from typing import Any

from fastapi import Request
from sqlmodel import Session

from app import errors, store
from app.activities import collect
from app.domain import agenda, card_kinds, dialogues, groups, outside, participants, templates
from app.domain.card_kinds import CardKind
from app.domain.dialogues import MANDATE
from app.domain.groups import GroupView
from app.domain.outside import OutsideView
from app.domain.templates import Template
from app.models import CLOSED, DRAFT, Activity, Dialogue, Perspective
from app.models.people import GROUPS
from app.web import place

_WIDE, _GAP = 300.0, 1.5


@dataclass(frozen=True, slots=True)
class BarView:
    """One step of a rhythm strip, 300 wide: thin for talk, tall for the rest. `kind` gives its colour."""

    x: float
    width: float
    kind: str


@dataclass(frozen=True, slots=True)
class TemplateView:
    """A run sheet to begin from, with its rhythm."""

    key: str
    name: str
    people: str
    minutes: int
    rhythm: tuple[BarView, ...]
    own: bool = False


@dataclass(frozen=True, slots=True)
class StepView:
    """A step of the run sheet. `kinds` names the cards it asks for; `opened` steps stay."""

    id: int
    kind: str
    title: str
    prompt: str
    planned: str
    minutes: int
    kinds: tuple[str, ...]
    opened: bool
    words: dict[str, str] = field(default_factory=dict)  # titles and questions in both languages


@dataclass(frozen=True, slots=True)
class SheetView:
    """A template with its whole run sheet: the day, and what stands before and after it."""

    template: TemplateView
    steps: tuple[StepView, ...]
    outside: tuple[StepView, ...]


@dataclass(frozen=True, slots=True)
class KnotView:
    """A dialogue on its series' rope. `state` is done, next or later; `missing` is what stands before its start."""

    dialogue: Dialogue
    state: str
    people: int
    cards: int
    missing: tuple[str, ...]

    @property
    def id(self) -> int:
        return self.dialogue.id or 0


@dataclass(frozen=True, slots=True)
class SeriesView:
    id: int
    title: str
    knots: tuple[KnotView, ...]


@dataclass(frozen=True, slots=True)
class OfficeView:
    """Every series: those with something to come first, then newest. `next` is the dialogue that asks for attention."""

    series: tuple[SeriesView, ...]
    next: KnotView | None
    templates: tuple[TemplateView, ...]


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the preparation form: as kept, or as typed when it could not be kept."""

    title: str
    languages: str
    event_date: str
    delete_on: str
    mandate: dict[str, str]
    say: str
    perspectives: str
    fields: dict[str, str]


@dataclass(frozen=True, slots=True)
class PreparationView:
    """One dialogue in the office."""

    dialogue: Dialogue
    typed: Typed
    steps: tuple[StepView, ...]
    missing: tuple[str, ...]
    people: int
    cards: int
    kinds: tuple[CardKind, ...]
    groups: dict[str, list[GroupView]]
    outside: tuple[OutsideView, ...]

    @property
    def id(self) -> int:
        return self.dialogue.id or 0

    @property
    def draft(self) -> bool:
        return self.dialogue.state == DRAFT


@dataclass(frozen=True, slots=True)
class SafetyView:
    """What the organiser should know about this server, in calm sentences."""

    encrypted: bool
    old_sqlite: str = field(default="")


def office(session: Session) -> OfficeView:
    """Every series with its dialogues."""
    series = tuple(
        SeriesView(row.id or 0, row.title, tuple(_knots(session, rows))) for row, rows in dialogues.all_of(session)
    )
    by_attention = sorted(series, key=lambda each: all(knot.state == "done" for knot in each.knots))
    upcoming = [knot for each in by_attention for knot in each.knots if knot.state == "next"]
    return OfficeView(
        series=tuple(by_attention),
        next=upcoming[0] if upcoming else None,
        templates=tuple(_template(template) for template in templates.everything(session)),
    )


def _knots(session: Session, rows: list[Dialogue]) -> list[KnotView]:
    first = next((row.id for row in rows if row.state != CLOSED), None)
    return [
        KnotView(
            dialogue=row,
            state="done" if row.state == CLOSED else "next" if row.id == first else "later",
            people=participants.count(session, row.id or 0),
            cards=_written(session, row),
            missing=tuple(dialogues.missing(session, row)) if row.state == DRAFT else (),
        )
        for row in rows
    ]


def _written(session: Session, dialogue: Dialogue) -> int:
    """Every card that its writer has not taken back, shown or not."""
    return sum(collect.written_by_step(session, dialogue.id or 0).values())


def _template(template: Template) -> TemplateView:
    steps = [(str(step["kind"]), int(step["minutes"])) for step in template.steps if not step.get("apart")]
    return TemplateView(template.key, template.name, template.people, template.minutes, rhythm(steps), template.own)


def gallery(session: Session) -> tuple[SheetView, ...]:
    """Every template with its run sheet, but for the empty one."""
    return tuple(_sheet(each) for each in templates.everything(session) if each.key != templates.EMPTY)


def run_sheet(session: Session, key: str) -> SheetView:
    """One template with its run sheet. Raises NotFound."""
    try:
        return _sheet(templates.template(session, key))
    except errors.Unreadable as unknown:
        raise errors.NotFound from unknown


def _sheet(template: Template) -> SheetView:
    steps = [(_of_template(step), step.get("apart", "")) for step in template.steps]
    return SheetView(
        template=_template(template),
        steps=tuple(step for step, apart in steps if not apart),
        outside=tuple(step for step, apart in steps if apart),
    )


def _of_template(step: dict[str, Any]) -> StepView:
    """A step of a template as the office shows it; {fields} stand as they are, to be filled in later."""
    names = {name: value for name, value in step.items() if name not in ("statements", "apart")}
    row = Activity(dialogue_id=0, position=0, **names)
    return StepView(
        id=0,
        kind=row.kind,
        title=agenda.title(row),
        prompt=agenda.asked(row),
        planned=row.planned,
        minutes=row.minutes,
        kinds=tuple(card_kinds.kind(key).name for key in row.settings.get("kinds", [])),
        opened=False,
    )


def rhythm(steps: list[tuple[str, int]]) -> tuple[BarView, ...]:
    """A strip of the steps, each as wide as it is long."""
    room = _WIDE - _GAP * (len(steps) - 1)
    total = sum(minutes for _, minutes in steps) or 1
    bars, x = [], 0.0
    for kind, minutes in steps:
        width = room * minutes / total
        bars.append(BarView(round(x, 1), round(width, 1), kind))
        x += width + _GAP
    return tuple(bars)


def preparation(session: Session, dialogue_id: int, typed: Typed | None = None) -> PreparationView:
    """One dialogue, with what was typed where that could not be kept. Raises NotFound."""
    dialogue = dialogues.get(session, dialogue_id)
    return PreparationView(
        dialogue=dialogue,
        typed=typed or _as_kept(session, dialogue),
        steps=tuple(_step(row, dialogue) for row in agenda.steps(session, dialogue_id)),
        missing=tuple(dialogues.missing(session, dialogue)) if dialogue.state == DRAFT else (),
        people=participants.count(session, dialogue_id),
        cards=_written(session, dialogue),
        kinds=tuple(card_kinds.all_kinds().values()),
        groups={sort: groups.of(session, dialogue_id, sort) for sort in GROUPS},
        outside=tuple(outside.all_of(session, dialogue, counted=True)),
    )


def _as_kept(session: Session, dialogue: Dialogue) -> Typed:
    roles = [role for role in dialogues.perspectives(session, dialogue.id or 0) if role.position]
    return Typed(
        title=dialogue.title,
        languages=dialogue.languages,
        event_date=dialogue.event_date.isoformat() if dialogue.event_date else "",
        delete_on=dialogue.delete_on.isoformat(),
        mandate={name: getattr(dialogue, name) for name in MANDATE},
        say=dialogue.mandate_say,
        perspectives="\n".join(_typed(role) for role in roles),
        fields={name: dialogue.fields.get(name, "") for name in dialogues.open_fields(session, dialogue)},
    )


def _typed(role: Perspective) -> str:
    """A role as it is typed: only what is said of it."""
    rest = [str(role.intended)] if role.intended else []
    return " | ".join([role.name_da, role.name_en, *rest, *(["*"] if role.practice else [])])


def _step(row: Activity, dialogue: Dialogue) -> StepView:
    return StepView(
        id=row.id or 0,
        kind=row.kind,
        title=agenda.title(row),
        prompt=agenda.prompt(row, dialogue),
        planned=row.planned,
        minutes=row.minutes,
        kinds=tuple(card_kinds.kind(key).name for key in row.settings.get("kinds", [])),
        opened=row.opened_at is not None,
        words={name: getattr(row, name) for name in ("title_da", "title_en", "prompt_da", "prompt_en")},
    )


def safety(request: Request) -> SafetyView:
    """Whether this connection is encrypted, and the version of a SQLite that should be newer."""
    sqlite = place.of(request).readers.dialect.name == "sqlite"
    old = store.sqlite_version() if sqlite and not store.sqlite_is_safe() else ""
    return SafetyView(encrypted=request.url.scheme == "https", old_sqlite=old)
