"""The step: contacts, decisions and commands in, rows of the ledger out. What is sent from there is the sender's."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence

from pydantic import BaseModel

from hiring import events
from hiring.consumer import Received, Wave
from hiring.events import command
from hiring.events.answering import answer_record
from hiring.events.contact import ContactGiven
from hiring.events.decision import DecisionMade
from hiring.topics import COMMANDS, CONTACTS, DECISIONS, redriven
from hiring.tracing import Traces
from notify.core.plan import Plan, plan
from notify.ledger.entering import Entering
from notify.ledger.rows import AtRest
from notify.recorder import SOURCE
from notify.tracing import entered, followed

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
        redriven(GROUP): {},
    }

    def __init__(
        self,
        ledger: Entering,
        stored: asyncio.Event,
        tell: Callable[[Sequence[AtRest]], None],
        traces: Traces | None = None,
    ) -> None:
        self._traces = traces
        self._ledger = ledger
        self._stored = stored
        self._tell = tell

    def plan(self, batch: Iterable[Received]) -> Plan:
        """What the batch changes; see notify.core.plan."""
        if self._traces is None:
            return plan(batch)
        traced = followed()
        planned = plan(traced.through(batch))
        planned.followed = traced
        return planned

    async def store(self, planned: Plan) -> Sequence[Wave]:
        """Write it in one transaction. Published are the answers to commands: a letter's news comes from the ledger."""
        if not planned:
            return ()
        at_rest, answers = await self._ledger.enter(planned)
        self._stored.set()
        self._tell(at_rest)
        if self._traces is not None and planned.followed:
            entered(self._traces, planned)
        wave = [answer_record(it, planned.commands[it.command_id], SOURCE) for it in answers]
        return [wave] if wave else ()
