"""Who was erased, and when: asked before a record of a dead letter is taken up after all.

Intake keeps nothing of anybody, and alone can tell whose a submission is: it makes the pseudonym. `hiring.commands`
says who was erased. What was submitted before that is let go here: its contact would stand on `hiring.contacts` again,
for ever.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from aiokafka.errors import TopicAuthorizationFailedError, UnknownTopicOrPartitionError

from hiring.consumer.batch import bury
from hiring.consumer.redriven import GivenAgain
from hiring.events import CANDIDATE_ERASED
from hiring.events.command import CandidateErased
from hiring.events.dead_letter import PREFIX
from hiring.events.envelope import Outgoing
from hiring.events.reading import Flaw, Record, Unreadable, read
from hiring.settings import Settings
from hiring.topic_reading import read_batches
from hiring.topics import COMMANDS, TOPICS
from intake.core.split import Accepted
from intake.hooks.set_aside import GROUP

log = logging.getLogger(__name__)

_CONTRACTS = {CANDIDATE_ERASED: CandidateErased}
_FORGOTTEN = "its person was erased since: nothing of it was taken up, and nothing of it is kept here; discard it"
_UNTOLD = f"{COMMANDS}, which says who was erased, could not be read: give intake the right to, and redrive it again"
[_KEPT_DAYS] = [topic.kept_days or 0 for topic in TOPICS if topic.name == COMMANDS]
_TOO_OLD = f"it came more than {_KEPT_DAYS} days ago, and who was erased then is told no more: discard it"


class Again(NamedTuple):
    """What a record that was redriven submits."""

    record: GivenAgain
    accepted: Accepted


class Erasures:
    """Reads the commands when asked, on from where they were read before. `now` stamps dead letters."""

    def __init__(self, settings: Settings, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._settings = settings
        self._now = now
        self._next: dict[int, int] = {}
        self._at: dict[str, datetime] = {}

    async def let_go(self, redriven: Sequence[Again]) -> tuple[list[Accepted], list[Outgoing]]:
        """What may be taken up, and a dead letter for each of the others.

        That of somebody who was erased since holds nothing of the record. Raises KafkaError, TimeoutError.
        """
        if not redriven:
            return [], []
        try:
            erased = await self._known()
        except (UnknownTopicOrPartitionError, TopicAuthorizationFailedError):
            # Waiting mends no right, and would hold up the submissions behind these.
            log.error("it cannot be told who was erased", extra={"topic": COMMANDS})
            return [], [bury(it.record, it.record.why.flaw, _UNTOLD, GROUP, self._now()) for it in redriven]
        now, taken, letters = self._now(), list[Accepted](), list[Outgoing]()
        oldest = (now - timedelta(days=_KEPT_DAYS)).timestamp() * 1000
        for record, accepted in redriven:
            if _is_erased(accepted, erased):
                letters.append(_emptied(bury(record, Flaw.FORGOTTEN, _FORGOTTEN, GROUP, now)))
            elif record.timestamp < oldest:
                letters.append(bury(record, record.why.flaw, _TOO_OLD, GROUP, now))
            else:
                taken.append(accepted)
        if letters:
            log.info("redriven records are let go: their people were erased, or may be", extra={"n": len(letters)})
        return taken, letters

    async def _known(self) -> Mapping[str, datetime]:
        """When each pseudonym was erased last, by all commands there are now."""
        async for batch in read_batches(self._settings, COMMANDS, self._next):
            for record in batch.records:
                self._note(record)
                self._next[record.partition] = record.offset + 1
        return self._at

    def _note(self, record: Record) -> None:
        try:
            command = read(record, _CONTRACTS)
        except Unreadable:
            return  # Another command; one that is none is the services' dead letter.
        self._at[command.candidate_id] = max(command.at, self._at.get(command.candidate_id, command.at))


def _is_erased(accepted: Accepted, erased: Mapping[str, datetime]) -> bool:
    at = erased.get(accepted.candidate_id)
    return at is not None and accepted.submitted_at <= at


def _emptied(letter: Outgoing) -> Outgoing:
    """Only why it is here: an HR system may have put an address into the key, too."""
    return letter._replace(key=None, value=None, headers=[it for it in letter.headers if it[0].startswith(PREFIX)])
