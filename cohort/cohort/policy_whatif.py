"""Tries a policy on every application there is: reads two topics to where they end, and changes nothing."""

import contextlib
import gc
from collections.abc import Callable, Iterator
from time import monotonic

import orjson

from cohort.accounting.topic_reading import read_batches
from cohort.whatif.further import FirstApplications
from cohort.whatif.result import Tried
from cohort.whatif.ruling import of_decision, of_record
from cohort.whatif.tally import Tally
from hiring.consumer.record import Record
from hiring.events import APPLICATION_SUBMITTED
from hiring.events.application import ApplicationSubmitted
from hiring.events.decision import PolicyNamed
from hiring.events.reading import Unreadable, read
from hiring.topics import APPLICATIONS, DECISIONS
from screening.core.decide import compile_policy
from screening.core.decision import Decision
from screening.core.further import reviewed
from screening.core.policy import Policy

Show = Callable[[str, int, int], None]
"""Told what is read, how many records of it so far, and how many there are."""

_CONTRACTS = {APPLICATION_SUBMITTED: ApplicationSubmitted}


async def try_policy(
    kafka: str, policy: Policy, *, against: Policy | None, programme: str, shown: int, show: Show
) -> Tried:
    """Replay the programme's applications through the policy, beside what was decided or another policy.

    Raises KafkaError where the broker is not there, TimeoutError where it stops telling.
    """
    begun, trial = monotonic(), _Trial(policy, against, programme, shown)
    with _collector_at_rest():
        if against is None:
            await _each(kafka, DECISIONS, "decisions", trial.decision, show)
        await _each(kafka, APPLICATIONS, "applications", trial.application, show)
        comparison = trial.tally.result({track.id: track.seats for track in policy.tracks})
    return Tried(
        named(policy),
        named(against) if against is not None else None,
        programme,
        comparison,
        trial.other_programmes,
        trial.unreadable,
        trial.records,
        monotonic() - begun,
    )


def named(policy: Policy) -> PolicyNamed:
    """A policy by its name, version and digest."""
    return PolicyNamed(name=policy.name, version=policy.version, digest=policy.digest())


class _Trial:
    """What becomes of each record of the two topics."""

    def __init__(self, policy: Policy, against: Policy | None, programme: str, shown: int) -> None:
        self._tried, self._against = _Judge(policy), None if against is None else _Judge(against)
        self._programme = programme
        self.tally = Tally(shown)
        self.records = self.unreadable = self.other_programmes = 0

    def decision(self, record: Record) -> None:
        """Note what was decided."""
        self.records += 1
        try:
            if record.value is None:
                self.tally.undecided(_key(record))
            else:
                data = orjson.loads(record.value)
                self.tally.decided(_key(record), data["revision"], of_record(data))
        except (ValueError, KeyError, TypeError, AttributeError):
            self.unreadable += 1

    def application(self, record: Record) -> None:
        """Decide it by the tried policy, and by the one it is compared with."""
        self.records += 1
        if record.value is None:
            with contextlib.suppress(ValueError):
                self.tally.forgotten(_key(record))
            return
        try:
            event = read(record, _CONTRACTS)
        except Unreadable:
            self.unreadable += 1
            return
        application = event.application_id.bytes
        if event.programme == self._programme:
            self._judge(event, application)
        else:
            # A later revision may name another programme.
            self.other_programmes += 1
            self.tally.forgotten(application)

    def _judge(self, event: ApplicationSubmitted, application: bytes) -> None:
        if self._against is not None:
            before, displaced = self._against.judge(event, application)
            self.tally.decided(application, event.revision, of_decision(before))
            if displaced is not None:
                self.tally.further(displaced, before=True, after=False)
        decision, displaced = self._tried.judge(event, application)
        self.tally.tried(application, event.revision, of_decision(decision), decision)
        if displaced is not None:
            self.tally.further(displaced, before=False, after=True)


class _Judge:
    """A policy at work, with its memory of who applied already where it asks for that."""

    def __init__(self, policy: Policy) -> None:
        self._decide = compile_policy(policy)
        self._firsts = FirstApplications() if policy.further_applications == "review" else None

    def judge(self, event: ApplicationSubmitted, application: bytes) -> tuple[Decision, bytes | None]:
        """The decision, and an application judged earlier that turns out to be a further one."""
        decision = self._decide(event.facts)
        if self._firsts is None:
            return decision, None
        further = self._firsts.further(event.candidate_id, application, event.submitted_at)
        return (reviewed(decision), None) if further == application else (decision, further)


async def _each(kafka: str, topic: str, what: str, take: Callable[[Record], None], show: Show) -> None:
    async for batch in read_batches(kafka, topic):
        for record in batch.records:
            take(record)
        show(what, batch.done, batch.total)


def _key(record: Record) -> bytes:
    """The application id that is the record's key. Raises ValueError."""
    return bytes.fromhex((record.key or b"").decode().replace("-", ""))


@contextlib.contextmanager
def _collector_at_rest() -> Iterator[None]:
    """Nothing here makes cycles: the collector looking through all that is kept would take a third of the time."""
    usual = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(1_000_000, 50, 100)
    try:
        yield
    finally:
        gc.set_threshold(*usual)
        gc.unfreeze()
