"""Participants: joining without a name, coming back as the same person, counted without pointing anybody out."""

import hashlib
import hmac
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import func
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from app import errors, language
from app.domain import codes
from app.models import CLOSED, Participant, Perspective, milliseconds, now
from app.settings import SMALLEST_GROUP
from app.store import Transaction


class Me(NamedTuple):
    """The participant who asks."""

    id: int
    dialogue_id: int
    perspective_id: int
    return_code: str
    language: str


@dataclass(frozen=True, slots=True)
class GroupView:
    """People of one perspective, or of all with fewer than five together. `position` gives the glyph; 0 is others."""

    position: int
    name: str
    count: int


def hashed(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def join(
    tx: Transaction,
    dialogue_id: int,
    perspective: str,
    spoken: str,
    simulated: bool = False,
    token: str = "",
    proxy: bool = False,
) -> tuple[Me, str]:
    """A new participant in a perspective (its key). Returns them and the token for their phone. Hot verb.

    `proxy`: somebody else writes for them.

    A token that is given and already known is that participant, and nobody new. An unknown perspective becomes
    "something else"; a closed dialogue raises DialogueClosed.
    """
    known = all_signed_in(tx, {(dialogue_id, hashed(token))}) if token else {}
    if known:
        return known[hashed(token)], token
    found = tx.run(
        "SELECT p.id, d.state FROM perspective p JOIN dialogue d ON d.id = p.dialogue_id"
        " WHERE d.id = :dialogue AND p.key IN (:wanted, 'other') ORDER BY CASE p.key WHEN 'other' THEN 1 ELSE 0 END",
        dialogue=dialogue_id,
        wanted=perspective,
    )
    if not found or found[0][1] == CLOSED:
        raise errors.DialogueClosed
    token = token or secrets.token_urlsafe(24)
    me = Me(0, dialogue_id, found[0][0], _free_return_code(tx, dialogue_id), spoken)
    [(number,)] = tx.run(
        "INSERT INTO participant"
        " (dialogue_id, perspective_id, token_hash, return_code, language, simulated, proxy, joined_at)"
        " VALUES (:dialogue, :perspective, :token, :code, :spoken, :simulated, :proxy, :at) RETURNING id",
        dialogue=dialogue_id,
        perspective=me.perspective_id,
        token=hashed(token),
        code=me.return_code,
        spoken=spoken,
        simulated=simulated,
        proxy=proxy,
        at=milliseconds(now()),
    )
    tx.touch(dialogue_id, "board", "desk")
    return me._replace(id=number), token


def token_from(secret: str, dialogue_id: int, key: str) -> str:
    """The token of whoever joins with this client key: the same key, the same person, and nobody else can tell it."""
    return hmac.new(secret.encode(), f"join {dialogue_id} {key}".encode(), hashlib.sha256).hexdigest()


def _free_return_code(tx: Transaction, dialogue_id: int) -> str:
    while True:
        code = codes.new_return_code()
        taken = "SELECT id FROM participant WHERE dialogue_id = :dialogue AND return_code = :code"
        if not tx.run(taken, dialogue=dialogue_id, code=code):
            return code


def _me(row: Participant) -> Me:
    return Me(row.id or 0, row.dialogue_id, row.perspective_id, row.return_code, row.language)


def with_token(session: Session, dialogue_id: int, token: str) -> Me | None:
    """The participant whose phone holds this token, or nobody."""
    row = session.exec(
        select(Participant).where(Participant.token_hash == hashed(token), Participant.dialogue_id == dialogue_id)
    ).first()
    return None if row is None else _me(row)


def signed_in(tx: Transaction, dialogue_id: int, token_hash: str) -> Me:
    """The same inside a change, by prepared SQL. Raises JoinFirst."""
    found = all_signed_in(tx, {(dialogue_id, token_hash)})
    if not found:
        raise errors.JoinFirst
    return found[token_hash]


def all_signed_in(tx: Transaction, held: Collection[tuple[int, str]]) -> dict[str, Me]:
    """Those who hold one of these hashed tokens of these dialogues, by token."""
    rows = tx.run(
        "SELECT p.token_hash, p.id, p.dialogue_id, p.perspective_id, p.return_code, p.language FROM each(:held) e"
        " JOIN participant p ON p.token_hash = e.value ->> 1 AND p.dialogue_id = CAST(e.value ->> 0 AS INTEGER)",
        held=list(held),
    )
    return {row[0]: Me._make(row[1:]) for row in rows}


def come_back(tx: Transaction, dialogue_id: int, code: str) -> tuple[Me, str]:
    """Sign in on another phone with the return code; the first phone is signed out. Raises WrongReturnCode."""
    row = tx.session.exec(
        select(Participant).where(Participant.dialogue_id == dialogue_id, Participant.return_code == code)
    ).first()
    if row is None:
        raise errors.WrongReturnCode
    token = secrets.token_urlsafe(24)
    row.token_hash = hashed(token)
    tx.session.add(row)
    return _me(row), token


def speak(tx: Transaction, me: Me, spoken: str) -> None:
    """Remember the language a participant chose."""
    tx.run("UPDATE participant SET language = :spoken WHERE id = :id", spoken=spoken, id=me.id)


def count(session: Session, dialogue_id: int) -> int:
    """How many have joined."""
    return session.exec(counting(dialogue_id)).one()


def counting(dialogue_id: int) -> SelectOfScalar[int]:
    """The same as a statement, to ask it together with others."""
    return select(func.count()).select_from(Participant).where(Participant.dialogue_id == dialogue_id)


def groups(session: Session, dialogue_id: int) -> list[GroupView]:
    """Who is here, in the organiser's order. Perspectives with fewer than five people stand together as others.

    If the others are themselves fewer than five, one could work out a small group by subtraction, so the smallest
    shown group joins them.
    """
    rows = session.exec(
        select(Perspective, func.count(col(Participant.id)))
        .join(Participant, col(Participant.perspective_id) == col(Perspective.id), isouter=True)
        .where(Perspective.dialogue_id == dialogue_id)
        .group_by(col(Perspective.id))
        .order_by(col(Perspective.position))
    ).all()
    sizes = {role.position: people for role, people in rows}
    own = shown_alone(sizes)
    shown = [GroupView(role.position, name_of(role), people) for role, people in rows if role.position in own]
    others = sum(people for position, people in sizes.items() if position not in own)
    return [*shown, GroupView(0, language.gettext("Others"), others)] if others else shown


def sizes(session: Session, dialogue_id: int) -> dict[int, int]:
    """People by the position of their perspective."""
    rows = session.exec(
        select(Perspective.position, func.count(col(Participant.id)))
        .join(Participant, col(Participant.perspective_id) == col(Perspective.id))
        .where(Perspective.dialogue_id == dialogue_id)
        .group_by(col(Perspective.position))
    ).all()
    return dict(rows)


def shown_alone(sizes: dict[int, int]) -> set[int]:
    """The positions whose group can be shown by itself: five or more, and no small remainder left to work out."""
    own = {position for position, people in sizes.items() if position and people >= SMALLEST_GROUP}
    rest = sum(people for position, people in sizes.items() if position not in own)
    if 0 < rest < SMALLEST_GROUP and own:
        own.discard(min(own, key=lambda position: (sizes[position], -position)))
    return own


def name_of(role: Perspective) -> str:
    return role.name_da if language.current() == "da" else role.name_en


def clear_simulated(tx: Transaction, dialogue_id: int) -> int:
    """Remove every simulated person with all they wrote and voted. Returns how many people went."""
    ids = "SELECT id FROM participant WHERE dialogue_id = :dialogue AND simulated"
    cards = f"SELECT id FROM card WHERE participant_id IN ({ids})"  # noqa: S608 - fixed text
    for table, where in (
        ("vote", f"participant_id IN ({ids}) OR card_id IN ({cards})"),
        ("abstention", f"participant_id IN ({ids})"),
        ("receipt", f"participant_id IN ({ids})"),
        ("answer", f"participant_id IN ({ids})"),
        ("reply", f"participant_id IN ({ids}) OR card_id IN ({cards})"),
        ("lift", f"participant_id IN ({ids}) OR card_id IN ({cards})"),
        ("member", f"participant_id IN ({ids})"),
        ("material", f"card_id IN ({cards})"),
        ("option", f"card_id IN ({cards})"),
        ("ban", f"card_id IN ({cards})"),
        ("tap", f"participant_id IN ({ids}) OR card_id IN ({cards}) OR same_as IN ({cards})"),
        ("meaning", f"card_id IN ({cards})"),
        ("example", f"card_id IN ({cards})"),
        ("apart", f"card_id IN ({cards}) OR other_id IN ({cards})"),
        ("placement", f"card_id IN ({cards})"),
    ):
        tx.run(f'DELETE FROM "{table}" WHERE {where}', dialogue=dialogue_id)  # noqa: S608 - fixed text
    tx.run(f"UPDATE groups SET scribe_id = NULL WHERE scribe_id IN ({ids})", dialogue=dialogue_id)  # noqa: S608
    told = f"SELECT id FROM agreement WHERE card_id IN ({cards})"  # noqa: S608
    tx.run(f"UPDATE statement SET agreement_id = NULL WHERE agreement_id IN ({told})", dialogue=dialogue_id)  # noqa: S608
    tx.run(f"DELETE FROM agreement WHERE card_id IN ({cards})", dialogue=dialogue_id)  # noqa: S608
    tx.run(f"UPDATE placement SET same_as = NULL WHERE same_as IN ({cards})", dialogue=dialogue_id)  # noqa: S608
    tx.run(f"DELETE FROM card WHERE participant_id IN ({ids})", dialogue=dialogue_id)  # noqa: S608 - fixed text
    gone = tx.run(
        "DELETE FROM participant WHERE dialogue_id = :dialogue AND simulated RETURNING id", dialogue=dialogue_id
    )
    tx.run(
        "UPDATE theme SET retired = :yes WHERE dialogue_id = :dialogue AND NOT EXISTS"
        " (SELECT 1 FROM placement WHERE placement.theme_id = theme.id)"
        " AND NOT EXISTS (SELECT 1 FROM example WHERE example.theme_id = theme.id)",  # carried over: still the first
        yes=True,
        dialogue=dialogue_id,
    )
    tx.run(
        "UPDATE dialogue SET tidied_at = 0, edited_themes = edited_themes AND EXISTS"
        " (SELECT 1 FROM theme WHERE theme.dialogue_id = dialogue.id AND NOT retired) WHERE id = :dialogue",
        dialogue=dialogue_id,
    )
    tx.touch(dialogue_id, "board", "phones", "desk", "themes")
    return len(gone)


def simulated_count(session: Session, dialogue_id: int) -> int:
    return session.exec(
        select(func.count())
        .select_from(Participant)
        .where(Participant.dialogue_id == dialogue_id, col(Participant.simulated).is_(True))
    ).one()
