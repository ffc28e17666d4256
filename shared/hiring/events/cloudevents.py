"""CloudEvents in structured mode: one JSON envelope with the attributes, and the data in it. HTTP and Kafka share it.

Sources: CloudEvents JSON Event Format 1.0.2, section 3; Kafka Protocol Binding 1.0.2, sections 1.3 and 3.3.
"""

from typing import Annotated, Generic, Literal, TypeVar

from pydantic import Base64Bytes, BaseModel, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from hiring.events.fields import Event

D = TypeVar("D", bound=BaseModel)

STRUCTURED = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"

_ANY_FORMAT = "application/cloudevents"
_OTHER_DATA = ("avro", "protobuf")

_Named = Annotated[str, StringConstraints(min_length=1, max_length=2000)]
_IS_JSON = r"^application/([a-z0-9!#$&^_.+-]+\+)?json *(;.*)?$"


class UnsupportedFormat(ValueError):
    """The content type names what nobody here reads; the text says what to send instead, and repeats nothing."""


class Typed(Event):
    """What an envelope must tell before the rest of it can be read."""

    type: _Named


class Envelope(Event, Generic[D]):
    """An event of one type with its attributes around it; attributes that we do not know are passed over."""

    specversion: Literal["1.0"]
    type: _Named
    source: _Named
    id: _Named
    datacontenttype: Annotated[str, StringConstraints(pattern=_IS_JSON, to_lower=True)] | None = None
    data: D | None = None
    data_base64: Base64Bytes | None = None

    @model_validator(mode="after")
    def _has_data(self) -> "Envelope[D]":
        if (self.data is None) == (self.data_base64 is None):
            raise PydanticCustomError("data", "must hold the event's JSON in data, or encoded in data_base64")
        return self


def is_structured(content_type: bytes) -> bool:
    """Whether a record of this content type is an envelope; otherwise it is in binary mode. Raises UnsupportedFormat.

    The binding: whatever begins with `application/cloudevents`, in any case, is an event format; anything else is data.
    """
    name = content_type.decode(errors="replace").partition(";")[0].strip().lower()
    if name == STRUCTURED:
        return True
    if name.startswith(f"{_ANY_FORMAT}-batch"):
        raise UnsupportedFormat("content-type names a batch of events: send one event a record")
    if name.startswith(_ANY_FORMAT):
        raise UnsupportedFormat(f"content-type names a CloudEvents format that is not JSON: send {STRUCTURED}")
    if any(other in name for other in _OTHER_DATA):
        raise UnsupportedFormat("content-type names data that is not JSON: send application/json")
    return False
