"""A series to try: the conference of track 2 from its template, all filled in, nothing begun. Names are invented."""

from datetime import timedelta

from sqlmodel import select

from app.domain import dialogues
from app.domain.dialogues import Preparation
from app.models import Series, now
from app.store import Transaction

TITLE = "Sammen om hverdagen"
MANDATE = {
    "mandate_open": "Hvilke opgaver vi løser sammen, og hvem der skal med fra begyndelsen.",
    "mandate_fixed": "Loven, budgettet for i år, og at ingen mister sit arbejde på grund af det, vi finder på.",
    "mandate_decides": "Styregruppen vælger tre råd at gå videre med. Byrådet afgør det, der koster penge.",
    "mandate_hear_back": "I får opsamlingen i dag og et svar på de tre råd om en måned.",
    "mandate_stored": "Det, I skriver, og den rolle, I vælger. Ingen navne. Alt slettes på den dag, der står her.",
}


def make(tx: Transaction, retention_days: int) -> int | None:
    """The demo series, once: an empty database gets it, any other is left alone. Returns the dialogue's id."""
    if tx.session.exec(select(Series).limit(1)).first() is not None:
        return None
    dialogue_id = dialogues.make(tx, "T2", TITLE, retention_days)
    today = now().date()
    dialogue = dialogues.get(tx.session, dialogue_id)
    roles = tuple(
        (role.name_da, role.name_en) for role in dialogues.perspectives(tx.session, dialogue_id) if role.position
    )
    prepared = Preparation(
        title=TITLE,
        languages="da,en",
        event_date=today,
        delete_on=today + timedelta(days=retention_days),
        mandate=MANDATE,
        fields=dict.fromkeys(dialogues.open_fields(tx.session, dialogue), "12.40"),
        perspectives=roles,
    )
    dialogues.prepare(tx, dialogue_id, prepared)
    return dialogue_id
