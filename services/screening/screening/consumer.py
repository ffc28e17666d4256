"""The step: applications and commands in, decisions planned, stored, and the stored ones handed on to be published."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import orjson
from pydantic import BaseModel

from hiring.consumer import Outdated, Received, Wave
from hiring.consumer.record import Record
from hiring.events import (
    APPLICATION_SUBMITTED,
    APPLICATION_WITHDRAWN,
    CANDIDATE_ERASED,
    POLICY_APPROVED,
    POLICY_PROPOSED,
    POLICY_TRIAL_REQUESTED,
    REVIEW_GIVEN,
    REVIEW_REQUESTED,
)
from hiring.events.application import ApplicationSubmitted
from hiring.events.command import (
    ApplicationWithdrawn,
    CandidateErased,
    Command,
    PolicyApproved,
    PolicyProposed,
    PolicyTrialRequested,
    ReviewGiven,
    ReviewRequested,
)
from hiring.events.envelope import Outgoing
from hiring.identity import decision_id
from hiring.topics import APPLICATIONS, COMMANDS, DECISIONS, DEMOGRAPHICS, redriven
from hiring.tracing import Followed, Traces
from screening.commands import Answer, Commands
from screening.core import further
from screening.core.decision import Decision
from screening.core.record import decision_fields
from screening.first_applications import Candidacy
from screening.in_force import Active, Programmes
from screening.known_policies import KnownPolicies
from screening.metrics import DecisionMetrics
from screening.outgoing import answered, decided
from screening.registry import Registry
from screening.shadow import Shadow
from screening.store import DecisionStore
from screening.stored_decision import StoredDecision, revision_settled, submitted_later
from screening.tracing import Settled, followed, in_their_traces

GROUP = "screening"
CAUSE = "policy"
TAKING_BACK = (ApplicationWithdrawn, CandidateErased)
OF_POLICIES = (PolicyProposed, PolicyApproved)
FORGETTING = (DECISIONS, APPLICATIONS, DEMOGRAPHICS)
"""Where a tombstone forgets an application."""


@dataclass(slots=True)
class Plan:
    """What is to become of a batch: the decisions, made by so many `approved` policies, and the commands."""

    approved: int
    decisions: list[StoredDecision]
    candidacies: list[Candidacy] = field(default_factory=list)
    commands: list[tuple[Command, Record]] = field(default_factory=list)
    followed: Followed[Settled] | None = None
    """The traces of its applications, where any are traced."""


class ScreeningStep:
    """Decides each application by its programme's policy, obeys commands. `now` stamps a decision when it is made."""

    contracts: Mapping[str, Mapping[str, type[BaseModel]]] = {
        APPLICATIONS: {APPLICATION_SUBMITTED: ApplicationSubmitted},
        COMMANDS: {
            POLICY_PROPOSED: PolicyProposed,
            POLICY_APPROVED: PolicyApproved,
            POLICY_TRIAL_REQUESTED: PolicyTrialRequested,
            REVIEW_GIVEN: ReviewGiven,
            REVIEW_REQUESTED: ReviewRequested,
            APPLICATION_WITHDRAWN: ApplicationWithdrawn,
            CANDIDATE_ERASED: CandidateErased,
        },
        redriven(GROUP): {},
    }

    def __init__(
        self,
        registry: Registry,
        store: DecisionStore,
        commands: Commands,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        shadow: Shadow | None = None,
        metrics: DecisionMetrics | None = None,
        traces: Traces | None = None,
        policies: KnownPolicies | None = None,
    ) -> None:
        self._metrics = metrics
        self._traces = traces
        self._registry = registry
        self._shadow = shadow
        self._store = store
        self._commands = commands
        self._policies = policies
        self._now = now

    def plan(self, batch: Iterable[Received]) -> Plan:
        """See `plan`: by the policies in force as far as this process knows, now."""
        if self._traces is None:
            return plan(self._registry.programmes, batch, self._now(), self._shadow)
        traced = followed()
        planned = plan(self._registry.programmes, traced.through(batch), self._now(), self._shadow)
        planned.followed = traced
        return planned

    async def store(self, planned: Plan) -> Sequence[Wave]:
        """Store what is new; return every decision of the batch as it is stored, then the answers to its commands.

        What candidates take back comes first: an application beside it may be the new one. Other commands come after
        the applications, and find them decided.
        """
        answers = await self._obey(each for each in planned.commands if isinstance(each[0], TAKING_BACK))
        try:
            stored = await self._store.add(planned.decisions, planned.approved, planned.candidacies)
        except Outdated:
            await self._registry.refresh()
            raise
        answers += await self._obey(each for each in planned.commands if not isinstance(each[0], TAKING_BACK))
        if self._policies is not None:
            # Here, not in a wave: what is told is read again once the broker has it.
            await self._policies.tell(
                {one.digest for one, _, answer in answers if isinstance(one, OF_POLICIES) and not answer.refusal}
            )
        kept = {decision.application_id for decision in stored.decisions}
        gone = dict.fromkeys([*stored.forgotten, *(one for _, _, answer in answers for one in answer.forgotten)])
        wave = [Outgoing(topic, one.encode(), None) for one in gone if one not in kept for topic in FORGETTING]
        decisions = stored.decisions + [answer.decision for _, _, answer in answers if answer.decision is not None]
        if self._metrics is not None:
            self._metrics.decided(decisions)
        records = [decided(decision) for decision in decisions]
        if self._traces is not None and planned.followed:
            records = in_their_traces(self._traces, planned.followed, zip(decisions, records, strict=True))
        wave += records
        # Whoever hears an answer finds what the command caused.
        return [wave, [answered(*each) for each in answers]] if answers else [wave]

    async def _obey(self, commands: Iterable[tuple[Command, Record]]) -> list[tuple[Command, Record, Answer]]:
        return [(command, record, await self._commands.obey(command)) for command, record in commands]


