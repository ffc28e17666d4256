"""What commands may and may not do, without a database."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import pytest

from hiring.events.command import PolicyProposed, ReviewGiven
from hiring.events.decision import DecisionMade
from screening.activation import same_person, validated
from screening.core.policy import Policy
from screening.refusal import Refused
from screening.reviews import named, same, verdict
from screening.stored_decision import StoredDecision

AT = datetime(2026, 6, 1, tzinfo=UTC)
APPLICATION = UUID(int=1)
POLICY = Policy.model_validate(
    {
        "name": "p",
        "version": "1",
        "programme": "p",
        "tracks": [
            {"id": "ai", "seats": 1, "units": ["cloud", "research"]},
            {"id": "general", "seats": 1, "units": ["cloud"]},
        ],
    }
)
ASKED: dict[str, Any] = {"command_id": UUID(int=9), "by": "Mia", "why": "good work", "at": AT}


def proposed(**changes: Any) -> PolicyProposed:
    content = {"programme": "p", "digest": POLICY.digest(), "policy": POLICY.content(), "effective_from": AT}
    return PolicyProposed.model_validate({**ASKED, **content, **changes})


def test_a_proposed_policy_is_the_one_its_digest_names() -> None:
    assert validated(proposed()) == POLICY


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"digest": "0" * 64}, "not that of the policy"),
        ({"policy": {}}, "name: Field required"),
        ({"policy": {**POLICY.content(), "Ada\0": "Ada"}}, "*: is no field"),
        ({"policy": {**POLICY.content(), "rules": [{"kind": "Ada"}]}}, "rules.0: is of no kind that there is"),
        ({"policy": {**POLICY.content(), "rules": [{"kind": "consented"}]}}, "rules.0.consented.to: Field required"),
        ({"policy": {**POLICY.content(), "fields": {"Ada Lovelace": ["x"]}}}, "fields.*.*: String should match"),
        ({"policy": {**POLICY.content(), "tracks": POLICY.content()["tracks"] * 2}}, "`cohort policy check` says why"),
        ({"policy": {**POLICY.content(), "version": "Ada\0"}}, "version: contains a control character"),
        ({"programme": "q"}, "another programme"),
    ],
)
def test_what_is_wrong_with_a_proposal_is_told_without_its_text(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(Refused) as refused:
        validated(proposed(**changes))
    assert words in str(refused.value)
    assert "Ada" not in str(refused.value)
    assert "\0" not in str(refused.value)


def test_a_refusal_is_short_enough_for_an_answer_and_is_text_that_postgres_takes() -> None:
    told = str(Refused("a\0" + "b" * 5000))
    assert (len(told), told[:3], told[-1]) == (4000, "a b", "…")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Wei", " wei ", True),
        ("Wei  Zhang", "wei zhang", True),
        ("Ｗei", "wei", True),
        ("Straße", "STRASSE", True),
        ("张伟", "张伟", True),
        ("张伟", "章伟", False),
        ("Wei", "Lin", False),
    ],
)
def test_one_person_is_known_however_the_name_is_written(one: str, other: str, same: bool) -> None:
    assert same_person(one, other) == same


def decision(number: int, outcome: str = "review", settles: int | None = None, **changes: Any) -> StoredDecision:
    record = {
        "decision_id": str(UUID(int=number)),
        "application_id": str(APPLICATION),
        "candidate_id": "c" * 64,
        "revision": "a" * 64,
        "programme": "p",
        "policy": {"name": "p", "version": "1", "digest": POLICY.digest()},
        "cause": "policy",
        "outcome": outcome,
        "track": "ai",
        "unit": "research",
        "reasons": [{"rule": "r", "en": "A reason.", "zh": "理由。"}],
        "rules": [],
        "tracks": [],
        "decided_at": "2026-05-01T00:00:00Z",
        **changes,
    }
    answered = str(UUID(int=settles or 1000 + number))
    return StoredDecision(str(APPLICATION), answered, str(UUID(int=number)), outcome, "ai", AT, orjson.dumps(record))


def given(verdict: str = "advance", of: int = 1, **more: Any) -> ReviewGiven:
    return ReviewGiven.model_validate(
        {**ASKED, "application_id": APPLICATION, "decision_id": UUID(int=of), "verdict": verdict, **more}
    )


def made(command: ReviewGiven, policy: Policy | None = POLICY) -> DecisionMade:
    reviewed = decision(1)
    return DecisionMade.model_validate_json(verdict(command, reviewed, orjson.loads(reviewed.data), policy).data)


@pytest.mark.parametrize(
    ("more", "track", "unit"),
    [
        ({}, "ai", "research"),
        ({"unit": "cloud"}, "ai", "cloud"),
        ({"track": "general"}, "general", None),
        ({"track": "general", "unit": "cloud"}, "general", "cloud"),
        ({"track": "ai"}, "ai", "research"),
    ],
)
def test_a_verdict_is_for_the_track_and_unit_it_names(more: dict[str, str], track: str, unit: str | None) -> None:
    assert (made(given(**more)).track, made(given(**more)).unit) == (track, unit)


@pytest.mark.parametrize("more", [{"track": "x"}, {"unit": "x"}, {"track": "general", "unit": "research"}])
def test_a_track_or_unit_that_the_policy_does_not_have_is_refused(more: dict[str, str]) -> None:
    with pytest.raises(Refused):
        made(given(**more))
    assert made(given(**more), policy=None).outcome == "advance"


def test_a_verdict_replays_to_the_byte_and_each_decision_gets_its_own() -> None:
    assert made(given()) == made(given())
    assert made(given()).decided_at == AT
    assert made(given()).decision_id == made(given("decline")).decision_id
    reviewed = decision(2)
    other = verdict(given(of=2), reviewed, orjson.loads(reviewed.data), POLICY)
    assert UUID(other.decision_id) != made(given()).decision_id


def test_the_newest_decision_is_the_one_to_review() -> None:
    old, new = decision(1), decision(2)
    assert named(given(of=2), [old, new]) == (new, None)
    for command, decisions in (
        (given(of=1), [old, new]),
        (given(of=3), [old, new]),
        (given(of=1), []),
        (given(of=1), [decision(1, "advance")]),
    ):
        with pytest.raises(Refused):
            named(command, decisions)


def test_a_verdict_that_stands_is_found_even_after_the_application_changed() -> None:
    old, verdict_on_it, new = decision(1), decision(5, "advance", settles=1), decision(2)
    assert named(given(of=1), [old, verdict_on_it, new]) == (old, verdict_on_it)
    assert same(verdict_on_it, decision(5, "advance", settles=1)) == verdict_on_it
    for other in (decision(5, "decline"), decision(5, "advance", track="general")):
        with pytest.raises(Refused):
            same(verdict_on_it, other)


def test_a_policy_proposed_by_an_earlier_release_is_still_the_one_its_digest_names() -> None:
    golden = Path(__file__).parents[2] / "contract" / "golden" / "hiring.command.policy-proposed.v1-least.json"
    assert validated(PolicyProposed.model_validate_json(golden.read_text(encoding="utf-8"))).version == "2"
