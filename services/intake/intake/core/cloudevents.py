"""A submission as a CloudEvent over HTTP: attributes in `ce-` headers (binary), or around it in JSON (structured).

Source: CloudEvents HTTP Protocol Binding 1.0.2, sections 3.1 and 3.2.
"""

from collections.abc import Mapping
from typing import Any, Literal
from urllib.parse import unquote

from hiring.events import SUBMISSION_MADE
from hiring.events.cloudevents import Envelope
from hiring.events.reading import Flaw, Unreadable, parse_envelope
from hiring.events.submission import Submission


class SubmissionEnvelope(Envelope[Submission]):
    """A submission with its attributes around it: the one type of event that comes by HTTP."""

    type: Literal["hiring.submission.made.v1"]


def from_structured(body: bytes) -> Submission:
    """The submission inside a structured event. Raises Unreadable."""
    return parse_envelope(body, SubmissionEnvelope, Submission)


def is_binary(headers: Mapping[bytes, bytes]) -> bool:
    """Whether the headers (lower-case names) say that the body is an event's data."""
    return b"ce-type" in headers or b"ce-specversion" in headers


def check_binary(headers: Mapping[bytes, bytes]) -> None:
    """Raises Unreadable, naming each header, where they are not those of a submission."""
    wanted: dict[str, Any] = {"specversion": "1.0", "type": SUBMISSION_MADE, "source": None, "id": None}
    problems = [
        {"field": f"ce-{name}", "problem": f"must be {value}" if value else "is missing"}
        for name, value in wanted.items()
        if not _is(headers.get(b"ce-" + name.encode(), b""), value)
    ]
    if problems:
        told = "; ".join(f"{item['field']}: {item['problem']}" for item in problems)
        raise Unreadable(Flaw.INVALID, told, problems)


def _is(given: bytes, value: str | None) -> bool:
    # Section 3.1.3.2: whatever is percent-encoded is to be decoded.
    text = unquote(given.decode("latin-1")).strip().strip('"')
    return text == value if value else bool(text)
