"""A summary as a row of plain blocks: what every office file is built of, so that none says more than another."""

from dataclasses import dataclass

from app import language
from app.documents import sentences
from app.documents.stands import AnswerView, PactView, ProfileView
from app.documents.summary import CardView, SummaryView, VoteView
from app.language import gettext

Cell = str | int | float


@dataclass(frozen=True, slots=True)
class Heading:
    """`level` 1 is the title, 2 a part, 3 something in a part."""

    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Prose:
    text: str


@dataclass(frozen=True, slots=True)
class Table:
    """`title` says what it shows to those who hear it; rows are as long as the head."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class Bars:
    """A chart of whole or broken numbers from nought, one bar a label and series; the table after it says the same."""

    title: str
    labels: tuple[str, ...]
    series: tuple[tuple[str, tuple[float, ...]], ...]


@dataclass(frozen=True, slots=True)
class Quotes:
    """Cards word for word."""

    cards: tuple[CardView, ...]


Block = Heading | Prose | Table | Bars | Quotes


def of(view: SummaryView) -> list[Block]:
    """Everything in the summary, in the order of the page. Speaks the current language."""
    return [
        *_opening(view),
        *_programme(view),
        *(block for vote in view.votes for block in _vote(vote)),
        *(block for profile in view.profiles for block in _profile(profile)),
        *_pacts(gettext("What we agreed"), view.pacts),
        *_pacts(gettext("Material that must be ready"), view.to_do),
        *_questions(view),
        *_apart(view),
        *_themes(view),
        Prose(f"{sentences.verbatim()} {sentences.deleted(view.delete_on)}"),
    ]


def _opening(view: SummaryView) -> list[Block]:
    blocks: list[Block] = [Heading(1, view.title), Prose(f"{view.lead} {view.left_out}".strip()), Prose(view.status)]
    if view.looking_back:
        blocks += [Heading(2, gettext("What we saw")), Prose(view.looking_back)]
    if view.follow_up_on:
        blocks.append(Prose(sentences.meet_again(view.follow_up_on)))
    promises = [(promise.label, promise.text) for promise in view.mandate if promise.text]
    if promises:
        head = (gettext("Question"), gettext("Answer"))
        blocks += [Heading(2, gettext("The mandate")), Table(gettext("The mandate"), head, tuple(promises))]
    if view.groups:
        title = gettext("Who was here")
        rows = tuple((group.name, group.count) for group in view.groups)
        blocks += [Heading(2, title), Table(title, (gettext("Role"), gettext("People")), rows)]
    if view.absent:
        blocks.append(Prose(sentences.absent(view.absent)))
    if view.themes:
        title = gettext("What we wrote about")
        sizes = [(theme.label, len(theme.cards)) for theme in view.themes]
        if view.unplaced:
            sizes.append((gettext("Not placed yet"), len(view.unplaced)))
        names = tuple(label for label, _ in sizes)
        bars = Bars(title, names, ((gettext("Cards"), tuple(float(number) for _, number in sizes)),))
        blocks += [Heading(2, title), bars, Table(title, (gettext("Theme"), gettext("Cards")), tuple(sizes))]
    return blocks


def _programme(view: SummaryView) -> list[Block]:
    if not view.steps:
        return []
    title = gettext("The programme as it ran")
    head = (gettext("Planned"), gettext("Step"), gettext("Kind"), gettext("Took place"), gettext("Cards"))
    rows = tuple(
        (
            language.clock(step.planned) if step.planned is not None else "",
            f"{step.title}. {step.outcome}" if step.outcome else step.title,
            step.kind_name,
            step.ran,
            step.cards,
        )
        for step in view.steps
    )
    return [Heading(2, title), Table(title, head, rows)]


def _vote(vote: VoteView) -> list[Block]:
    blocks: list[Block] = [Heading(2, vote.title), Prose(f"{vote.prompt} {vote.method} {vote.turnout}".strip())]
    if vote.open:
        return [*blocks, Prose(gettext("The vote is still open. The result comes when it closes."))]
    if not vote.results:
        return blocks
    stance = vote.form == "stance"
    score = {"dots": gettext("Dots"), "rank": gettext("points"), "stance": gettext("Agree")}[vote.form]
    names = tuple(row.card.first for row in vote.results)
    series = [(score, tuple(float(row.voters if stance else row.total) for row in vote.results))]
    if stance:
        series.append((gettext("Disagree"), tuple(float(row.against) for row in vote.results)))
    more = (gettext("Disagree"), gettext("Pass")) if stance else (gettext("People"),)
    rows = tuple(
        (
            place,
            row.card.first,
            row.voters if stance else row.total,
            *((row.against, row.passed) if stance else (row.voters,)),
        )
        for place, row in enumerate(vote.results, start=1)
    )
    head = (gettext("Place"), gettext("Card"), score, *more)
    return [*blocks, Bars(vote.title, names, tuple(series)), Table(vote.title, head, rows)]


def _profile(profile: ProfileView) -> list[Block]:
    blocks: list[Block] = [
        Heading(2, profile.title),
        Prose(" ".join(filter(None, (profile.prompt, profile.turnout, profile.before_after)))),
    ]
    if profile.open:
        return [*blocks, Prose(gettext("The result comes when it closes."))]
    if not profile.rows:
        return blocks
    names = tuple(row.text for row in profile.rows)
    if profile.rows[0].counts:
        words = [word for word, _ in profile.rows[0].counts]
        series = tuple((word, tuple(float(row.counts[at][1]) for row in profile.rows)) for at, word in enumerate(words))
        head = (gettext("Statement"), *words, gettext("don't know"))
        rows: tuple[tuple[Cell, ...], ...] = tuple(
            (row.text, *(number for _, number in row.counts), row.unknown) for row in profile.rows
        )
        return [*blocks, Bars(profile.title, names, series), Table(profile.title, head, rows)]
    bars = Bars(profile.title, names, ((gettext("mean"), tuple(round(row.mean, 2) for row in profile.rows)),))
    roles = list(dict.fromkeys(line.name for row in profile.rows for line in row.lines))
    head = (gettext("Statement"), gettext("mean"), gettext("answers"), gettext("don't know"), *roles, gettext("gap"))
    return [*blocks, bars, Table(profile.title, head, tuple(_means(row, roles) for row in profile.rows))]


def _means(row: AnswerView, roles: list[str]) -> tuple[Cell, ...]:
    means = {line.name: round(line.mean, 1) for line in row.lines}
    gap: Cell = round(row.gap, 1) if len(row.lines) > 1 else ""
    return (row.text, round(row.mean, 2), row.n, row.unknown, *(means.get(role, "") for role in roles), gap)


def _pacts(title: str, pacts: tuple[PactView, ...]) -> list[Block]:
    if not pacts:
        return []
    head = (gettext("What"), gettext("Who"), gettext("By when"), gettext("Where"), gettext("What became of it?"))
    rows = tuple((each.what, each.who, _day(each), each.scope, f"{each.status} {each.note}".strip()) for each in pacts)
    return [Heading(2, title), Table(title, head, rows)]


def _day(pact: PactView) -> str:
    return language.day(pact.due) if pact.due is not None else ""


def _apart(view: SummaryView) -> list[Block]:
    title, rows = gettext("Where we did not agree"), apart(view)
    return [Heading(2, title), Table(title, (gettext("Card"), gettext("How")), rows)] if rows else []


def apart(view: SummaryView) -> tuple[tuple[str, str], ...]:
    """Where the room did not agree: wide gaps, and cards with voices on both sides. None is dropped for few votes."""
    rows = [
        (row.text, gettext("%(gap)s apart") % {"gap": language.number(row.gap, 1)})
        for profile in view.profiles
        for row in profile.rows
        if row.headline
    ]
    rows += [
        (row.card.first, sentences.score(vote.form, row.total, row.voters, row.against, row.passed))
        for vote in view.votes
        if vote.form == "stance"
        for row in vote.results
        if row.voters and row.against
    ]
    return tuple(rows)


def _questions(view: SummaryView) -> list[Block]:
    title = gettext("What we asked")
    head = (gettext("No."), gettext("Question"), gettext("What became of it?"))
    rows = tuple((card.number, card.first, card.asked) for card in view.questions)
    return [Heading(2, title), Table(title, head, rows)] if rows else []


def _themes(view: SummaryView) -> list[Block]:
    piles = [(theme.label, theme.cards) for theme in view.themes if theme.cards]
    if view.unplaced:
        piles.append((gettext("Not placed yet"), view.unplaced))
    blocks: list[Block] = [Heading(2, gettext("All cards"))] if piles else []
    for label, cards in piles:
        blocks += [Heading(3, f"{label} ({sentences.cards(len(cards))})"), Quotes(cards)]
    return blocks
