"""The summary as Markdown: plain to read as it is, and the same words when rendered.

What people wrote stays text: never a link, picture, heading, list, table, code or HTML. (One reader, GitHub's, finds
mail addresses after it has undone every escape, and links them.)
"""

import re

from app import language
from app.documents import sentences
from app.documents.stands import AnswerView, PactView
from app.documents.summary import CardView, ResultView, StepView, SummaryView, VoteView
from app.language import gettext

_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"} | {sign: f"&#{ord(sign)};" for sign in "|~@$^="}
_SIGN = re.compile(
    r"(?P<entity>[&<>|~@$^=]|(?<=\S):(?=\S)|^:)"  # a colon or point inside a word can make an address
    r"|(?P<escape>[\\`*_{}\[\]#]|(?<=\w)\.(?=\w)|^[-+])"
)
_NUMBERED = re.compile(r"^(\d+)([.)])")


def render(view: SummaryView) -> str:
    """The whole summary; ends with a line break."""
    with language.speaking(view.language):
        parts = [
            *_opening(view),
            *_section(gettext("What we saw"), literal(view.looking_back)),
            *_mandate(view),
            *_agenda(view),
            *_themes(view),
            *_votes(view),
            *_profiles(view),
            *_pacts(gettext("What we agreed"), view.pacts),
            *_pacts(gettext("Material that must be ready"), view.to_do),
            *_section(gettext("What we asked"), "\n".join(map(_question, view.questions))),
            *_closing(view),
        ]
    return "\n\n".join(parts) + "\n"


def literal(text: str, line_break: str = "  \n") -> str:
    """A text that every Markdown reader shows as it was written, line breaks and all."""
    return line_break.join(_NUMBERED.sub(r"\1\\\2", _SIGN.sub(_escaped, line)) for line in text.split("\n"))


def _escaped(found: re.Match[str]) -> str:
    sign = found[0]
    return f"\\{sign}" if found["escape"] else _ENTITIES.get(sign, f"&#{ord(sign)};")


def quoted(text: str) -> str:
    """A text as a block quotation."""
    return "\n>\n".join("> " + literal(paragraph, "  \n> ") for paragraph in text.split("\n\n"))


def _inline(text: str) -> str:
    """A text on one line; its line breaks become bars."""
    return literal(" / ".join(line for line in text.split("\n") if line))


def _opening(view: SummaryView) -> list[str]:
    where = [_inline(view.series)] if view.series != view.title else []
    when = [language.day(view.event_date)] if view.event_date is not None else []
    head = " · ".join([gettext("Summary"), *where, *when])
    room = [f"- {literal(group.name)}: {group.count}" for group in view.groups]
    if view.absent:
        room.append("\n" + sentences.absent(tuple(map(literal, view.absent))))
    said = [view.lead, view.left_out]
    return [
        head,
        f"# {_inline(view.title)}",
        " ".join(filter(None, said)),
        f"*{view.status}*",
        *([sentences.meet_again(literal(view.follow_up_on))] if view.follow_up_on else []),
        *_section(gettext("Who was here"), "\n".join(room)),
    ]


def _section(heading: str, *parts: str) -> list[str]:
    """A heading with what stands under it, or nothing at all."""
    kept = [part for part in parts if part]
    return [f"## {heading}", *kept] if kept else []


def _mandate(view: SummaryView) -> list[str]:
    promises = [f"**{promise.label}**\n\n{literal(promise.text)}" for promise in view.mandate if promise.text]
    return _section(gettext("The mandate"), *promises)


def _agenda(view: SummaryView) -> list[str]:
    names = (
        gettext("Planned"),
        gettext("Step"),
        gettext("Kind"),
        gettext("Took place"),
        gettext("Minutes"),
        gettext("Cards"),
    )
    head = [f"| {' | '.join(names)} |", "| --- | --- | --- | --- | ---: | ---: |"]
    rows = [*head, *map(_step, view.steps)] if view.steps else []
    return _section(gettext("The programme as it ran"), "\n".join(rows))


