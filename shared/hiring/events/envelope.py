"""CloudEvents 1.0 in Kafka's binary mode: the attributes are headers, the value is the data as JSON.

Source: CloudEvents Kafka Protocol Binding 1.0.2, section 3.2.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

Headers = Sequence[tuple[str, bytes | None]]

_SPECVERSION = ("ce_specversion", b"1.0")
_CONTENT_TYPE = ("content-type", b"application/json")


class Outgoing(NamedTuple):
    """A record to publish. `value` None is a tombstone; without a key it goes to any partition."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: Headers = ()


def cloudevent_headers(type_: str, id_: UUID | str, source: str, time: datetime | str, subject: str) -> Headers:
    """The headers of one event. `source` is a URI reference (`/cohort/intake`), `time` aware or already RFC 3339."""
    return (
        _SPECVERSION,
        _kept("ce_type", type_),
        ("ce_id", str(id_).encode()),
        _kept("ce_source", source),
        ("ce_time", (time if isinstance(time, str) else time.isoformat()).encode()),
        ("ce_subject", subject.encode()),
        _CONTENT_TYPE,
    )


@lru_cache(maxsize=64)
def _kept(name: str, value: str) -> tuple[str, bytes]:
    """A header that event after event has."""
    return name, value.encode()
