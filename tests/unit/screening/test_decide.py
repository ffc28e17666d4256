"""What the reference programme decides, as a candidate would notice it; and what holds for any facts."""

from datetime import UTC, datetime
from typing import Any
from unittest.mock import Mock
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from hiring.consumer import Received
from hiring.events.application import ApplicationSubmitted, Consents, Facts
from hiring.events.decision import DecisionMade
from screening.consumer import plan
from screening.core.decision import Decision
from screening.stored_decision import StoredDecision

from .seeds import seeds

FACTS_GIVEN = TypeAdapter(Facts)
decide = seeds().policy("ai-internships-2026").decide

GOOD = {"value": 3.6, "scale": 4.0}
STRONG: dict[str, Any] = {
    "education": [{"level": "bachelor", "field": "软件工程", "graduation": "2026-06", "grade": GOOD}],
    "courses": [
        {"name": "线性代数"},
        {"name": "Calculus II"},
        {"name": "Data Structures and Algorithms"},
        {"name": "机器学习导论"},
        {"name": "Quantitative methods", "area": "statistics"},
    ],
    "projects": [
        {"title": "Route planning", "ai": True, "kind": "personal", "domain": "logistics"},
        {"title": "Reading X-rays", "ai": True, "kind": "academic", "domain": "health"},
    ],
    "answers": {"ai-ethics": "A model must be able to say why. " * 5},
    "preferences": {"tracks": ["ai", "general"], "units": ["research", "cloud"]},
    "consents": {"data_processing": True, "automated_screening": True},
}


def judge(**changes: Any) -> Decision:
    return decide(FACTS_GIVEN.validate_python({**STRONG, **changes}))


def rules(decision: Decision) -> dict[str, str]:
    return {r.rule: r.verdict for r in (*decision.rules, *(r for track in decision.tracks for r in track.rules))}


def test_a_strong_application_advances_on_the_track_and_unit_it_prefers() -> None:
    decision = judge()
    assert (decision.outcome, decision.track, decision.unit) == ("advance", "ai", "research")
    assert decision.reasons == []
    assert set(rules(decision).values()) == {"pass"}


@pytest.mark.parametrize(
    ("month", "outcome"),
    [("2025-10", "decline"), ("2025-11", "advance"), ("2026-10", "advance"), ("2026-11", "decline"), (None, "review")],
)
def test_the_graduation_window_includes_both_its_months(month: str | None, outcome: str) -> None:
    decision = judge(education=[{"level": "bachelor", "graduation": month, "grade": GOOD}])
    assert decision.outcome == outcome
    assert [reason.rule for reason in decision.reasons] == ([] if outcome == "advance" else ["graduation"])


def test_the_latest_degree_counts_for_graduation() -> None:
    decision = judge(
        education=[
            {"level": "bachelor", "graduation": "2023-06"},
            {"level": "master", "graduation": "2026-06", "grade": GOOD},
        ]
    )
    assert decision.outcome == "advance"


def test_who_misses_a_foundation_of_ai_advances_on_the_general_track() -> None:
    decision = judge(courses=[{"name": "Databases"}, {"name": "线性代数"}])
    assert (decision.outcome, decision.track) == ("advance", "general")
    assert {track.track: track.outcome for track in decision.tracks} == {"ai": "decline", "general": "advance"}


def test_who_wants_only_ai_is_told_each_missing_foundation() -> None:
    decision = judge(courses=[{"name": "Databases"}], preferences={"tracks": ["ai"]})
    assert (decision.outcome, decision.track) == ("decline", "ai")
    assert [reason.rule for reason in decision.reasons] == ["mathematics", "computer-science", "statistics"]
    assert "两门数学" in decision.reasons[0].zh


@pytest.mark.parametrize(
    ("projects", "verdict"),
    [
        ([], "unknown"),
        ([{"title": "a", "ai": False}], "fail"),
        ([{"title": "a"}], "unknown"),
        ([{"title": "a"}, {"title": "b", "ai": True}], "pass"),
    ],
)
def test_a_project_that_does_not_say_whether_it_is_ai_goes_to_a_person(projects: Any, verdict: str) -> None:
    assert rules(judge(projects=projects))["ai-project"] == verdict


@pytest.mark.parametrize(
    ("answer", "verdict"), [("word " * 29, "fail"), ("word " * 30, "pass"), ("人" * 30, "pass"), ("。" * 99, "fail")]
)
def test_the_ethics_answer_is_counted_in_words_of_either_language(answer: str, verdict: str) -> None:
    assert rules(judge(answers={"ai-ethics": answer}))["ai-ethics"] == verdict


