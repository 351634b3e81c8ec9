"""What phones send: cards and votes, over the socket or as a posted form, by the same verbs and with the same answers.

The participant is looked up by the writer, in the transaction of the change: nobody who has moved to another phone, or
was cleared away, gets anything in.
"""

import asyncio
import logging
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple
from urllib.parse import parse_qsl

import msgspec
from starlette.datastructures import State
from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from app import errors, language
from app.domain import answers, ballots, cards, codes, outside, participants, receipts, taps, votes
from app.domain.ballots import Ballot
from app.domain.cards import Written
from app.domain.participants import Me
from app.domain.sortings import Choice
from app.live import Pipe, Text
from app.settings import ID_MAX
from app.store import Settle, Transaction, Writer, settling
from app.web import deps, failures, phone, place, render

log = logging.getLogger(__name__)

FIELDS_MAX = 100
IN_FLIGHT_MAX = 32  # messages of one socket that wait for their answer; above it the socket has to wait
_VOTES = re.compile(r"votes/([0-9]{1,12})")
_SORT = re.compile(r"sort/([0-9]{1,12})")
_ANSWERS = re.compile(r"answers/([0-9]{1,12})")
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(dict[str, str]).decode

Answer = dict[str, object]


@dataclass(frozen=True, slots=True)
class Sender:
    """The participant behind a socket: `token` is hashed, and `language` is what refusals are said in."""

    dialogue_id: int
    participant_id: int
    token: str
    language: str


class Answers(NamedTuple):
    """Statement id to value, None for "don't know", and to what it hangs on. Nothing at all is a skip."""

    values: Mapping[int, int | None]
    conditions: Mapping[int, str]


class Sending(NamedTuple):
    """One card, ballot, skip or tap, read and cleaned. `kind` is "texts" or "votes", by which the pace is measured."""

    key: str
    kind: str
    activity_id: int
    text: Written | None = None
    values: dict[int, int] | None = None  # of a ballot
    tap: tuple[int, Choice] | None = None  # a card, and where it belongs
    answers: Answers | None = None  # to statements


def read(to: str, values: Mapping[str, str]) -> Sending:
    """What a form sends to its address below /d/CODE/. Raises Unreadable, Empty, FieldMissing or TooLong."""
    key = receipts.valid(values.get("key") or secrets.token_hex(12))
    if to == "cards":
        text = cards.written(values.get("kind", ""), values.get("first", ""), values.get("second", ""))
        return Sending(key, "texts", _id(values.get("activity", "")), text=text)
    found = _SORT.fullmatch(to)
    if found is not None:
        said = taps.choice(*(values.get(name, "") for name in ("choice", "heading", "skip")))
        return Sending(key, "votes", _id(found[1]), tap=(_id(values.get("card", "")), said))
    found = _ANSWERS.fullmatch(to)
    if found is not None:
        return Sending(key, "votes", _id(found[1]), answers=Answers({}, {}) if values.get("skip") else _answers(values))
    found = _VOTES.fullmatch(to)
    if found is None:
        raise errors.NotFound
    if values.get("skip"):
        return Sending(key, "votes", _id(found[1]))
    return Sending(key, "votes", _id(found[1]), values=_ballot(values))


def let_in(state: State, token: str, sending: Sending) -> None:
    """Raises SlowDown, or StorageFull for a text that there is no room for, which costs nothing of the budget."""
    if sending.text is not None:
        state.place.need_room()
    state.buckets[sending.kind].take(token)


def hand_in(writer: Writer, dialogue_id: int, token: str, sending: Sending, settle: Settle) -> None:
    """Stand in line with it; `settle` is called with the answer, or with what refused it, after the commit."""
    if sending.values is None:
        writer.submit(partial(_alone, dialogue_id, token, sending), settle)
    else:
        writer.submit_one(_ballots, (dialogue_id, token, sending), settle)


