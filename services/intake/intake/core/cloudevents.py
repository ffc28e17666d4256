"""A submission as a CloudEvent over HTTP: attributes in `ce-` headers (binary), or around it in JSON (structured).

Source: CloudEvents HTTP Protocol Binding 1.0.2, sections 3.1 and 3.2.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal
from urllib.parse import unquote

from pydantic import Base64Bytes, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from hiring.events import SUBMISSION_MADE
from hiring.events.fields import Event
from hiring.events.reading import Flaw, Unreadable, parse
from hiring.events.submission import Submission

STRUCTURED = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"

_Named = Annotated[str, StringConstraints(min_length=1, max_length=2000)]
_IS_JSON = r"^application/([a-z0-9!#$&^_.+-]+\+)?json *(;.*)?$"


class Envelope(Event):
    """A submission with its attributes around it; other attributes are passed over."""

    specversion: Literal["1.0"]
    type: Literal["hiring.submission.made.v1"]
    source: _Named
    id: _Named
    datacontenttype: Annotated[str, StringConstraints(pattern=_IS_JSON, to_lower=True)] | None = None
    data: Submission | None = None
    data_base64: Base64Bytes | None = None

    @model_validator(mode="after")
    def _has_data(self) -> "Envelope":
        if (self.data is None) == (self.data_base64 is None):
            raise PydanticCustomError("data", "must hold the application in data, or its JSON in data_base64")
        return self


def from_structured(body: bytes) -> Submission:
    """The submission inside a structured event. Raises Unreadable."""
    envelope = parse(body, Envelope)
    return envelope.data or parse(envelope.data_base64, Submission)


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
