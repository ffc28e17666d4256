"""What becomes of each record of `hiring.decisions` and `hiring.applications` when a policy is tried. Pure."""

import contextlib

import orjson

from hiring.consumer.record import Record
from hiring.events import APPLICATION_SUBMITTED
from hiring.events.application import ApplicationSubmitted
from hiring.events.decision import PolicyNamed
from hiring.events.reading import Unreadable, read
from screening.core.decide import compile_policy
from screening.core.decision import Decision
from screening.core.further import reviewed
from screening.core.policy import Policy
from screening.whatif.further import FirstApplications
from screening.whatif.result import Tried
from screening.whatif.ruling import of_decision, of_record
from screening.whatif.tally import Tally

_CONTRACTS = {APPLICATION_SUBMITTED: ApplicationSubmitted}


def named(policy: Policy) -> PolicyNamed:
    """A policy by its name, version and digest."""
    return PolicyNamed(name=policy.name, version=policy.version, digest=policy.digest())


class Replay:
    """Replays a programme's applications through a policy, beside what was decided or the policy `against`.

    Give it every decision first, where there is no policy `against`; then every application. `shown` are named.
    """

    def __init__(self, policy: Policy, against: Policy | None, programme: str, shown: int) -> None:
        self._policy, self._other, self._programme = policy, against, programme
        self._tried, self._against = _Judge(policy), None if against is None else _Judge(against)
        self._tally = Tally(shown)
        self._records = self._unreadable = self._other_programmes = 0

    def decision(self, record: Record) -> None:
        """Note what was decided."""
        self._records += 1
        try:
            if record.value is None:
                self._tally.undecided(_key(record))
            else:
                data = orjson.loads(record.value)
                self._tally.decided(_key(record), data["revision"], of_record(data))
        except (ValueError, KeyError, TypeError, AttributeError):
            self._unreadable += 1

    def application(self, record: Record) -> None:
        """Decide it by the tried policy, and by the one it is compared with."""
        self._records += 1
        if record.value is None:
            with contextlib.suppress(ValueError):
                self._tally.forgotten(_key(record))
            return
        try:
            event = read(record, _CONTRACTS)
        except Unreadable:
            self._unreadable += 1
            return
        application = event.application_id.bytes
        if event.programme == self._programme:
            self._judge(event, application)
        else:
            # A later revision may name another programme.
            self._other_programmes += 1
            self._tally.forgotten(application)

    def result(self, seconds: float) -> Tried:
        """What was found, and that it took so long."""
        return Tried(
            named(self._policy),
            None if self._other is None else named(self._other),
            self._programme,
            self._tally.result({track.id: track.seats for track in self._policy.tracks}),
            self._other_programmes,
            self._unreadable,
            self._records,
            seconds,
        )

    def _judge(self, event: ApplicationSubmitted, application: bytes) -> None:
        if self._against is not None:
            before, displaced = self._against.judge(event, application)
            self._tally.decided(application, event.revision, of_decision(before))
            if displaced is not None:
                self._tally.further(displaced, before=True, after=False)
        decision, displaced = self._tried.judge(event, application)
        self._tally.tried(application, event.revision, of_decision(decision), decision)
        if displaced is not None:
            self._tally.further(displaced, before=False, after=True)


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


def _key(record: Record) -> bytes:
    """The application id that is the record's key. Raises ValueError."""
    return bytes.fromhex((record.key or b"").decode().replace("-", ""))
