"""What holds for any policy and any facts."""

import random
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hiring.events.application import Facts
from hiring.events.decision import DecisionMade
from screening.core.decide import compile_policy
from screening.core.decision import Decision
from screening.core.policy import Policy
from screening.core.record import decision_fields

from .generated import FACTS, policies

BETTER = {"decline": 0, "review": 1, "advance": 2}
some_examples = settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)


def decided(policy: Policy, facts: Any) -> bytes:
    """What is published of the decision, made by a policy that has decided nothing before."""
    return written(compile_policy(policy)(facts))


def written(decision: Decision) -> bytes:
    return orjson.dumps(decision_fields(decision))


@some_examples
@given(policies(), FACTS, st.randoms(use_true_random=False))
def test_the_order_of_what_is_listed_changes_nothing(policy: Policy, facts: Facts, chance: random.Random) -> None:
    shuffled: Any = dict(facts)
    for part in ("education", "courses", "projects", "assessments"):
        if part in shuffled:
            shuffled[part] = chance.sample(shuffled[part], len(shuffled[part]))
    assert decided(policy, shuffled) == decided(policy, facts)


@some_examples
@given(policies(), FACTS, st.randoms(use_true_random=False))
def test_the_order_of_rules_changes_no_outcome(policy: Policy, facts: Facts, chance: random.Random) -> None:
    told = policy.content()
    for part in (told, *told["tracks"]):
        chance.shuffle(part.get("rules", []))
    one, other = (compile_policy(each)(facts) for each in (policy, Policy.model_validate(told)))
    assert (one.outcome, one.track, one.unit) == (other.outcome, other.track, other.unit)
    assert {reason.rule for reason in one.reasons} == {reason.rule for reason in other.reasons}


@some_examples
@given(policies(), FACTS, st.lists(FACTS, max_size=3))
def test_a_decision_replays_byte_for_byte(policy: Policy, facts: Facts, before: list[Facts]) -> None:
    decide = compile_policy(policy)
    for other in before:
        decide(other)
    again = Policy.model_validate(orjson.loads(orjson.dumps(policy.content())))
    assert again.digest() == policy.digest()
    assert written(decide(facts)) == decided(policy, facts) == decided(again, facts)


@some_examples
@given(policies(), FACTS)
def test_what_no_rule_looks_at_changes_nothing(policy: Policy, facts: Facts) -> None:
    more: Any = orjson.loads(orjson.dumps(facts))
    for project in more.get("projects", []):
        project |= {"title": "Héctor's", "summary": "I am 23 and from Lyon"}
    for course in more.get("courses", []):
        course["grade"] = {"value": 1, "scale": 1}
    more.setdefault("answers", {})["unasked"] = "words " * 50
    more.setdefault("assessments", []).append({"name": "unasked", "score": 0, "out_of": 1})
    assert decided(policy, more) == decided(policy, facts)


def better_grade(facts: Any) -> None:
    for degree in facts.get("education", []):
        grade = degree.get("grade")
        if grade and grade["value"] <= grade["scale"]:
            grade["value"] = (grade["value"] + grade["scale"]) / 2


def better_result(facts: Any) -> None:
    for result in facts.get("assessments", []):
        if result["score"] <= result["out_of"]:
            result["score"] = result["out_of"]


def one_more_course(facts: Any) -> None:
    if facts.get("courses"):
        facts["courses"].append({"name": "x", "area": "mathematics"})


def one_more_project(facts: Any) -> None:
    if facts.get("projects"):
        facts["projects"].append({"title": "x", "ai": True, "kind": "academic", "domain": "health"})


def longer_answer(facts: Any) -> None:
    for question in facts.get("answers", {}):
        facts["answers"][question] += " more words"


@pytest.mark.parametrize("improve", [better_grade, better_result, one_more_course, one_more_project, longer_answer])
def test_improving_a_fact_never_lowers_the_outcome(improve: Any) -> None:
    @some_examples
    @given(policies(persons=False), FACTS)
    def holds(policy: Policy, facts: Facts) -> None:
        improved: Any = orjson.loads(orjson.dumps(facts))
        improve(improved)
        decide = compile_policy(policy)
        assert BETTER[decide(improved).outcome] >= BETTER[decide(facts).outcome]

    holds()


@some_examples
@given(policies(), FACTS)
def test_whatever_does_not_advance_has_a_reason_and_is_the_contract(policy: Policy, facts: Facts) -> None:
    decision = compile_policy(policy)(facts)
    assert bool(decision.reasons) == (decision.outcome != "advance")
    assert not (policy.decline_needs_a_person and decision.outcome == "decline")
    ids = {
        "decision_id": "b3bff303-8317-5957-8f4c-987d491fe1e1",
        "application_id": "b3bff303-8317-5957-8f4c-987d491fe1e1",
        "candidate_id": "a" * 64,
        "revision": "b" * 64,
        "programme": "p",
        "policy": {"name": "p", "version": "1", "digest": policy.digest()},
        "decided_at": "2026-03-01T00:00:00Z",
    }
    made = DecisionMade.model_validate_json(orjson.dumps({**ids, **decision_fields(decision)}))
    assert made.decided_by == "policy"
    for track in made.tracks:
        if track.score is not None:
            points = sum(round((component.points or 0) * 100) for component in track.score.components)
            assert points == round(track.score.points * 100)


HOSTILE: list[Any] = [
    {"education": [{"graduation": "9999-12", "grade": {"value": -1e308, "scale": 1e-308}, "field": "\u202e\x00"}]},
    {"education": [{"level": "emperor", "grade": {"value": float("nan"), "scale": float("-inf")}}]},
    {"courses": [{"name": "\u202e\x00線" * 66}] * 200},
    {"courses": [{"name": "x", "area": "alchemy"}], "projects": [{"title": "", "kind": "?", "domain": "\x00"}] * 50},
    {"assessments": [{"name": "coding", "score": -5, "out_of": 0, "taken": "0000-00"}] * 50},
    {"assessments": [{"name": "coding", "score": 1e300, "out_of": float("inf"), "taken": "9999-99"}]},
    {"answers": {"ai-ethics": "\x00\u202e\ufeff" * 2000, "why": "𝕬" * 8000}},
    {"preferences": {"tracks": ["t0"] * 10, "units": ["\x00"]}, "consents": {}},
]


@some_examples
@given(policies(), st.sampled_from(HOSTILE))
def test_hostile_facts_are_decided(policy: Policy, facts: Any) -> None:
    assert compile_policy(policy)(facts).outcome in BETTER
