"""A decision as a row of the table `decisions`."""

from datetime import UTC, datetime
from typing import NamedTuple

import orjson


class StoredDecision(NamedTuple):
    """A row of `decisions`, in the order of its columns; ids as text, `data` the event's JSON as published.

    `settles` is what it answers: see `revision_settled`, and for a review the decision_id of what was reviewed.
    Where the record stood that asks for it: its partition and offset, where there is one and it is known. Whose it is
    and when it was submitted is held against the erasures; of what is read from the table it stays in `data`.
    """

    application_id: str
    settles: str
    decision_id: str
    outcome: str
    track: str | None
    decided_at: datetime
    data: bytes
    source_partition: int | None = None
    source_offset: int | None = None
    candidate_id: str | None = None
    submitted_at: datetime | None = None


COLUMNS = StoredDecision._fields.index("candidate_id")
"""So many of its fields are columns."""


def revision_settled(revision: str) -> str:
    """What a policy's decision on a revision settles: half of the digest, as the text of a UUID."""
    return revision[:32]


def submitted_later(decision: StoredDecision, at: datetime) -> StoredDecision:
    """The same decision on what was submitted again at `at`."""
    data = orjson.dumps({**orjson.loads(decision.data), "submitted_at": at.astimezone(UTC)})
    return decision._replace(data=data, submitted_at=at)
