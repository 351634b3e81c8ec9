"""What each act on the desk is called, so that the facilitator reads what undo will take back."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from app.domain import journal
from app.language import gettext, ngettext
from app.models import Edit

THEMES = (
    *("rename", "lock", "unlock", "pin", "unpin", "merge", "move", "split", "new"),
    *("hide", "release", "join", "part", "adopt"),
)  # acts everybody may see
LISTED = 20


@dataclass(frozen=True, slots=True)
class ChangeView:
    """One act on the themes, when, and by which link: `by` is the number of the desk's link, or empty."""

    at: datetime
    words: str
    by: str


def newest(session: Session, dialogue_id: int) -> str:
    """What the newest act was, in words; empty when there is nothing to take back."""
    return words(journal.last(session, dialogue_id))


def undone(session: Session, dialogue_id: int) -> str:
    """What would be done again, in words; empty when there is nothing."""
    return words(journal.next_undone(session, dialogue_id))


def changes(session: Session, dialogue_id: int) -> tuple[ChangeView, ...]:
    """What was done with the themes, the newest first: the room may see how its cards were handled."""
    found = journal.acts(session, dialogue_id, THEMES)[:LISTED]
    return tuple(ChangeView(edit.created_at, words(edit), edit.by.partition(" ")[2]) for edit in found)


def words(edit: Edit | None) -> str:
    """What an act was."""
    if edit is None:
        return ""
    number = sum(1 for change in edit.changes if change["table"] in ("Card", "Placement", "Option")) or 1
    moved = ngettext("%(num)s card moved", "%(num)s cards moved", number)
    said = {
        "begin": gettext("The dialogue has begun"),
        "step": gettext("Went to another step"),
        "end": gettext("The dialogue has ended"),
        "extend": gettext("More minutes"),
        "delay": gettext("The programme was moved"),
        "shorten": gettext("A step was made shorter"),
        "skip": gettext("A step is left out"),
        "unskip": gettext("A step is back in"),
        "reveal": gettext("The cards were shown"),
        "silence": gettext("The silence came back"),
        "rename": gettext("Heading changed"),
        "lock": gettext("Theme locked"),
        "unlock": gettext("Theme unlocked"),
        "merge": gettext("Themes merged"),
        "pin": gettext("A theme stands first"),
        "unpin": gettext("A theme stands by its size again"),
        "join": ngettext("%(num)s card stands under another", "%(num)s cards stand under another", number),
        "part": ngettext("%(num)s card stands by itself again", "%(num)s cards stand by themselves again", number),
        "apart": gettext("Two cards are not the same"),
        "move": moved,
        "split": moved,
        "new": gettext("New theme"),
        "hold": ngettext("%(num)s card held back", "%(num)s cards held back", number),
        "hide": ngettext("%(num)s card hidden", "%(num)s cards hidden", number),
        "release": ngettext("%(num)s card shown", "%(num)s cards shown", number),
        "choose": ngettext("%(num)s card put to the vote", "%(num)s cards put to the vote", number),
        "unchoose": ngettext("%(num)s card taken out of the vote", "%(num)s cards taken out of the vote", number),
        "adopt": gettext("Themes grouped anew"),
        "dismiss": gettext("New grouping turned down"),
        "close_vote": gettext("Vote closed"),
        "reopen_vote": gettext("Vote opened again"),
        "onward": ngettext("%(num)s card marked to go on", "%(num)s cards marked to go on", number),
        "not_onward": ngettext("%(num)s card no longer goes on", "%(num)s cards no longer go on", number),
        "answered": gettext("A question is answered"),
        "unanswered": gettext("A question waits again"),
        "drop_agreement": gettext("Agreement taken off the list"),
    }
    return said.get(edit.verb, gettext("The last change")) % {"num": number}
