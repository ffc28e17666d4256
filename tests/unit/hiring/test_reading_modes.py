"""A record in binary mode, in structured mode, and in none: what is read, and what its sender is told to mend."""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from cloudevents.core.bindings.kafka import to_binary, to_structured
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from pydantic import BaseModel

from hiring.events import APPLICATION_WITHDRAWN, CONTRACTS, SUBMISSION_MADE
from hiring.events.command import ApplicationWithdrawn
from hiring.events.reading import Flaw, Foreign, Unreadable, read
from hiring.events.submission import Submission

APPLICATION = {
    "source": "portal",
    "external_id": "1",
    "programme": "p",
    "candidate": {"name": "Ada Lovelace", "email": "ada@mail.example"},
}
WITHDRAWAL = {
    "command_id": "5f0e3c9a-26c7-5b0f-8a56-0a3c8f2d9b11",
    "by": "portal",
    "why": "the candidate asked",
    "at": "2026-03-04T09:00:00+08:00",
    "application_id": "0b9f5a2c-6a0d-5d35-9c39-3a1f1b1c2d3e",
    "source": "portal",
}
STRUCTURED = (("content-type", b"application/cloudevents+json"),)
BINARY = (
    ("ce_specversion", b"1.0"),
    ("ce_type", SUBMISSION_MADE.encode()),
    ("ce_source", b"/portal"),
    ("ce_id", b"1"),
    ("content-type", b"application/json"),
)
SUBMISSIONS: dict[str, type[BaseModel]] = {SUBMISSION_MADE: Submission}


@dataclass
class Came:
    value: bytes | None
    headers: Sequence[tuple[str, bytes | None]]
    topic: str = "hiring.submissions"


def envelope(**changes: Any) -> bytes:
    event = {"specversion": "1.0", "type": SUBMISSION_MADE, "source": "/portal", "id": "1", "data": APPLICATION}
    return json.dumps({name: told for name, told in (event | changes).items() if told is not None}).encode()


def refused(came: Came) -> Unreadable:
    with pytest.raises(Unreadable) as caught:
        read(came, SUBMISSIONS)
    assert "ada" not in caught.value.detail.lower(), "an operator reads the detail"
    return caught.value


@pytest.mark.parametrize("mode", [to_binary, to_structured])
def test_records_of_the_sdk(mode: Any) -> None:
    attributes = {"type": SUBMISSION_MADE, "source": "/portal", "id": "1", "datacontenttype": "application/json"}
    message = mode(CloudEvent(attributes, APPLICATION), JSONFormat())
    assert read(Came(message.value, list(message.headers.items())), SUBMISSIONS) == Submission.model_validate(
        APPLICATION
    )


@pytest.mark.parametrize(
    "content_type", [b"application/cloudevents+json; charset=UTF-8", b"Application/CloudEvents+JSON"]
)
def test_the_content_type_as_it_may_be_written(content_type: bytes) -> None:
    assert read(Came(envelope(), [("content-type", content_type)]), SUBMISSIONS).model_dump()["external_id"] == "1"


def test_data_in_base64() -> None:
    encoded = base64.b64encode(json.dumps(APPLICATION).encode()).decode()
    came = Came(envelope(data=None, data_base64=encoded, datacontenttype="application/json"), STRUCTURED)
    assert read(came, SUBMISSIONS) == Submission.model_validate(APPLICATION)


def test_an_envelope_counts_also_where_its_attributes_stand_in_headers_too() -> None:
    """The binding allows a sender to repeat them."""
    assert isinstance(read(Came(envelope(), [*BINARY[:4], *STRUCTURED]), SUBMISSIONS), Submission)


def test_the_type_in_an_envelope_chooses_the_model() -> None:
    came = Came(envelope(type=APPLICATION_WITHDRAWN, data=WITHDRAWAL), STRUCTURED, "hiring.commands")
    assert isinstance(read(came, CONTRACTS), ApplicationWithdrawn)
    # As in binary mode: a command for another service is no mistake.
    with pytest.raises(Foreign):
        read(came, SUBMISSIONS)


@pytest.mark.parametrize(
    ("value", "flaw", "told"),
    [
        (None, Flaw.EMPTY, "no value"),
        (b"{", Flaw.NOT_JSON, ""),
        (json.dumps(APPLICATION).encode(), Flaw.INVALID, "type"),
        (b"[]", Flaw.INVALID, ""),
        (
            envelope(type="hiring.submission.made.v9"),
            Flaw.UNKNOWN_TYPE,
            "this topic is read for hiring.submission.made.v1",
        ),
        (envelope(specversion="0.3"), Flaw.INVALID, "specversion: "),
        (envelope(id=None), Flaw.INVALID, "id: "),
        (envelope(source=""), Flaw.INVALID, "source: "),
        (envelope(datacontenttype="application/avro"), Flaw.INVALID, "datacontenttype: "),
        (envelope(data=None), Flaw.INVALID, "must hold the event's JSON"),
        (envelope(data_base64="e30="), Flaw.INVALID, "must hold the event's JSON"),
        (envelope(data=APPLICATION | {"candidate": {"name": "Ada"}}), Flaw.INVALID, "data.candidate.email: "),
        (envelope(data=APPLICATION | {"Ada Lovelace": 1}), Flaw.INVALID, "data.*: "),
        (envelope(data=None, data_base64="e30="), Flaw.INVALID, "external_id: "),
        (envelope(data=None, data_base64="ew=="), Flaw.NOT_JSON, ""),
    ],
)
def test_what_is_wrong_with_an_envelope_is_told(value: bytes | None, flaw: Flaw, told: str) -> None:
    unreadable = refused(Came(value, STRUCTURED))
    assert unreadable.flaw is flaw
    assert told in unreadable.detail


@pytest.mark.parametrize(
    ("content_type", "told"),
    [
        (b"application/cloudevents-batch+json", "one event a record"),
        (b"application/cloudevents+avro", "application/cloudevents+json"),
        (b"application/cloudevents", "application/cloudevents+json"),
        (b"avro/binary", "send application/json"),
        (b"application/x-protobuf", "send application/json"),
    ],
)
def test_a_format_that_nobody_reads_says_what_to_send(content_type: bytes, told: str) -> None:
    unreadable = refused(Came(b"\x00\x01", [*BINARY[:4], ("content-type", content_type)]))
    assert unreadable.flaw is Flaw.UNSUPPORTED_FORMAT
    assert told in unreadable.detail


@pytest.mark.parametrize("value", [json.dumps(APPLICATION).encode(), envelope()])
def test_a_record_without_headers_is_told_of_both_modes(value: bytes) -> None:
    unreadable = refused(Came(value, []))
    assert unreadable.flaw is Flaw.MISSING_HEADER
    assert "binary mode (ce_ headers)" in unreadable.detail
    assert "structured mode (content-type: application/cloudevents+json)" in unreadable.detail


@pytest.mark.parametrize(
    "content_type", [b"text/plain", b"application/json; charset=utf-8", b"\xe9".decode("latin-1").encode()]
)
def test_in_binary_mode_any_other_content_type_is_taken_for_json(content_type: bytes) -> None:
    came = Came(json.dumps(APPLICATION).encode(), [*BINARY[:4], ("content-type", content_type)])
    assert isinstance(read(came, SUBMISSIONS), Submission)
