"""The step: contacts, decisions and commands in, rows of the ledger out. What is sent from there is the sender's."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime

from pydantic import BaseModel

from hiring import events
from hiring.consumer import Received, Wave, bury
from hiring.events import command
from hiring.events.contact import ContactGiven
from hiring.events.decision import DecisionMade
from hiring.events.reading import Flaw
from hiring.topics import COMMANDS, CONTACTS, DECISIONS
from notify.core.plan import Plan, plan
from notify.ledger.entering import Entering
from notify.ledger.rows import AtRest

GROUP = "notify"


class NotifyStep:
    """Writes contacts, letters and wishes; `stored` is set whenever there may be letters to send.

    `tell` is handed the letters that came to rest: superseded, withdrawn.
    """

    contracts: Mapping[str, Mapping[str, type[BaseModel]]] = {
        CONTACTS: {events.CONTACT_GIVEN: ContactGiven},
        DECISIONS: {events.DECISION_MADE: DecisionMade},
        COMMANDS: {
            events.APPLICATION_WITHDRAWN: command.ApplicationWithdrawn,
            events.CANDIDATE_ERASED: command.CandidateErased,
            events.REVIEW_REQUESTED: command.ReviewRequested,
            events.LETTERS_PAUSED: command.LettersPaused,
            events.LETTERS_RESUMED: command.LettersResumed,
            events.LETTER_SETTLED: command.LetterSettled,
        },
    }

    def __init__(self, ledger: Entering, stored: asyncio.Event, tell: Callable[[Sequence[AtRest]], None]) -> None:
        self._ledger = ledger
        self._stored = stored
        self._tell = tell

    def plan(self, batch: Iterable[Received]) -> Plan:
        """What the batch changes; see notify.core.plan."""
        return plan(batch)

    async def store(self, planned: Plan) -> Sequence[Wave]:
        """Write it in one transaction. Published is only what is refused: a letter's news comes from the ledger."""
        if not planned:
            return ()
        at_rest, refusals = await self._ledger.enter(planned)
        self._stored.set()
        self._tell(at_rest)
        now = datetime.now(UTC)
        return [[bury(it.received.record, Flaw.REFUSED, it.why, GROUP, now) for it in refusals]] if refusals else ()
