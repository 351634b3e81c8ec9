"""What the documents say in sentences, so that page and files say it alike. Spoken in the current language."""

from datetime import date, datetime

from app import language
from app.language import gettext, ngettext


def people(count: int) -> str:
    return ngettext("%(num)s person", "%(num)s people", count) % {"num": count}


def cards(count: int) -> str:
    return ngettext("%(num)s card", "%(num)s cards", count) % {"num": count}


def lead(here: int, simulated: int, shown: int) -> str:
    """How many took part, how many of them only in a rehearsal, and how many cards there are to read."""
    said = [gettext("%(people)s took part.") % {"people": people(here)}]
    if simulated:
        some = ngettext("%(num)s of them was simulated.", "%(num)s of them were simulated.", simulated)
        said.append(some % {"num": simulated})
    said.append(gettext("%(cards)s can be read here.") % {"cards": cards(shown)})
    return " ".join(said)


def status(draft: bool, made_at: datetime) -> str:
    """Whether more can come, and when this was made."""
    said = gettext("Draft, made %(moment)s. The dialogue is not over.") if draft else gettext("Made %(moment)s.")
    return said % {"moment": language.moment(made_at)}


def finished(on: datetime, changed: bool) -> str:
    """When the organiser called it finished, and whether anything was changed after that."""
    said = gettext("Finished on %(day)s.") % {"day": language.day(on.astimezone(language.ZONE).date())}
    return " ".join((said, gettext("Changed since then."))) if changed else said


def left_out(waiting: int, hidden: int) -> str:
    """Which cards cannot be read here; empty when all can."""
    said = []
    if waiting:
        wait = ngettext("%(num)s card waits for the facilitator.", "%(num)s cards wait for the facilitator.", waiting)
        said.append(wait % {"num": waiting})
    if hidden:
        hide = ngettext("%(num)s card is hidden.", "%(num)s cards are hidden.", hidden)
        said.append(hide % {"num": hidden})
    return " ".join(said)


def method(form: str, dots: int) -> str:
    """How people voted."""
    if form == "stance":
        return gettext("Agree, disagree or pass on each card.")
    if form == "spectrum":
        return gettext("A point between the two poles of each card, 1 to 7.")
    if form == "rank":
        return gettext("Up to five places each: the first counts five points, the fifth one.")
    return ngettext("%(num)s dot each.", "%(num)s dots each.", dots) % {"num": dots}


def turnout(voted: int, here: int, abstained: int) -> str:
    """Who voted, out of whom; and who skipped."""
    said = gettext("%(voted)s of %(here)s have voted.") % {"voted": voted, "here": here}
    if abstained:
        skip = ngettext("%(num)s person skipped the vote.", "%(num)s people skipped the vote.", abstained)
        said += " " + skip % {"num": abstained}
    return said


def sorting(people_: int, placed: int, all_: int, split: int) -> str:
    """How a sorting ended: who took part, how many cards have enough taps, how many people do not agree on."""
    said = gettext("%(people)s sorted; %(placed)s of %(all)s cards have at least three taps.")
    told = said % {"people": people(people_), "placed": placed, "all": all_}
    if split:
        more = ngettext("People disagree on %(num)d card", "People disagree on %(num)d cards", split)
        told += " " + more % {"num": split} + "."
    return told


def step(kind: str) -> str:
    """What a step of the run sheet is, in a word."""
    names = {
        "collect": gettext("Cards"),
        "sort": gettext("Sorting"),
        "vote": gettext("Vote"),
        "assess": gettext("Assessment"),
        "present": gettext("Plenary"),
    }
    return names[kind]


def ran(opened: datetime | None, closed: datetime | None) -> str:
    """When a step was on; empty when nobody went to it."""
    if opened is None:
        return ""
    since = language.clock(opened)
    return f"{since}–{language.clock(closed)}" if closed is not None else gettext("since %(time)s") % {"time": since}


def score(form: str, total: int, voters: int, against: int, passed: int) -> str:
    """What a card got in a vote."""
    if form == "stance":
        said = gettext("%(agree)s agree, %(disagree)s disagree, %(pass)s pass")
        return said % {"agree": voters, "disagree": against, "pass": passed}
    if form == "rank":
        got = ngettext("%(num)s point", "%(num)s points", total) % {"num": total}
    else:
        got = ngettext("%(num)s dot", "%(num)s dots", total) % {"num": total}
    return gettext("%(dots)s from %(people)s") % {"dots": got, "people": people(voters)}


def numbered(number: int) -> str:
    return gettext("no. %(number)s") % {"number": number}


def answered(answered_: int, here: int, skipped: int) -> str:
    """Who answered, out of whom; and who skipped."""
    said = gettext("%(answered)s of %(here)s have answered.") % {"answered": answered_, "here": here}
    if skipped:
        said += " " + ngettext("%(num)s skipped.", "%(num)s skipped.", skipped) % {"num": skipped}
    return said


def before_after(before: float, after: float, pairs: int) -> str:
    """How the same people answered before and after."""
    said = gettext("Before %(before)s, now %(after)s, for the %(n)s who answered both times.")
    return said % {"before": language.number(before, 2), "after": language.number(after, 2), "n": pairs}


def choices(scale: str) -> list[tuple[int, str]]:
    """The words of a scale that is counted and not averaged; none for the others."""
    return {
        "stance": [(1, gettext("supports")), (0, gettext("supports, if")), (-1, gettext("does not"))],
        "yesno": [(1, gettext("yes")), (0, gettext("not so"))],
        "status": [(1, gettext("done")), (2, gettext("under way")), (3, gettext("dropped"))],
    }.get(scale, [])


def scope(key: str) -> str:
    return {"internal": gettext("At home"), "joint": gettext("Together")}.get(key, "")


def became(status_: str) -> str:
    """What became of an agreement; nobody having said so is never done."""
    return {
        "done": gettext("done"),
        "under_way": gettext("under way"),
        "dropped": gettext("dropped"),
    }.get(status_, gettext("not known"))


def absent(roles: tuple[str, ...]) -> str:
    """The roles that nobody came in."""
    return gettext("Nobody came as: %(roles)s.") % {"roles": ", ".join(roles)}


def meet_again(when: str) -> str:
    """The day people meet again, or why they do not."""
    return gettext("When we meet again: %(when)s") % {"when": when}


def asked(lifts: int, answered_: bool) -> str:
    """How many others wanted this question answered, and whether it was."""
    said = [ngettext("%(num)s wants to know", "%(num)s want to know", lifts) % {"num": lifts}] if lifts else []
    return ", ".join([*said, gettext("answered in the room") if answered_ else gettext("not answered yet")])


def same_as(number: int) -> str:
    return gettext("same as %(number)s") % {"number": number}


def verbatim() -> str:
    return gettext("The cards stand as they were written. Roles with fewer than five people are counted as others.")


def deleted(on: date) -> str:
    return gettext("Everything is deleted on %(date)s.") % {"date": language.day(on)}
