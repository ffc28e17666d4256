"""What a batch of records tells the read model: each event with its place in the log. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID

from hiring.consumer.step import Received, Tombstone
from hiring.events.answer import CommandAnswered, PolicyTried, SettlementRecorded
from hiring.events.application import ApplicationSubmitted
from hiring.events.command import ApplicationWithdrawn, Command, LetterSettled, ReviewGiven, ReviewRequested
from hiring.events.dead_letter import DeadLetter
from hiring.events.decision import DecisionMade
from hiring.events.notification import NotificationRecorded
from hiring.events.policy import PolicyKnown


class Place(NamedTuple):
    """Where a record stands."""

    topic: str
    partition: int
    offset: int


@dataclass(frozen=True, slots=True)
class Forgotten:
    """A tombstone: the part of the application that its topic told is no more, as of a moment."""

    topic: str
    at: datetime


Event = (
    ApplicationSubmitted
    | DecisionMade
    | NotificationRecorded
    | ReviewGiven
    | ReviewRequested
    | ApplicationWithdrawn
    | LetterSettled
    | Forgotten
)


class Happening(NamedTuple):
    """An event of one application, and when its record came into the log."""

    place: Place
    application_id: UUID
    event: Event
    arrived: datetime


Asked = Command | CommandAnswered | PolicyTried | PolicyKnown | SettlementRecorded
"""What people ask, what is answered, and policies."""


@dataclass(slots=True)
class Happenings:
    """A batch, in the order of the log within each partition; `places` are those of all its records.

    `asked` is what people ask and what is answered, and policies; a command about an application is in both lists.
    """

    applications: list[Happening] = field(default_factory=list)
    dead_letters: list[tuple[Place, DeadLetter]] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    asked: list[tuple[Place, Asked]] = field(default_factory=list)

    def beyond(self, positions: dict[tuple[str, int], int]) -> "Happenings":
        """Those that are not applied yet; `positions` is the next offset of each partition, 0 where it is unknown."""

        def fresh(place: Place) -> bool:
            return place.offset >= positions.get((place.topic, place.partition), 0)

        return Happenings(
            [it for it in self.applications if fresh(it.place)],
            [it for it in self.dead_letters if fresh(it[0])],
            [it for it in self.places if fresh(it)],
            [it for it in self.asked if fresh(it[0])],
        )


def happenings(batch: Iterable[Received]) -> Happenings:
    """What some records tell."""
    told = Happenings()
    for event, record in batch:
        place = Place(record.topic, record.partition, record.offset)
        arrived = datetime.fromtimestamp(max(record.timestamp, 0) / 1000, UTC)
        told.places.append(place)
        if isinstance(event, Asked):
            told.asked.append((place, event))
        match event:
            case DeadLetter():
                told.dead_letters.append((place, event))
            case Tombstone():
                try:
                    application = UUID(event.key)
                except ValueError:
                    continue  # No application ever had such a key.
                told.applications.append(Happening(place, application, Forgotten(event.topic, arrived), arrived))
            case (
                ApplicationSubmitted()
                | DecisionMade()
                | NotificationRecorded()
                | ReviewGiven()
                | ReviewRequested()
                | ApplicationWithdrawn()
                | LetterSettled()
            ):
                told.applications.append(Happening(place, event.application_id, event, arrived))
    return told
