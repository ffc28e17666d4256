"""What is told of decisions, and of which policy judges now."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from prometheus_client import CollectorRegistry

from screening.core.policy import Policy
from screening.in_force import ALWAYS, Approved, Programmes, activate
from screening.metrics import DecisionMetrics
from screening.stored_decision import StoredDecision

NOW = datetime.now(UTC)


def approved(programme: str, version: str, since: datetime) -> Approved:
    tracks = [{"id": "ai", "seats": 1, "units": ["cloud"]}]
    policy = Policy.model_validate({"name": "n", "version": version, "programme": programme, "tracks": tracks})
    return Approved(programme, activate(policy, policy.digest()), since, since)


def told(registry: CollectorRegistry, name: str) -> Sequence[dict[str, str]]:
    (family,) = [it for it in registry.collect() if it.name == name]
    return [sample.labels for sample in family.samples if sample.value == 1 and sample.name != f"{name}_created"]


def test_the_policy_that_judges_now_is_told_and_the_one_before_leaves() -> None:
    registry, first = CollectorRegistry(), approved("p", "1", ALWAYS)
    in_force = [Programmes()]
    DecisionMetrics(registry, lambda: in_force[0])
    assert told(registry, "hiring_policy_info") == []
    later, other = approved("p", "3", NOW + timedelta(days=1)), approved("q", "1", NOW + timedelta(days=1))
    in_force[0] = Programmes([first, later, other])
    assert told(registry, "hiring_policy_info") == [
        {"programme": "p", "policy": "n", "version": "1", "digest": first.active.named.digest}
    ], "what is not in force yet is not told"
    in_force[0] = Programmes([first, later, other, approved("p", "2", NOW - timedelta(days=1))])
    assert [it["version"] for it in told(registry, "hiring_policy_info")] == ["2"]


def test_decisions_are_counted_by_outcome() -> None:
    registry = CollectorRegistry()
    counted = DecisionMetrics(registry, Programmes)
    one = StoredDecision("a", "s", "d", "review", None, NOW, b"{}")
    counted.decided([one, one._replace(outcome="decline"), one])
    counted.decided([])
    assert registry.get_sample_value("hiring_decisions_total", {"outcome": "review"}) == 2
    assert registry.get_sample_value("hiring_decisions_total", {"outcome": "decline"}) == 1
