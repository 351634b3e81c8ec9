"""What each act on the desk is called, so that the facilitator reads what undo will take back."""

from sqlmodel import Session

from app.domain import journal
from app.language import gettext, ngettext


def newest(session: Session, dialogue_id: int) -> str:
    """What the newest act was, in words; empty when there is nothing to take back."""
    edit = journal.last(session, dialogue_id)
    if edit is None:
        return ""
    number = sum(1 for change in edit.changes if change["table"] in ("Card", "Placement", "Option")) or 1
    moved = ngettext("%(num)s card moved", "%(num)s cards moved", number)
    said = {
        "begin": gettext("The dialogue has begun"),
        "step": gettext("Went to another step"),
        "end": gettext("The dialogue has ended"),
        "extend": gettext("Two more minutes"),
        "reveal": gettext("The cards were shown"),
        "silence": gettext("The silence came back"),
        "rename": gettext("Heading changed"),
        "lock": gettext("Theme locked"),
        "unlock": gettext("Theme unlocked"),
        "merge": gettext("Themes merged"),
        "move": moved,
        "split": moved,
        "new": gettext("New theme"),
        "hold": ngettext("%(num)s card held back", "%(num)s cards held back", number),
        "hide": ngettext("%(num)s card hidden", "%(num)s cards hidden", number),
        "release": ngettext("%(num)s card shown", "%(num)s cards shown", number),
        "choose": ngettext("%(num)s card put to the vote", "%(num)s cards put to the vote", number),
        "unchoose": ngettext("%(num)s card taken out of the vote", "%(num)s cards taken out of the vote", number),
        "close_vote": gettext("Vote closed"),
        "reopen_vote": gettext("Vote opened again"),
    }
    return said.get(edit.verb, gettext("The last change")) % {"num": number}
