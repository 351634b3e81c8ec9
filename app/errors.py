"""Facts a person can meet: what happened, said so that they know what to do.

Each is an HTTP status and one sentence in both languages.
"""

from typing import ClassVar

from app.language import N_, gettext


class Fact(Exception):
    """Something true that stops a request. `values` fill the sentence; they never hold what a participant wrote."""

    status: ClassVar[int] = 409
    sentence: ClassVar[str] = N_("That is not possible right now.")

    def __init__(self, **values: object) -> None:
        super().__init__(type(self).__name__)
        self.values = values

    def said(self) -> str:
        """The sentence in the current language."""
        return gettext(self.sentence) % self.values


class NotFound(Fact):
    status = 404
    sentence = N_("There is nothing at this address. Check it, or ask at the table.")


class UnknownCode(Fact):
    status = 404
    sentence = N_("The code does not exist. Try again, or ask at the table.")


class LinkNeeded(Fact):
    status = 403
    sentence = N_("This page needs its own link. Ask the organiser for a fresh one.")


class LinkEnded(Fact):
    status = 410
    sentence = N_("The organiser has closed this link. Nothing is lost: ask the organiser if you need to read on.")


class LinkRevoked(Fact):
    status = 403
    sentence = N_("The link no longer works. Ask the organiser for a fresh one.")


class JoinFirst(Fact):
    status = 403
    sentence = N_("Join the dialogue first. It takes two taps.")


class WrongSeries(Fact):
    sentence = N_("What goes on can only go to another dialogue of the same series.")


class NoTables(Fact):
    sentence = N_("There are no tables yet. The organiser sets how many in the office.")


class NotThere(Fact):
    sentence = N_("You do not sit there.")


class PenTaken(Fact):
    sentence = N_("Another phone writes for you already. Take over if you have agreed on it.")


class NotTheScribe(Fact):
    sentence = N_("One phone writes for your table. Say it to whoever holds it, or let yours write.")


class PointsLeft(Fact):
    status = 422
    sentence = N_("Share out all %(points)d points, no more and no fewer.")


class SamePlace(Fact):
    status = 422
    sentence = N_("Two cards have the same place. Give each place once.")


class ForeignOrigin(Fact):
    status = 403
    sentence = N_("The request came from another website, so it was refused.")


class Unreadable(Fact):
    status = 422
    sentence = N_("Something in the form could not be read. Nothing was changed. Go back and try again.")


class TooLarge(Fact):
    status = 413
    sentence = N_("That is too much at once. Send a shorter text.")


class Empty(Fact):
    status = 422
    sentence = N_("Write something before you send.")


class FieldMissing(Fact):
    status = 422
    sentence = N_("Fill in “%(field)s” as well.")


class TooLong(Fact):
    status = 422
    sentence = N_("The text is %(over)d characters too long. There is room for %(limit)d.")


class ActivityClosed(Fact):
    sentence = N_("The time for this is up. Your text is kept here, so that you can copy it.")


class NotYours(Fact):
    status = 404
    sentence = N_("You can only change your own cards.")


class KeyReused(Fact):
    sentence = N_("This was already sent with another text. Reload the page and send again.")


class SlowDown(Fact):
    status = 429
    sentence = N_("That was a lot in a short time. Wait a moment and send again. Your text is kept.")


class RoomFull(Fact):
    sentence = N_("The dialogue holds as many cards as it can. Tell the facilitator.")


class VotingClosed(Fact):
    sentence = N_("The vote is closed. What you gave before it closed counts.")


class TooManyTemplates(Fact):
    status = 422
    sentence = N_("There is room for %(limit)d templates of your own. Throw one away first.")


class TemplateWrong(Fact):
    status = 422
    sentence = N_("This file is not a template: %(where)s. Nothing was kept.")


class FileWrong(Fact):
    status = 422
    sentence = N_("This file is not a summary that can be brought in: %(where)s. Nothing was kept.")


class StepBegun(Fact):
    sentence = N_("The room has been on this step, so it stays as it was.")


class VotingOpen(Fact):
    sentence = N_("The vote is still open. Close it before you vote once more.")


class NoDotsLeft(Fact):
    sentence = N_("No dots left. Take one back first.")


class NotAnOption(Fact):
    status = 404
    sentence = N_("This card is not part of this step.")


class TooFewOptions(Fact):
    sentence = N_("Choose at least two cards to vote on first.")


class OptionsLocked(Fact):
    sentence = N_("The vote has begun, so the cards in it cannot be changed.")


class TooManyOptions(Fact):
    sentence = N_("A vote has room for %(limit)d cards.")


class NotReady(Fact):
    status = 422
    sentence = N_("The dialogue cannot begin yet: %(missing)s")


class DialogueClosed(Fact):
    sentence = N_("The dialogue is over. Thank you for what you wrote.")


class NotOpenYet(Fact):
    sentence = N_("The dialogue has not begun yet. Stay here, it comes by itself.")


class WrongReturnCode(Fact):
    status = 404
    sentence = N_("No one here has that code. Check the six characters on your first phone.")


class TooManyTries(Fact):
    status = 429
    sentence = N_("Too many wrong codes. Try again in an hour, or ask at the table.")


class NothingToUndo(Fact):
    sentence = N_("There is nothing to undo.")


class NothingToRedo(Fact):
    sentence = N_("There is nothing to do again.")


class NothingChosen(Fact):
    status = 422
    sentence = N_("Choose a card first.")


class ThemeGone(Fact):
    sentence = N_("The theme is no longer there. The page shows what is.")


class ProposalGone(Fact):
    sentence = N_("The themes have changed since this was suggested. The page shows what is.")


class ReasonNeeded(Fact):
    status = 422
    sentence = N_("Write why the card is hidden. The writer can see it.")


class BadDate(Fact):
    status = 422
    sentence = N_("Choose a deletion date between tomorrow and five years from now.")


class PerspectivesWrong(Fact):
    status = 422
    sentence = N_("Write three to eight different roles, one on each line.")


class Busy(Fact):
    status = 503
    sentence = N_("The server is catching its breath. Your text is kept. Try again in a moment.")


class StorageFull(Fact):
    status = 507
    sentence = N_("The server has no room for more right now. Your text is kept. Tell the facilitator.")