@pytest.mark.parametrize(
    ("consents", "reason"),
    [
        ({"data_processing": True}, "consent"),
        ({"data_processing": True, "automated_screening": False}, "consent"),
        ({"data_processing": True, "automated_screening": True, "human_only": True}, "human-only"),
    ],
)
def test_without_consent_or_by_wish_a_person_decides(consents: Any, reason: str) -> None:
    decision = judge(consents=consents)
    assert decision.outcome == "review"
    assert [r.rule for r in decision.reasons] == [reason]


def test_every_rule_is_asked_even_when_another_failed() -> None:
    decision = judge(education=[{"level": "associate", "graduation": "2020-06"}], courses=[], projects=[])
    assert len(rules(decision)) == 11


def test_tracks_that_are_not_offered_are_passed_over() -> None:
    assert judge(preferences={"tracks": ["astrology", "general"]}).track == "general"
    assert judge(preferences={"tracks": ["astrology"], "units": ["nowhere"]}).track == "ai"
    assert judge(preferences={"units": ["nowhere"]}).unit is None


def test_an_application_without_any_facts_goes_to_a_person() -> None:
    assert decide(Facts()).outcome == "review"


def test_a_programme_without_a_policy_is_reviewed() -> None:
    active = seeds().policy("another")
    assert active.named.name == "no-policy"
    assert active.decide(Facts()).outcome == "review"


TEXT = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=40)

UNSAID = st.sampled_from([None, True, False])


def some(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """A part of the facts, each of its fields given or absent."""
    return st.fixed_dictionaries({}, optional=fields)


DEGREES = some(
    level=st.sampled_from([None, "associate", "bachelor", "master", "doctorate", "other"]),
    graduation=st.sampled_from([None, "1900-01", "2025-10", "2025-11", "2026-10", "2026-11", "2199-12"]),
)
COURSES = st.fixed_dictionaries(
    {"name": st.sampled_from(["线性代数", "calculus", "算法", "probability", "\u202egnimmargorp", "Ⅻ"])},
    optional={"area": st.sampled_from([None, "mathematics", "computer-science", "statistics", "other"])},
)
PROJECTS = st.fixed_dictionaries({"title": st.just("x")}, optional={"ai": UNSAID})
FACTS: st.SearchStrategy[Facts] = some(
    education=st.lists(DEGREES, max_size=3),
    courses=st.lists(COURSES, max_size=8),
    projects=st.lists(PROJECTS, max_size=4),
    assessments=st.just([{"name": "coding", "score": 0, "out_of": 1}]),
    answers=st.dictionaries(st.just("ai-ethics"), TEXT, max_size=1),
    preferences=some(tracks=st.lists(st.sampled_from(["ai", "general", "x"]), max_size=4)),
    consents=some(data_processing=UNSAID, automated_screening=UNSAID, human_only=UNSAID),
)


@settings(max_examples=300)
@given(FACTS)
def test_any_facts_are_decided_the_same_each_time_and_with_reasons(facts: Facts) -> None:
    decision = decide(facts)
    assert decision == decide(facts)
    assert bool(decision.reasons) == (decision.outcome != "advance")
    assert decision.track in {"ai", "general"}


@settings(max_examples=100)
@given(FACTS)
def test_a_machine_never_decides_against_a_wish_for_a_person(facts: Facts) -> None:
    consents: Consents = {**facts.get("consents", {}), "human_only": True}
    assert decide({**facts, "consents": consents}).outcome == "review"


def test_what_is_published_is_the_contract_and_replays_to_the_byte() -> None:
    event = ApplicationSubmitted(
        application_id=UUID("b3bff303-8317-5957-8f4c-987d491fe1e1"),
        candidate_id="a" * 64,
        revision="b" * 64,
        source="portal",
        programme="ai-internships-2026",
        submitted_at=datetime(2026, 3, 1, tzinfo=UTC),
        facts=FACTS_GIVEN.validate_python({**STRONG, "courses": [{"name": "Physics", "area": "other"}]}),
    )

    def planned() -> StoredDecision:
        received = Received(event, Mock(partition=1, offset=5))
        at = datetime(2026, 3, 2, tzinfo=UTC)
        (decision,) = plan(seeds(), [received, received], at).decisions
        return decision

    assert planned() == planned()
    made = DecisionMade.model_validate_json(planned().data)
    assert (made.outcome, made.track) == ("decline", "ai")
    assert [rule.rule for rule in made.rules] == ["consent", "human-only", "graduation", "degree"]
    assert str(made.decision_id) == planned().decision_id
    assert made.policy.name == "ai-internships-2026"
