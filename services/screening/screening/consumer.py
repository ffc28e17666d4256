"""The step: applications and commands in, decisions planned, stored, and the stored ones handed on to be published."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import orjson
from pydantic import BaseModel

from hiring.consumer import Outdated, Received, Wave, bury
from hiring.consumer.record import Record
from hiring.events import (
    APPLICATION_SUBMITTED,
    APPLICATION_WITHDRAWN,
    CANDIDATE_ERASED,
    DECISION_MADE,
    POLICY_APPROVED,
    POLICY_PROPOSED,
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
    ReviewGiven,
    ReviewRequested,
)
from hiring.events.envelope import Outgoing, cloudevent_headers
from hiring.events.reading import Flaw
from hiring.identity import decision_id
from hiring.topics import APPLICATIONS, COMMANDS, DECISIONS, DEMOGRAPHICS
from screening.commands import Answer, Commands
from screening.core import further
from screening.core.decision import Decision
from screening.core.record import decision_fields
from screening.first_applications import Candidacy
from screening.in_force import Active, Programmes
from screening.registry import Registry
from screening.shadow import Shadow
from screening.store import DecisionStore
from screening.stored_decision import StoredDecision, revision_settled, submitted_later

GROUP = "screening"
SOURCE = "/cohort/screening"
CAUSE = "policy"
TAKING_BACK = (ApplicationWithdrawn, CandidateErased)
FORGETTING = (DECISIONS, APPLICATIONS, DEMOGRAPHICS)
"""Where a tombstone forgets an application."""


@dataclass(slots=True)
class Plan:
    """What is to become of a batch: the decisions, made by so many `approved` policies, and the commands."""

    approved: int
    decisions: list[StoredDecision]
    candidacies: list[Candidacy] = field(default_factory=list)
    commands: list[tuple[Command, Record]] = field(default_factory=list)


class ScreeningStep:
    """Decides each application by its programme's policy, obeys commands. `now` stamps a decision when it is made."""

    contracts: Mapping[str, Mapping[str, type[BaseModel]]] = {
        APPLICATIONS: {APPLICATION_SUBMITTED: ApplicationSubmitted},
        COMMANDS: {
            POLICY_PROPOSED: PolicyProposed,
            POLICY_APPROVED: PolicyApproved,
            REVIEW_GIVEN: ReviewGiven,
            REVIEW_REQUESTED: ReviewRequested,
            APPLICATION_WITHDRAWN: ApplicationWithdrawn,
            CANDIDATE_ERASED: CandidateErased,
        },
    }

    def __init__(
        self,
        registry: Registry,
        store: DecisionStore,
        commands: Commands,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        shadow: Shadow | None = None,
    ) -> None:
        self._registry = registry
        self._shadow = shadow
        self._store = store
        self._commands = commands
        self._now = now

    def plan(self, batch: Iterable[Received]) -> Plan:
        """See `plan`: by the policies in force as far as this process knows, now."""
        return plan(self._registry.programmes, batch, self._now(), self._shadow)

    async def store(self, planned: Plan) -> Sequence[Wave]:
        """Store what is new; return every decision of the batch as it is stored, and the commands that are refused.

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
        decided = {decision.application_id for decision in stored.decisions}
        gone = dict.fromkeys([*stored.forgotten, *(one for _, answer in answers for one in answer.forgotten)])
        wave = [Outgoing(topic, one.encode(), None) for one in gone if one not in decided for topic in FORGETTING]
        wave += [_outgoing(decision) for decision in stored.decisions]
        wave += [_outgoing(answer.decision) for _, answer in answers if answer.decision is not None]
        for record, answer in answers:
            if answer.refusal is not None:
                wave.append(bury(record, Flaw.REFUSED, answer.refusal, GROUP, self._now()))
        return [wave]

    async def _obey(self, commands: Iterable[tuple[Command, Record]]) -> list[tuple[Record, Answer]]:
        return [(record, await self._commands.obey(command)) for command, record in commands]


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


def _outgoing(decision: StoredDecision) -> Outgoing:
    application = decision.application_id
    return Outgoing(
        DECISIONS,
        application.encode(),
        decision.data,
        cloudevent_headers(DECISION_MADE, decision.decision_id, SOURCE, decision.decided_at, application),
    )
