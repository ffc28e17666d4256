"""The step: events in, the read model out. Nothing is published here."""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence

from pydantic import BaseModel

from console.core.happenings import Happenings, Place, happenings
from console.store.writing import Writing
from hiring import events
from hiring.consumer import Received, Wave
from hiring.events.answer import CommandAnswered, PolicyTried, SettlementRecorded
from hiring.events.application import ApplicationSubmitted
from hiring.events.dead_letter import DeadLetter
from hiring.events.decision import DecisionMade
from hiring.events.envelope import Outgoing
from hiring.events.notification import NotificationRecorded
from hiring.events.policy import PolicyKnown
from hiring.publishing import Publisher
from hiring.topics import ANSWERS, APPLICATIONS, COMMANDS, DEAD_LETTERS, DECISIONS, NOTIFICATIONS, POLICIES

log = logging.getLogger(__name__)


class ConsoleStep:
    """Writes one generation of the read model; `outlived` is called once a later one has begun."""

    contracts: Mapping[str, Mapping[str, type[BaseModel]]] = {
        APPLICATIONS: {events.APPLICATION_SUBMITTED: ApplicationSubmitted},
        DECISIONS: {events.DECISION_MADE: DecisionMade},
        NOTIFICATIONS: {events.NOTIFICATION_RECORDED: NotificationRecorded},
        COMMANDS: {type_: model for type_, model in events.CONTRACTS.items() if type_.startswith("hiring.command.")},
        ANSWERS: {
            events.COMMAND_ANSWERED: CommandAnswered,
            events.POLICY_TRIED: PolicyTried,
            events.SETTLEMENT_RECORDED: SettlementRecorded,
        },
        POLICIES: {events.POLICY_KNOWN: PolicyKnown},
        # Its reason stands in headers of its own, whatever the record was.
        DEAD_LETTERS: {},
    }

    def __init__(self, writing: Writing, outlived: Callable[[], None]) -> None:
        self._writing = writing
        self._outlived = outlived

    def plan(self, batch: Iterable[Received]) -> Happenings:
        """What the batch tells; see console.core.happenings."""
        return happenings(batch)

    async def store(self, planned: Happenings) -> Sequence[Wave]:
        """Write it in one transaction."""
        if not await self._writing.write(planned):
            self._outlived()
        return ()


class PassingOver(Publisher):
    """Takes the dead letters of the loop and sends none: the services that such a record concerns have sent theirs."""

    def __init__(self, writing: Writing) -> None:
        self._writing = writing

    async def publish(self, records: Sequence[Outgoing]) -> None:
        """Log where each record stands that could not be read, and move the position past it."""
        reasons = [DeadLetter.of(record.headers) for record in records]
        for it in reasons:
            told = {"topic": it.topic, "partition": it.partition, "offset": it.offset, "flaw": it.flaw}
            log.warning("a record was passed over", extra=told)
        await self._writing.write(Happenings(places=[Place(it.topic, it.partition, it.offset) for it in reasons]))
