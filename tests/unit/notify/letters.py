"""Letters for tests: decisions to announce, and a message read as a mail program does."""

from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any
from uuid import UUID

from hiring.events.decision import DecisionMade, PolicyNamed, Reason
from notify.core.announcement import Addressee, Announcement
from notify.core.letter import LetterWriter, Sender
from notify.stationery import letter_writer

APPLICATION = UUID("0193c0de-0000-5000-8000-000000000001")
DECISION = UUID("0193c0de-0000-5000-8000-000000000002")
MESSAGE_ID = f"<{DECISION}@example.com>"
REASON = Reason(
    rule="mathematics",
    en="The AI track asks for at least two courses in mathematics.",
    zh="AI方向要求至少两门数学课程。",
)
WRITER = letter_writer(Sender("Graduate Hiring", "hiring@example.com", "人事 <people@example.com>"))


def decision(outcome: str, **more: Any) -> DecisionMade:
    return DecisionMade.model_validate(
        {
            "decision_id": DECISION,
            "application_id": APPLICATION,
            "candidate_id": "a" * 64,
            "revision": "b" * 64,
            "programme": "ai-internships-2026",
            "policy": PolicyNamed(name="p", version="1", digest="c" * 64),
            "outcome": outcome,
            "decided_at": datetime(2026, 3, 2, 9, 30, tzinfo=UTC),
            **more,
        }
    )


def tell(made: DecisionMade, writer: LetterWriter) -> bytes:
    """The letter of a writer with words of its own."""
    return writer.write(Announcement((made,), MESSAGE_ID), Addressee("Ada Lovelace", "ada@example.org", "en")).data


def write(made: DecisionMade, name: str = "Ada Lovelace", email: str = "ada@example.org", locale: str = "en") -> bytes:
    return WRITER.write(Announcement((made,), MESSAGE_ID), Addressee(name, email, locale)).data


def read(data: bytes) -> EmailMessage:
    """As a mail program does; the standard library is the oracle of what we wrote."""
    message = message_from_bytes(data, policy=policy.default)
    assert not message.defects
    return message


def text(data: bytes, kind: str = "plain") -> str:
    body = read(data).get_body((kind,))
    assert body is not None
    assert not body.defects
    return str(body.get_content()).replace("\r\n", "\n")


async def yes() -> bool:
    """A letter that is sent may be handed over."""
    return True
