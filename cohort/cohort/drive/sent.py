"""What became of every line that was sent. Compact: a million lines take some 70 MB."""

from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum
from uuid import UUID

Place = tuple[int, int]
"""Partition and offset on `hiring.submissions`."""

_NO_ID = bytes(16)


class Channel(IntEnum):
    """How a line goes in."""

    SINGLE = 0
    BULK = 1
    KAFKA = 2


class Fate(IntEnum):
    """What became of a line so far."""

    WAITING = 0
    ACCEPTED = 1
    """An HTTP door took it and named its application."""
    REJECTED = 2
    """Refused with reasons: by an HTTP door, or as too large for Kafka."""
    LOGGED = 3
    """On Kafka: intake will take it or make it a dead letter."""
    UNSENT = 4
    """Given up: no door answered."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """A door took the line, and named its application."""

    application_id: UUID


@dataclass(frozen=True, slots=True)
class Rejected:
    """A door refused the line; `reasons` are `field: problem`, without the values."""

    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Logged:
    """The line is on Kafka. `application_id` is derived from the line; None where it names no application."""

    place: Place
    application_id: UUID | None


@dataclass(frozen=True, slots=True)
class Unsent:
    """No door answered within the patience; `why` is the last thing that went wrong."""

    why: str


Answer = Accepted | Rejected | Logged | Unsent


@dataclass(frozen=True, slots=True)
class LineSent:
    """A line by its number (from 1, empty lines counted), its channel and its answer; None: still waiting.

    Two lines with the same `content` are the same, byte for byte.
    """

    number: int
    channel: Channel
    answer: Answer | None
    content: int = 0


@dataclass(slots=True)
class Sent:
    """The lines of one drive in the order they were read. Grows while the drive is being sent."""

    counts: dict[Fate, int] = field(default_factory=lambda: dict.fromkeys(Fate, 0))
    _fates: bytearray = field(default_factory=bytearray)
    _channels: bytearray = field(default_factory=bytearray)
    _numbers: "array[int]" = field(default_factory=lambda: array("Q"))
    _contents: "array[int]" = field(default_factory=lambda: array("Q"))
    _ids: bytearray = field(default_factory=bytearray)
    _partitions: "array[int]" = field(default_factory=lambda: array("i"))
    _offsets: "array[int]" = field(default_factory=lambda: array("q"))
    _told: dict[int, tuple[str, ...]] = field(default_factory=dict)
    _shared: dict[tuple[str, ...], tuple[str, ...]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self._fates)

    def __iter__(self) -> Iterator[LineSent]:
        return (self.line(index) for index in range(len(self)))

    def add(self, channel: Channel, content: int = 0, number: int = 0) -> int:
        """Note that a line was read and goes in by `channel`; return its index. Without a number, it is the next."""
        self._numbers.append(number or len(self._fates) + 1)
        self._contents.append(content)
        self._fates.append(Fate.WAITING)
        self._channels.append(channel)
        self._ids += _NO_ID
        self._partitions.append(-1)
        self._offsets.append(-1)
        self.counts[Fate.WAITING] += 1
        return len(self._fates) - 1

    def answer(self, index: int, answer: Answer) -> None:
        """Note what became of a line."""
        match answer:
            case Accepted(application_id):
                self._set(index, Fate.ACCEPTED, application_id)
            case Logged((partition, offset), named):
                self._partitions[index], self._offsets[index] = partition, offset
                self._set(index, Fate.LOGGED, named)
            case Rejected(reasons):
                self._told[index] = self._share(reasons)
                self._set(index, Fate.REJECTED, None)
            case Unsent(why):
                self._told[index] = self._share((why,))
                self._set(index, Fate.UNSENT, None)

    def line(self, index: int) -> LineSent:
        return LineSent(
            self._numbers[index], Channel(self._channels[index]), self._answer(index), self._contents[index]
        )

    def _answer(self, index: int) -> Answer | None:
        fate = self._fates[index]
        if fate == Fate.WAITING:
            return None
        if fate == Fate.REJECTED:
            return Rejected(self._told[index])
        if fate == Fate.UNSENT:
            return Unsent(self._told[index][0])
        raw = bytes(self._ids[index * 16 : index * 16 + 16])
        if fate == Fate.ACCEPTED:
            return Accepted(UUID(bytes=raw))
        place = (self._partitions[index], self._offsets[index])
        return Logged(place, None if raw == _NO_ID else UUID(bytes=raw))

    def _set(self, index: int, fate: Fate, application_id: UUID | None) -> None:
        self.counts[Fate(self._fates[index])] -= 1
        self.counts[fate] += 1
        self._fates[index] = fate
        self._ids[index * 16 : index * 16 + 16] = application_id.bytes if application_id else _NO_ID

    def _share(self, reasons: tuple[str, ...]) -> tuple[str, ...]:
        # Mostly the same few reasons again and again.
        return self._shared.setdefault(reasons, reasons)
