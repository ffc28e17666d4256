"""What a raw line calls itself, before anybody has judged it."""

import hashlib
from dataclasses import dataclass
from uuid import NAMESPACE_URL, UUID, uuid5

from pydantic import BaseModel, ConfigDict, ValidationError

from hiring.events.fields import Line, Slug
from hiring.identity import application_id

_LINES = uuid5(NAMESPACE_URL, "https://cohort.invalid/lines")


class _Name(BaseModel):
    # As the door reads it: blanks around are no part of a name.
    model_config = ConfigDict(extra="ignore", str_strip_whitespace=True)

    source: Slug
    external_id: Line


@dataclass(frozen=True, slots=True)
class LineName:
    """How a line goes on Kafka: event id, key, source, and the application it is about where that can be told."""

    event_id: UUID
    key: bytes
    source: str
    application_id: UUID | None


def content(line: bytes) -> int:
    """64 bits that tell whether two lines are the same."""
    return int.from_bytes(hashlib.blake2b(line, digest_size=8).digest())


def name(line: bytes) -> LineName:
    """Name a line; one that is no JSON, or misses source or external id, is named by its digest."""
    digest = hashlib.sha256(line).hexdigest()
    event_id = uuid5(_LINES, digest)
    try:
        told = _Name.model_validate_json(line)
    except ValidationError:
        return LineName(event_id, digest.encode(), "/hr-systems/unknown", None)
    return LineName(
        event_id,
        f"{told.source}/{told.external_id}".encode(),
        f"/hr-systems/{told.source}",
        application_id(told.source, told.external_id),
    )
