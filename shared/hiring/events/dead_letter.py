"""`hiring.dead-letters`: the record that failed, unchanged, and beside its own headers why it is here.

Key, value and headers stay byte for byte what they were, so that a record can be mended and sent again; the
reason stands in headers that begin with `dl_`. The value may hold personal data; the reason never does.

A webhook's delivery becomes one too: `dl_topic` is then DELIVERIES and `SYSTEM/SOURCE`, the value the body as it came,
and partition and offset are NOWHERE.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, NamedTuple
from uuid import UUID

from pydantic import Field, ValidationError

from hiring.events.envelope import Headers, Outgoing
from hiring.events.fields import Event, Moment
from hiring.topics import DEAD_LETTERS

PREFIX = "dl_"

COMMAND_ID = PREFIX + "command_id"
LETTER_PARTITION = PREFIX + "letter_partition"
LETTER_OFFSET = PREFIX + "letter_offset"
"""The headers that a redriven record has beside these, and a dead letter that was one: see Redriven."""

UNTOLD = "untold"
"""The flaw of what is on the topic of dead letters and does not say why."""

DELIVERIES = "hooks/"

NOWHERE = -1
"""The partition and offset of what came by no topic."""


class Redriven(NamedTuple):
    """Which dead letter a record was redriven from, by its place, and by which command."""

    letter_partition: int | None = None
    letter_offset: int | None = None
    command_id: UUID | None = None


class DeadLetter(Event):
    """Why a record could not be processed, by whom, and where it stood.

    `timestamp` is when it was written, as Kafka told: milliseconds since 1970. Letters before there was that have none.
    `letter_partition`, `letter_offset` and `command_id`, of a record that was redriven and failed again: see Redriven.
    """

    flaw: str
    detail: Annotated[str, Field(max_length=2000)]
    topic: str
    partition: int
    offset: int
    group: str
    failed_at: Moment
    timestamp: int | None = None
    letter_partition: int | None = None
    letter_offset: int | None = None
    command_id: UUID | None = None

    @property
    def redriven(self) -> Redriven:
        """What it was redriven from, as far as it tells."""
        return Redriven(self.letter_partition, self.letter_offset, self.command_id)

    def outgoing(self, to: str, key: bytes | None, value: bytes | None, headers: Headers) -> Outgoing:
        """The record to publish on the topic `to`."""
        told: list[tuple[str, bytes | None]] = [(n, v) for n, v in headers if not n.startswith(PREFIX)]
        for name, text in self.model_dump(mode="json", exclude_none=True).items():
            told.append((PREFIX + name, str(text).encode()))
        return Outgoing(to, key, value, told)

    @classmethod
    def of(cls, headers: Sequence[tuple[str, bytes | None]]) -> "DeadLetter":
        """The reason, from a dead letter's headers. Raises pydantic.ValidationError where it is none."""
        return cls.model_validate(
            {n.removeprefix(PREFIX): v.decode() for n, v in headers if n.startswith(PREFIX) and v is not None}
        )

    @classmethod
    def found(cls, headers: Headers, *, partition: int, offset: int, at: datetime) -> "DeadLetter":
        """The reason of a record on the topic of dead letters; of one that tells none, that, and where it stands."""
        try:
            return cls.of(headers)
        except (ValidationError, UnicodeDecodeError):
            return cls(
                flaw=UNTOLD,
                detail="it has no headers that say why it is here; something else than Cohort wrote it",
                topic=DEAD_LETTERS,
                partition=partition,
                offset=offset,
                group="",
                failed_at=at,
            )


def dead_letter(
    flaw: str,
    detail: str,
    *,
    topic: str,
    partition: int,
    offset: int,
    group: str,
    at: datetime,
    timestamp: int | None = None,
    redriven: Redriven | None = None,
) -> DeadLetter:
    """A dead letter's reason; a long detail is cut. `timestamp` in milliseconds since 1970."""
    return DeadLetter(
        flaw=flaw,
        detail=detail[:2000],
        topic=topic,
        partition=partition,
        offset=offset,
        group=group,
        failed_at=at,
        timestamp=timestamp,
        **(redriven or Redriven())._asdict(),
    )
