"""Client keys: a repeat of what was sent gets the first answer, the same key with other content is refused."""

import hashlib
import re

from app import errors
from app.domain.participants import Me
from app.store import Transaction

_KEY = re.compile(r"[A-Za-z0-9_-]{8,64}")


def valid(key: str) -> str:
    """The key if it is 8-64 letters, digits, - or _. Raises Unreadable."""
    if not _KEY.fullmatch(key):
        raise errors.Unreadable
    return key


def digest(*content: object) -> str:
    """What a key stands for, in 32 characters; the content cannot be told from it."""
    return hashlib.blake2b(repr(content).encode("utf-8", "replace"), digest_size=16).hexdigest()


def claim(tx: Transaction, me: Me, key: str, *content: object) -> int | None:
    """Use a key; `keep` writes its answer. Returns None the first time, then the first answer's id.

    Raises KeyReused for other content.
    """
    fingerprint = digest(*content)
    fresh = tx.run(
        "INSERT INTO receipt (participant_id, key, dialogue_id, digest, answer_id)"
        " VALUES (:participant, :key, :dialogue, :digest, 0)"
        " ON CONFLICT (participant_id, key) DO NOTHING RETURNING answer_id",
        participant=me.id,
        key=key,
        dialogue=me.dialogue_id,
        digest=fingerprint,
    )
    if fresh:
        return None
    [(known, answer)] = tx.run(
        "SELECT digest, answer_id FROM receipt WHERE participant_id = :participant AND key = :key",
        participant=me.id,
        key=key,
    )
    if known != fingerprint:
        raise errors.KeyReused
    return int(answer)


def keep(tx: Transaction, me: Me, key: str, answer_id: int) -> None:
    """Write the answer on the receipt, for the repeats."""
    tx.run(
        "UPDATE receipt SET answer_id = :answer WHERE participant_id = :participant AND key = :key",
        answer=answer_id,
        participant=me.id,
        key=key,
    )