def _alone(dialogue_id: int, token: str, sending: Sending, tx: Transaction) -> Answer:
    me = participants.signed_in(tx, dialogue_id, token)
    if sending.tap is not None:
        card_id, said = sending.tap
        taps.cast(tx, me, sending.activity_id, card_id, said, sending.key)
        return {"placed": card_id}
    if sending.answers is not None:
        if sending.answers.values:
            answers.give(tx, me, sending.activity_id, sending.answers.values, sending.answers.conditions, sending.key)
        else:
            answers.skip(tx, me, sending.activity_id)
        return {"answered": sending.activity_id}
    if sending.text is None:
        votes.abstain(tx, me, sending.activity_id)
        return {"voted": sending.activity_id}
    receipt = cards.submit(tx, me, sending.activity_id, sending.text, sending.key)
    return {"number": receipt.number, "state": receipt.state, "masked": receipt.masked}


def _ballots(tx: Transaction, sent: Sequence[tuple[int, str, Sending]]) -> list[Answer | BaseException]:
    """All ballots that stand in line, together."""
    people = participants.all_signed_in(tx, {(dialogue_id, token) for dialogue_id, token, _ in sent})
    answers: list[Answer | BaseException] = [errors.JoinFirst()] * len(sent)
    known = [at for at, (_, token, _) in enumerate(sent) if token in people]
    cast = ballots.cast(
        tx,
        [
            Ballot(people[token], sending.activity_id, sending.values or {}, sending.key)
            for _, token, sending in (sent[at] for at in known)
        ],
    )
    for at, refused in zip(known, cast, strict=True):
        answers[at] = refused or {"voted": sent[at][2].activity_id}
    return answers


def _id(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= 12 and 1 <= int(text) <= ID_MAX):
        raise errors.Unreadable
    return int(text)


def _answers(fields: Mapping[str, str]) -> Answers:
    """Raises Unreadable or Empty. A statement whose box was left alone is not named."""
    values: dict[int, int | None] = {}
    for name, value in fields.items():
        if name.startswith("statement-") and value:
            values[_id(name[10:])] = None if value == "unknown" else _whole(value)
    if not values:
        raise errors.Empty
    conditions = {_id(name[10:]): text for name, text in fields.items() if name.startswith("condition-") and text}
    return Answers(values, {number: text for number, text in conditions.items() if number in values})


def _whole(text: str) -> int:
    try:
        return int(text[:4])
    except ValueError as wrong:
        raise errors.Unreadable from wrong


def _ballot(fields: Mapping[str, str]) -> dict[int, int]:
    """Card id to value. Raises Unreadable or Empty."""
    try:
        values = {_id(name[5:]): int(value[:4]) for name, value in fields.items() if name.startswith("card-") and value}
    except ValueError as wrong:
        raise errors.Unreadable from wrong
    if len(values) > FIELDS_MAX // 2:
        raise errors.Unreadable
    if not values:
        raise errors.Empty
    return values


# --- over the socket


class Line:
    """What one socket sends, message by message. Nothing waits: each is answered after its commit."""

    __slots__ = ("_in_flight", "_pipe", "_sender", "_state", "_writer")

    def __init__(self, state: State, sender: Sender, pipe: Pipe) -> None:
        self._state = state
        self._writer: Writer = state.place.writer
        self._sender = sender
        self._pipe = pipe
        self._in_flight = 0

    def take(self, text: str) -> None:
        """One message: `{"to": address, field: text, ...}`."""
        sender, key = self._sender, ""
        try:
            fields = _message(text)
            key = fields.get("key", "")[:64]
            sending = read(fields.get("to", ""), fields)
            let_in(self._state, sender.token, sending)
            hand_in(self._writer, sender.dialogue_id, sender.token, sending, partial(self._answer, sending.key))
        except errors.Fact as fact:
            self._refuse(key, fact)
            return
        self._in_flight += 1
        if self._in_flight > IN_FLIGHT_MAX:
            self._pipe.rest(True)

    def _answer(self, key: str, answer: Answer, error: BaseException | None) -> None:
        self._in_flight -= 1
        if self._in_flight == IN_FLIGHT_MAX // 2:
            self._pipe.rest(False)
        if error is None:
            self._pipe.write(Text(_encode({"key": key, "status": 200, **answer}).decode()))
        else:
            self._refuse(key, failures.fact_of(error))

    def _refuse(self, key: str, fact: errors.Fact) -> None:
        self._state.requests.refused[type(fact).__name__] += 1
        with language.speaking(self._sender.language):
            told = {"key": key, "status": fact.status, "error": type(fact).__name__, "message": fact.said()}
        self._pipe.write(Text(_encode(told).decode()))


