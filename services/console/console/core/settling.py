"""Dead letters that are settled: what a record tells of its application, what stands in the way, and what is answered.

Pure. A settled letter was given to its service once more, or left for good.
"""

import contextlib
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from pydantic import AwareDatetime, TypeAdapter, ValidationError

from hiring.consumer.record import Record
from hiring.consumer.redriven import original
from hiring.events.cloudevents import UnsupportedFormat, is_structured
from hiring.events.dead_letter import DeadLetter
from hiring.identity import application_id
from hiring.topics import APPLICATIONS, COMMANDS, DECISIONS, REDRIVEN_TO, SUBMISSIONS

STATES = {"redrive": "redriven", "discard": "discarded"}
OPEN = "open"

_MOMENT: TypeAdapter[datetime] = TypeAdapter(AwareDatetime)


class Told(NamedTuple):
    """The application that a record is about, and when it was submitted; of a decision, which and when it was made.

    `overtakes`: what is put last of these is what holds, so an older one must not come after a newer.
    """

    application_id: UUID
    at: datetime
    decision_id: UUID | None = None
    overtakes: bool = True


class Stands(NamedTuple):
    """What the read model knows of an application."""

    submitted_at: datetime | None = None
    decision_id: UUID | None = None
    decided_at: datetime | None = None
    forgotten_at: datetime | None = None


class Obstacle(StrEnum):
    """Why a dead letter is not given to its service once more; the text goes on from `of these, 3: `."""

    GONE = "the record is kept no longer on hiring.dead-letters; all that is left is to discard it"
    NEWER = "a newer revision of the application came since, and this one would take its place; discard it"
    DECIDED = "a newer decision on the application stands, and this one would take its place; discard it"
    FORGOTTEN = "the application was forgotten since; discard it"
    ERASED = "its person was erased, and nothing of the record is left; discard it"
    NOBODY = f"it was set aside by none of {', '.join(REDRIVEN_TO)}, and nobody else takes it; discard it"


def about(letter: Record) -> Told | None:
    """What the record behind a dead letter tells of its application; None also where the letter tells no reason."""
    try:
        was = original(letter, DeadLetter.of(letter.headers))
    except (ValidationError, UnicodeDecodeError):
        return None
    came = datetime.fromtimestamp(max(was.timestamp, 0) / 1000, UTC)
    return told(was.topic, was.key, was.value, dict(was.headers), came)


def told(
    topic: str, key: bytes | None, value: bytes | None, headers: Mapping[str, bytes | None], came: datetime
) -> Told | None:
    """What a record of `topic` tells, as far as it can be read; None where it names no application.

    `came` is when it was written, which is when it was submitted where it does not say.
    """
    data = _data(value, headers)
    if topic == SUBMISSIONS:
        source, external = data.get("source"), data.get("external_id")
        if not (isinstance(source, str) and isinstance(external, str)):
            return None
        return Told(application_id(source, external), min(_moment(data.get("submitted_at")) or came, came))
    if topic not in (APPLICATIONS, DECISIONS, COMMANDS) or (application := _id(key)) is None:
        return None
    if topic == COMMANDS:
        return Told(application, _moment(data.get("at")) or came, overtakes=False)
    if topic == APPLICATIONS:
        return Told(application, _moment(data.get("submitted_at")) or came)
    return Told(application, _moment(data.get("decided_at")) or came, _id(data.get("decision_id")) or UUID(int=0))


def is_forgotten(record: Told, known: Stands) -> bool:
    """Whether the record is of what was forgotten since, and not of an application made anew after that."""
    return known.forgotten_at is not None and record.at <= known.forgotten_at


def obstacle(record: Told, known: Stands | None) -> Obstacle | None:
    """What stands in the way of giving a record to its service once more."""
    if known is None:
        return None
    if is_forgotten(record, known):
        return Obstacle.FORGOTTEN
    if not record.overtakes:
        return None
    if record.decision_id is None:
        return Obstacle.NEWER if known.submitted_at is not None and known.submitted_at > record.at else None
    later = known.decided_at is not None and known.decided_at >= record.at
    return Obstacle.DECIDED if later and known.decision_id != record.decision_id else None


def note(then: str, done: int, left: Counter[Obstacle]) -> str:
    """What became of the letters of a command, for whoever asked."""
    what = "given to their services once more" if then == "redrive" else "discarded"
    text = f"{_letters(done)} {what if done != 1 else what.replace('their services', 'its service')}"
    return f"{text}; left as they are: {_left(left)}" if left else text


def refusal(left: Counter[Obstacle]) -> str:
    """Why none of the letters of a command was settled."""
    if left.total() == 1:
        return str(next(iter(left)))
    return f"none of {_letters(left.total())} was given to its service once more: {_left(left)}"


def _left(left: Counter[Obstacle]) -> str:
    return "; ".join(f"{_letters(n)}: {why}" for why, n in sorted(left.items()))


def _letters(n: int) -> str:
    return f"{n:,} dead letter{'' if n == 1 else 's'}"


def _data(value: bytes | None, headers: Mapping[str, bytes | None]) -> Mapping[str, Any]:
    """The event's data as far as it is a JSON object, whichever mode it came in."""
    data: Any = None
    with contextlib.suppress(ValueError, UnsupportedFormat):
        data = orjson.loads(value or b"")
        if isinstance(data, dict) and is_structured(headers.get("content-type") or b""):
            data = data.get("data")
    return data if isinstance(data, dict) else {}


def _moment(text: Any) -> datetime | None:
    try:
        return _MOMENT.validate_python(text).astimezone(UTC)
    except (ValidationError, OverflowError):
        return None


def _id(text: Any) -> UUID | None:
    try:
        return UUID(text.decode() if isinstance(text, bytes) else text)
    except (ValueError, TypeError, AttributeError):
        return None


def stranger(consumer: str) -> bool:
    """Whether a letter was set aside by none of the services that take it once more."""
    return consumer not in REDRIVEN_TO


def places(spots: Sequence[tuple[int, int]]) -> list[dict[str, int]]:
    """Places on the topic of dead letters, as an event tells them."""
    return [{"partition": partition, "offset": offset} for partition, offset in spots]
