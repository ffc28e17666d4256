"""CloudEvents 1.0 in Kafka's binary mode: the attributes are headers, the value is the data as JSON.

Source: CloudEvents Kafka Protocol Binding 1.0.2, section 3.2.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

Headers = Sequence[tuple[str, bytes | None]]

_SPECVERSION = ("ce_specversion", b"1.0")
_CONTENT_TYPE = ("content-type", b"application/json")


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A record to publish. `value` None is a tombstone; without a key it goes to any partition."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: Headers = ()


def cloudevent_headers(type_: str, id_: UUID | str, source: str, time: datetime, subject: str) -> Headers:
    """The headers of one event. `source` is a URI reference (`/cohort/intake`), `time` aware."""
    return (
        _SPECVERSION,
        ("ce_type", type_.encode()),
        ("ce_id", str(id_).encode()),
        ("ce_source", source.encode()),
        ("ce_time", time.isoformat().encode()),
        ("ce_subject", subject.encode()),
        _CONTENT_TYPE,
    )
