"""The step: applications in, decisions planned, stored, and the stored ones handed on to be published."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime

import orjson
from pydantic import BaseModel

from hiring.consumer import Received, Wave
from hiring.events import APPLICATION_SUBMITTED, DECISION_MADE
from hiring.events.application import ApplicationSubmitted
from hiring.events.envelope import Outgoing, cloudevent_headers
from hiring.identity import decision_id
from hiring.topics import APPLICATIONS, DECISIONS
from screening.core.decision import Decision, RuleResult
from screening.programmes import Programmes
from screening.store import DecisionStore, StoredDecision

SOURCE = "/cohort/screening"
CAUSE = "policy"


class ScreeningStep:
    """Decides each application by its programme's policy. `now` stamps a decision when it is made."""

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

    def plan(self, batch: Iterable[Received]) -> list[StoredDecision]:
        """One decision for each revision in the batch; of a repeated one the last, so that the newest is last."""
        at = self._now()
        planned: dict[str, StoredDecision] = {}
        for event, _ in batch:
            # A tombstone on `applications` forgets facts that screening does not keep.
            if isinstance(event, ApplicationSubmitted):
                decision = self._decide(event, at)
                planned.pop(decision.decision_id, None)
                planned[decision.decision_id] = decision
        return list(planned.values())

    async def store(self, planned: list[StoredDecision]) -> Sequence[Wave]:
        """Store what is new; return every decision of the batch as it is stored."""
        return [[_outgoing(decision) for decision in await self._store.add(planned)]]

    def _decide(self, event: ApplicationSubmitted, at: datetime) -> StoredDecision:
        active = self._programmes.policy(event.programme)
        decision = active.decide(event.facts)
        application = str(event.application_id)
        id_ = decision_id(event.application_id, event.revision, active.named.digest, CAUSE)
        data = {
            "decision_id": id_,
            "application_id": application,
            "candidate_id": event.candidate_id,
            "revision": event.revision,
            "programme": event.programme,
            "policy": active.json,
            "cause": CAUSE,
            **_told(decision),
            "decided_at": at,
        }
        return StoredDecision(application, id_, decision.outcome, decision.track, at, orjson.dumps(data))


def _told(decision: Decision) -> dict[str, object]:
    return {
        "outcome": decision.outcome,
        "track": decision.track,
        "unit": decision.unit,
        "reasons": decision.reasons,
        "rules": _written(decision.rules),
        "tracks": [
            {"track": track.track, "outcome": track.outcome, "rules": _written(track.rules)}
            for track in decision.tracks
        ],
    }


def _written(results: list[RuleResult]) -> orjson.Fragment:
    return orjson.Fragment(b"[%b]" % b",".join([result.json for result in results]))


def _outgoing(decision: StoredDecision) -> Outgoing:
    application = decision.application_id
    return Outgoing(
        DECISIONS,
        application.encode(),
        decision.data,
        cloudevent_headers(DECISION_MADE, decision.decision_id, SOURCE, decision.decided_at, application),
    )