def _step(step: StepView) -> str:
    planned = language.clock(step.planned) if step.planned is not None else ""
    minutes = "" if step.minutes is None else str(step.minutes)
    title = f"**{_inline(step.title)}**" + (f" {_inline(step.prompt)}" if step.prompt else "")
    title += f" {step.outcome}" if step.outcome else ""
    return f"| {planned} | {title} | {step.kind_name} | {step.ran} | {minutes} | {step.cards or ''} |"


def _themes(view: SummaryView) -> list[str]:
    sizes = [f"- {_inline(theme.label)}: {len(theme.cards)}" for theme in view.themes]
    pile = gettext("Not placed yet")
    if view.unplaced:
        sizes.append(f"- {pile}: {len(view.unplaced)}")
    parts = _section(gettext("What we wrote about"), "\n".join(sizes))
    for label, cards in (*((_inline(theme.label), theme.cards) for theme in view.themes), (pile, view.unplaced)):
        if cards:
            parts += [f"### {label} ({sentences.cards(len(cards))})", *map(_card, cards)]
    return parts


def _card(card: CardView) -> str:
    second = f"\n>\n> *{literal(card.second_label)}*\n>\n{quoted(card.second)}" if card.second else ""
    same = " · " + sentences.same_as(card.same_as) if card.same_as else ""
    return f"**{card.number}** · {card.kind_name}{same}\n\n{quoted(card.first)}{second}"


def _votes(view: SummaryView) -> list[str]:
    parts = []
    for vote in view.votes:
        asked = literal(vote.prompt) if vote.prompt else ""
        parts += [f"### {_inline(vote.title)}", *filter(None, [asked, f"{vote.method} {vote.turnout}", _result(vote)])]
    return _section(gettext("Votes"), *parts)


def _result(vote: VoteView) -> str:
    if vote.open:
        return gettext("The vote is still open. The result comes when it closes.")
    return "\n".join(f"{place}. {_row(vote, row)}" for place, row in enumerate(vote.results, start=1))


def _row(vote: VoteView, row: ResultView) -> str:
    score = sentences.score(vote.form, row.total, row.voters, row.against, row.passed)
    second = f" ({_inline(row.card.second)})" if row.card.second else ""
    return f"**{score}** · {_inline(row.card.first)}{second} · {sentences.numbered(row.card.number)}"


def _profiles(view: SummaryView) -> list[str]:
    parts = []
    for profile in view.profiles:
        asked = literal(profile.prompt) if profile.prompt else ""
        said = " ".join(filter(None, (profile.turnout, profile.before_after)))
        rows = "\n".join(f"- {_inline(row.text)}: {_answered(row)}" for row in profile.rows)
        parts += [f"### {_inline(profile.title)}", *filter(None, [asked, said, rows])]
    return _section(gettext("Where we stand"), *parts)


def _answered(row: AnswerView) -> str:
    if row.counts:
        return ", ".join(f"{number} {word}" for word, number in row.counts)
    lines = ", ".join(f"{literal(line.name)} {language.number(line.mean, 1)}" for line in row.lines)
    return f"**{language.number(row.mean, 2)}** ({row.n})" + (f"; {lines}" if lines else "")


def _pacts(heading: str, pacts: tuple[PactView, ...]) -> list[str]:
    return _section(heading, "\n".join(f"- {_inline(each.what)}{_terms(each)}" for each in pacts))


def _terms(pact: PactView) -> str:
    """Who, when, where and what became of it, as far as anybody has said."""
    due = language.day(pact.due) if pact.due is not None else ""
    number = sentences.numbered(pact.number) if pact.number else ""
    told = (_inline(pact.who), due, pact.scope, pact.status, _inline(pact.note), number)
    return "".join(f" · {part}" for part in told if part)


def _question(card: CardView) -> str:
    return f"- {_inline(card.first)} · {card.asked} · {sentences.numbered(card.number)}"


def _closing(view: SummaryView) -> list[str]:
    hidden = [f"- {_inline(row.reason)}: {row.count}" for row in view.reasons]
    return [
        *_section(gettext("Not shown"), view.left_out, "\n".join(hidden)),
        "---",
        f"{sentences.verbatim()} {sentences.deleted(view.delete_on)}",
    ]