def _message(text: str) -> dict[str, str]:
    try:
        message = _decode(text)
    except ValueError as wrong:
        raise errors.Unreadable from wrong
    if len(message) > FIELDS_MAX:
        raise errors.Unreadable
    return message


# --- as a posted form


async def post(request: Request) -> Response:
    """The form as it stands on the page, from a script, from htmx or from a browser without scripts."""
    try:
        dialogue_id, token = await _sender(request)
        fields = await _fields(request)
    except errors.Fact as fact:
        return failures.answer(request, fact)
    except ClientDisconnect:
        return Response(status_code=400)
    try:
        sending = read(request.scope["path"].split("/", 3)[3], fields)
        let_in(request.app.state, token, sending)
        taken: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        hand_in(place.of(request).writer, dialogue_id, token, sending, settling(taken))
        answer = await taken
    except errors.Fact as fact:
        return await _refused(request, fact, fields)
    if render.wants_json(request):
        return Response(_encode(answer), media_type="application/json")
    if render.is_htmx(request):
        aside = await place.of(request).read(outside.is_outside, sending.activity_id)
        return await phone.show(request, await _me(request), sent=True, step=sending.activity_id if aside else 0)
    return RedirectResponse(await _back(request, sending.activity_id, str(answer.get("number", 1))), 303)


async def _back(request: Request, activity_id: int, number: str) -> str:
    """Where the page was that sent it: the phone's, or that of a step outside the day."""
    base = f"/d/{request.path_params['code']}"
    aside = await place.of(request).read(outside.is_outside, activity_id)
    return f"{base}/step/{activity_id}?sent={number}" if aside else f"{base}?sent={number}"


async def _refused(request: Request, fact: errors.Fact, values: Mapping[str, str]) -> Response:
    """The sentence; for people the page again, with their text in its form."""
    await deps.dialogue_of(request, request.path_params["code"])  # the refusal is said in a language of the dialogue
    if render.wants_json(request) or isinstance(fact, errors.JoinFirst):
        return failures.answer(request, fact)
    key = "" if isinstance(fact, errors.KeyReused) else values.get("key", "")
    draft = phone.Draft(values.get("kind", ""), values.get("first", ""), values.get("second", ""), key)
    return await phone.show(request, await _me(request), fact.status, draft, wrong=fact.said())


async def _me(request: Request) -> Me:
    return await deps.participant(request, await deps.dialogue_of(request, request.path_params["code"]))


async def _sender(request: Request) -> tuple[int, str]:
    """Dialogue and hashed token. Raises UnknownCode or JoinFirst."""
    code = codes.read(request.path_params["code"])
    known: dict[str, int] = request.app.state.known_codes
    dialogue_id = known.get(code)
    if dialogue_id is None:  # a code never comes to mean another dialogue, so it is looked up once
        dialogue_id = known[code] = (await deps.dialogue_of(request, code)).id or 0
    token = request.cookies.get(deps.cookie_name(request, "p", dialogue_id))
    if not token:
        raise errors.JoinFirst
    return dialogue_id, participants.hashed(token)


async def _fields(request: Request) -> dict[str, str]:
    """The fields of the form. Raises Unreadable or TooLarge."""
    if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        form = await request.form(max_files=0, max_fields=FIELDS_MAX)
        return {name: value for name, value in form.multi_items() if isinstance(value, str)}
    try:
        body = (await request.body()).decode("utf-8", "replace")
        return dict(parse_qsl(body, keep_blank_values=True, max_num_fields=FIELDS_MAX))
    except ValueError as wrong:
        raise errors.Unreadable from wrong


ROUTES = {  # by the first word after the code
    "cards": Route("/d/{code}/cards", post, methods=["POST"]),
    "votes": Route("/d/{code}/votes/{activity_id}", post, methods=["POST"]),
    "sort": Route("/d/{code}/sort/{activity_id}", post, methods=["POST"]),
    "answers": Route("/d/{code}/answers/{activity_id}", post, methods=["POST"]),
}
