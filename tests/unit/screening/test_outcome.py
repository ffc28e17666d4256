"""From the verdicts of rules to an outcome and its reasons, where the reference policy does not go."""

from typing import Any

import pytest

from .rulings import SAYING, decide, policy, rule, track

PASS: dict[str, Any] = {"kind": "answered", "question": "said", "words": 1}
FAIL, UNKNOWN = {**PASS, "question": "silent"}, {**PASS, "question": "nothing"}
FACTS = {"answers": {"said": "yes", "silent": ""}}


@pytest.mark.parametrize(
    ("condition", "otherwise", "if_unknown", "outcome"),
    [
        (PASS, "decline", "review", "advance"),
        (FAIL, "decline", "review", "decline"),
        (FAIL, "review", "review", "review"),
        (FAIL, "person", "review", "review"),
        (UNKNOWN, "decline", "review", "review"),
        (UNKNOWN, "person", "review", "review"),
        (UNKNOWN, "decline", "pass", "advance"),
        (UNKNOWN, "person", "pass", "advance"),
        (FAIL, "decline", "pass", "decline"),
    ],
)
def test_what_a_rule_leads_to(condition: Any, otherwise: str, if_unknown: str, outcome: str) -> None:
    asked = rule(otherwise=otherwise, if_unknown=if_unknown, **condition)
    decision = decide(policy(rules=[asked]), FACTS)
    assert decision.outcome == outcome
    assert [reason.rule for reason in decision.reasons] == ([] if outcome == "advance" else ["r"])


def test_reasons_are_told_by_weight_then_in_the_order_of_the_policy() -> None:
    shared = [rule("a", otherwise="review", **FAIL), rule("b", **FAIL)]
    own = [rule("c", **UNKNOWN), rule("d", **FAIL), rule("e", otherwise="person", **FAIL)]
    decision = decide(policy(rules=shared, tracks=[track(rules=own)]), FACTS)
    assert decision.outcome == "review"
    assert [reason.rule for reason in decision.reasons] == ["e", "b", "d", "a", "c"]
    declined = decide(policy(rules=shared, tracks=[track(rules=own[:2])]), FACTS)
    assert declined.outcome == "decline"
    assert [reason.rule for reason in declined.reasons] == ["b", "d"]


def test_where_a_decline_needs_a_person_it_is_reviewed_with_its_reasons() -> None:
    asked = [rule("a", **FAIL), rule("b", otherwise="review", **FAIL)]
    decision = decide(policy(rules=asked, decline_needs_a_person=True), FACTS)
    assert decision.outcome == "review"
    assert [reason.rule for reason in decision.reasons] == ["a"]
    assert decision.tracks[0].outcome == "decline"


def test_a_decline_that_needs_a_person_still_leaves_the_other_track_open() -> None:
    tracks = [track("x", rules=[rule(**FAIL)]), track("y")]
    decision = decide(policy(tracks=tracks, decline_needs_a_person=True), FACTS)
    assert (decision.outcome, decision.track) == ("advance", "y")


def test_the_score_is_weighed_with_the_rules() -> None:
    component = {"id": "g", "kind": "answered", "question": "said", "weight": 100, "full_at": 1}
    sayings = {"reason": SAYING, "between": SAYING, "unclear": SAYING}
    score = {"advance_from": 50, "review_from": 50, "components": [component], **sayings}
    good, bad = {"answers": {"said": "yes", "silent": ""}}, {"answers": {"said": ""}}
    asked = policy(tracks=[track(score=score, rules=[rule(otherwise="review", **FAIL)])])
    assert decide(asked, good).outcome == "review"
    assert decide(asked, bad).outcome == "decline"
    assert [reason.rule for reason in decide(asked, bad).reasons] == ["score"]
