"""A report of delivery, as a mail server sends it back: bytes in, what became of which letter out. Pure.

Sources: RFC 3464 (the report and its fields), RFC 3462 and 6522 (multipart/report), RFC 6533 (international
addresses), RFC 3463 (status codes), RFC 5322, section 3.6.4 (Message-ID). What comes in is anybody's: it may be
anything.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import Message
from typing import Literal
from uuid import UUID

MOST_BYTES = 256 * 1024
"""What is read of a report; the letter it returns is at its end and matters only by its first lines."""

Action = Literal["failed", "delayed", "delivered"]

# Relayed and expanded: it went on to where no more is told.
_ACTIONS: dict[str, Action] = {
    "failed": "failed", "delayed": "delayed", "delivered": "delivered", "relayed": "delivered", "expanded": "delivered",
}  # fmt: skip
_BY_CLASS: dict[str, Action] = {"5": "failed", "4": "delayed", "2": "delivered"}
_WORST_FIRST: tuple[Action, ...] = ("failed", "delayed", "delivered")
_REPORTS = ("message/delivery-status", "message/global-delivery-status")
_RETURNED = ("message/rfc822", "message/global", "text/rfc822-headers", "message/global-headers")
_STATUS = re.compile(r"([245])\.\d{1,3}\.\d{1,3}(?!\d)")
_MESSAGE_ID = re.compile(r"<[^<>\s@]{1,200}@[^<>\s@]{1,253}>")
_OURS = re.compile(r"<([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})(?:\.\d{1,20})?@[^<>@]+>", re.I)
_MOST_PARTS = 100
# The time that the parser takes grows with the depth; no report has a tenth of this.
_MOST_BOUNDARIES = 50
_POLICY = policy.compat32


@dataclass(frozen=True, slots=True)
class Bounce:
    """`failed`: it will not arrive, whatever the class of its status (a server that tried for days says 4.4.7).

    `status` is an enhanced status code, `5.0.0` and the like where the report has none. `message_ids` are those that
    the report names, in the order in which they are to be believed.
    """

    action: Action
    status: str
    message_ids: tuple[str, ...]

    @property
    def cause(self) -> str:
        """For the ledger; it names no address."""
        return f"bounced {self.status}"


def bounce(data: bytes) -> Bounce | None:
    """What a message reports, or None where it is no report of delivery. Never raises.

    Of a report about several addresses the worst counts: a letter of ours goes to one.
    """
    data = data[:MOST_BYTES]
    if data.lower().count(b"boundary") > _MOST_BOUNDARIES:
        return None
    try:
        return _bounce(message_from_bytes(data, policy=_POLICY))
    # The standard library raises a good many things on what is made to be misread, too deep a nesting among them.
    except Exception:
        return None


def decision_of(message_id: str) -> UUID | None:
    """The decision that a Message-ID of ours is derived from; None where it is none of ours."""
    ours = _OURS.fullmatch(message_id)
    return UUID(ours[1]) if ours else None


def _bounce(message: Message) -> Bounce | None:
    parts = _parts(message)
    report = next((part for part in parts if part.get_content_type() in _REPORTS), None)
    if report is None:
        return None
    blocks = _blocks(report)
    found = [told for block in blocks if (told := _told(block)) is not None]
    if not found:
        return None
    action, status = min(found, key=lambda told: _WORST_FIRST.index(told[0]))
    return Bounce(action, status, tuple(dict.fromkeys(_message_ids(message, parts, blocks))))


def _parts(message: Message) -> list[Message]:
    """The message and its parts, but nothing of what it returns: a letter may itself bring a report along."""
    found: list[Message] = []
    waiting = [message]
    while waiting and len(found) < _MOST_PARTS:
        part = waiting.pop(0)
        found.append(part)
        if part.get_content_maintype() == "multipart" and isinstance(children := part.get_payload(), list):
            waiting += [child for child in children if isinstance(child, Message)]
    return found


def _blocks(report: Message) -> list[Message]:
    """The groups of fields of a report: about the message, then one about each address."""
    payload = report.get_payload()
    if not isinstance(payload, list):
        return _pieces(report)
    found: list[Message] = []
    for block in payload[:_MOST_PARTS]:
        if isinstance(block, Message):
            # The parser takes an international report for a letter: its first group has the others as its text.
            found += [block, *_pieces(block)]
    return found


def _pieces(message: Message) -> list[Message]:
    """The groups of fields in what the parser left as text."""
    text = message.get_payload(decode=True)
    if not isinstance(text, bytes) or not text.strip():
        return []
    pieces = re.split(rb"\r?\n[ \t]*\r?\n", text.strip())[:_MOST_PARTS]
    return [message_from_bytes(piece + b"\n\n", policy=_POLICY) for piece in pieces]


def _told(block: Message) -> tuple[Action, str] | None:
    known = _STATUS.search(_field(block, "Status"))
    words = _field(block, "Action").lower().split()
    action = _ACTIONS.get(words[0].rstrip(";")) if words else None
    if action is None and known is not None:
        action = _BY_CLASS[known[1]]
    if action is None:
        return None
    return action, known[0] if known else {"failed": "5.0.0", "delayed": "4.0.0", "delivered": "2.0.0"}[action]


def _message_ids(message: Message, parts: Iterable[Message], blocks: Iterable[Message]) -> Iterator[str]:
    for part in parts:
        if part.get_content_type() in _RETURNED:
            yield from _named(_returned(part), "Message-ID")
    for block in blocks:
        yield from _named(block, "X-Original-Message-ID")
    for field in ("In-Reply-To", "References"):
        yield from _named(message, field)


def _returned(part: Message) -> Message:
    """The letter that came back, or its headers."""
    payload = part.get_payload()
    if isinstance(payload, list):
        return payload[0] if payload and isinstance(payload[0], Message) else Message()
    data = part.get_payload(decode=True)
    return message_from_bytes(data if isinstance(data, bytes) else b"", policy=_POLICY)


def _named(message: Message, field: str) -> list[str]:
    return _MESSAGE_ID.findall(_field(message, field))[:10]


def _field(message: Message, name: str) -> str:
    return str(message.get(name, ""))[:2000]