def plan(programmes: Programmes, batch: Iterable[Received], at: datetime, shadow: Shadow | None = None) -> Plan:
    """One decision for each revision in the batch, made at `at`; the newest of an application is last.

    Pure, but that a shadow policy's differences are counted.
    """
    decisions: dict[tuple[str, str], StoredDecision] = {}
    further_ones: dict[tuple[str, str], tuple[ApplicationSubmitted, Active, Decision]] = {}
    planned = Plan(programmes.approved, [])
    each = programmes.one_application_each
    for event, record in batch:
        # A tombstone on `applications` forgets facts that screening does not keep.
        if isinstance(event, ApplicationSubmitted):
            active = programmes.policy(event.programme, event.submitted_at)
            decision = active.decide(event.facts)
            if shadow is not None:
                shadow.compare(event, decision.outcome)
            stored = _stored(event, active, decision, at, record.partition, record.offset)
            key = stored.application_id, stored.settles
            # Of a repeated one the first decision, as in two batches, and the last place and record.
            if (first := decisions.pop(key, None)) is not None:
                stored = _again(first, stored)
            decisions[key] = stored
            if event.programme in each:
                further_ones.setdefault(key, (event, active, decision))
        elif isinstance(event, Command):
            planned.commands.append((event, record))
    planned.decisions = list(decisions.values())
    if further_ones:
        planned.candidacies = [
            _candidacy(place, stored, *further_ones[key])
            for place, (key, stored) in enumerate(decisions.items())
            if key in further_ones
        ]
    return planned


def _again(first: StoredDecision, later: StoredDecision) -> StoredDecision:
    """The first decision on what was submitted twice, as of its last place, record and time."""
    if later.submitted_at and first.submitted_at and later.submitted_at > first.submitted_at:
        first = submitted_later(first, later.submitted_at)
    return first._replace(source_partition=later.source_partition, source_offset=later.source_offset)


def _candidacy(
    place: int, planned: StoredDecision, event: ApplicationSubmitted, active: Active, decision: Decision
) -> Candidacy:
    instead = None
    if active.reviews_further:
        reviewed, source = further.reviewed(decision), (planned.source_partition, planned.source_offset)
        instead = _again(_stored(event, active, reviewed, planned.decided_at, *source), planned)
    return Candidacy(event.programme, event.candidate_id, place, instead)


def _stored(
    event: ApplicationSubmitted,
    active: Active,
    decision: Decision,
    at: datetime,
    partition: int | None,
    offset: int | None,
) -> StoredDecision:
    application = str(event.application_id)
    id_ = decision_id(event.application_id, event.revision, active.named.digest, CAUSE)
    # What is looked for in the table by its place in the record comes first: see the migrations.
    data = {
        "decision_id": id_,
        "application_id": application,
        "candidate_id": event.candidate_id,
        "revision": event.revision,
        "programme": event.programme,
        "submitted_at": event.submitted_at,
        "policy": active.json,
        "cause": CAUSE,
        **decision_fields(decision),
        "decided_at": at,
    }
    return StoredDecision(
        application,
        revision_settled(event.revision),
        id_,
        decision.outcome,
        decision.track,
        at,
        orjson.dumps(data),
        partition,
        offset,
        event.candidate_id,
        event.submitted_at,
    )
