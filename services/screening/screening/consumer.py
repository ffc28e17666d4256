"""The step: applications in, decisions planned, stored, and the stored ones handed on to be published."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

import orjson
from pydantic import BaseModel

from hiring.consumer import Tombstone, Wave
from hiring.events import APPLICATION_SUBMITTED, DECISION_MADE
from hiring.events.application import ApplicationSubmitted
from hiring.events.envelope import Outgoing, cloudevent_headers
from hiring.identity import decision_id
from hiring.topics import APPLICATIONS, DECISIONS
from screening.programmes import Programmes
from screening.store import DecisionStore, StoredDecision

SOURCE = "/cohort/screening"
CAUSE = "policy"


class ScreeningStep:
    """Decides each application by its programme's policy. `now` stamps a decision the first time it is made."""

    contracts: Mapping[str, Mapping[str, type[BaseModel]]] = {
        APPLICATIONS: {APPLICATION_SUBMITTED: ApplicationSubmitted}
    }

    def __init__(
        self,
        programmes: Programmes,
        store: DecisionStore,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._programmes = programmes
        self._store = store
        self._now = now

    def plan(self, batch: Sequence[BaseModel | Tombstone]) -> list[StoredDecision]:
        """One decision for each revision in the batch, the repeated ones once."""
        at = self._now()
        planned: dict[object, StoredDecision] = {}
        for event in batch:
            # A tombstone on `applications` forgets facts that screening does not keep.
            if isinstance(event, ApplicationSubmitted):
                decision = self._decide(event, at)
                planned.setdefault(decision.decision_id, decision)
        return list(planned.values())

    async def store(self, planned: list[StoredDecision]) -> Sequence[Wave]:
        """Store what is new; return every decision of the batch as it is stored."""
        return [[_outgoing(decision) for decision in await self._store.add(planned)]]

    def _decide(self, event: ApplicationSubmitted, at: datetime) -> StoredDecision:
        active = self._programmes.policy(event.programme)
        decision = active.decide(event.facts)
        id_ = decision_id(event.application_id, event.revision, active.named.digest, CAUSE)
        data = orjson.dumps(
            {
                "decision_id": id_,
                "application_id": event.application_id,
                "candidate_id": event.candidate_id,
                "revision": event.revision,
                "programme": event.programme,
                "policy": active.named.model_dump(),
                "cause": CAUSE,
                "outcome": decision.outcome,
                "track": decision.track,
                "unit": decision.unit,
                "reasons": decision.reasons,
                "rules": decision.rules,
                "tracks": decision.tracks,
                "decided_at": at,
            }
        )
        return StoredDecision(
            decision_id=id_,
            application_id=event.application_id,
            candidate_id=event.candidate_id,
            revision=event.revision,
            programme=event.programme,
            policy_digest=active.named.digest,
            outcome=decision.outcome,
            track=decision.track,
            unit=decision.unit,
            decided_at=at,
            data=data.decode(),
        )


def _outgoing(decision: StoredDecision) -> Outgoing:
    application = str(decision.application_id)
    return Outgoing(
        DECISIONS,
        application.encode(),
        decision.data.encode(),
        cloudevent_headers(DECISION_MADE, decision.decision_id, SOURCE, decision.decided_at, application),
    )
