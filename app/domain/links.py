"""Capability links: whoever has the link has the face. Secrets are derived, never stored; renewing ends the old."""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode
from datetime import date

from sqlmodel import Session, select

from app import errors, language
from app.models import Link, now
from app.store import Transaction


def known(session: Session, face: str, dialogue_id: int) -> Link | None:
    """The link of a face, if it was ever asked for."""
    return session.exec(select(Link).where(Link.face == face, Link.dialogue_id == dialogue_id)).first()


def ensure(tx: Transaction, face: str, dialogue_id: int = 0) -> Link:
    """The link of a face, made the first time it is asked for."""
    link = known(tx.session, face, dialogue_id)
    if link is None:
        link = Link(face=face, dialogue_id=dialogue_id, nonce=secrets.token_urlsafe(24))
        tx.session.add(link)
        tx.session.flush()
    return link


def renew(tx: Transaction, face: str, dialogue_id: int = 0) -> Link:
    """A fresh link; the old one and every visit opened with it end here."""
    link = ensure(tx, face, dialogue_id)
    link.generation += 1
    link.nonce = secrets.token_urlsafe(24)
    link.created_at = now()
    tx.session.add(link)
    return link


def secret(link: Link, key: str) -> str:
    """The secret part of a link: 192 bits from the signing key and the row."""
    words = f"{link.face}:{link.dialogue_id}:{link.generation}:{link.nonce}"
    return urlsafe_b64encode(hmac.digest(key.encode(), words.encode(), hashlib.sha256)[:24]).decode()


def is_open(link: Link) -> bool:
    """Whether it opens anything today."""
    return not link.closed and (link.expires_on is None or now().astimezone(language.ZONE).date() <= link.expires_on)


def limit(tx: Transaction, face: str, dialogue_id: int, closed: bool, expires_on: date | None) -> Link:
    """Close a link or open it again, and set its last day, or none. Visits opened with it end with it."""
    link = ensure(tx, face, dialogue_id)
    link.closed, link.expires_on = closed, expires_on
    tx.session.add(link)
    return link


def open_with(session: Session, face: str, dialogue_id: int, given: str, key: str) -> Link:
    """The link that this secret opens. Raises LinkRevoked for any other secret, LinkEnded for one that is closed."""
    link = known(session, face, dialogue_id)
    if link is None or not hmac.compare_digest(secret(link, key).encode(), given.encode("utf-8", "replace")):
        raise errors.LinkRevoked
    if not is_open(link):
        raise errors.LinkEnded
    return link


def holds(session: Session, face: str, dialogue_id: int, generation: int) -> bool:
    """Whether a visit opened with this generation is still good."""
    link = known(session, face, dialogue_id)
    return link is not None and link.generation == generation and is_open(link)
