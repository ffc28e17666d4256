"""The step: contacts and decisions in, rows of the ledger out. What is sent from there is the sender's."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence

from pydantic import BaseModel

from hiring.consumer import Received, Wave
from hiring.events import CONTACT_GIVEN, DECISION_MADE
from hiring.events.contact import ContactGiven
from hiring.events.decision import DecisionMade
from hiring.topics import CONTACTS, DECISIONS
from notify.core.plan import Plan, plan
from notify.store import Ledger


class NotifyStep:
    """Writes contacts and letters; `stored` is set whenever there may be new letters to send."""

    contracts: Mapping[str, Mapping[str, type[BaseModel]]] = {
        CONTACTS: {CONTACT_GIVEN: ContactGiven},
        DECISIONS: {DECISION_MADE: DecisionMade},
    }

    def __init__(self, ledger: Ledger, stored: asyncio.Event) -> None:
        self._ledger = ledger
        self._stored = stored

    def plan(self, batch: Iterable[Received]) -> Plan:
        """What the batch changes; see notify.core.plan."""
        return plan(received.event for received in batch)

    async def store(self, planned: Plan) -> Sequence[Wave]:
        """Write it in one transaction. Nothing is published here: a letter's news comes when it is sent."""
        if planned:
            await self._ledger.enter(planned)
            self._stored.set()
        return ()
