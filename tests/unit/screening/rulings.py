"""How a table of one rule, or one score, is asked: the smallest policy around it."""

from typing import Any

from screening.core.decide import compile_policy
from screening.core.decision import Decision, RuleResult, ScoreResult
from screening.core.policy import Policy

SAYING = {"en": "so", "zh": "如此"}
TABLES: dict[str, Any] = {
    "courses": {"mathematics": ["algebra"], "statistics": ["概率", "Bayes"]},
    "fields": {"computing": ["软件工程", "Software Engineering"], "arts": ["Painting"]},
}


def rule(id_: str = "r", **fields: Any) -> dict[str, Any]:
    return {"id": id_, "otherwise": "decline", "reason": SAYING, "unclear": SAYING, **fields}


def track(id_: str = "t", **fields: Any) -> dict[str, Any]:
    return {"id": id_, "seats": 5, "units": ["u"], **fields}


def policy(**fields: Any) -> Policy:
    told: dict[str, Any] = {"name": "p", "version": "1", "programme": "p", "tracks": [track()], **TABLES, **fields}
    return Policy.model_validate(told)


def decide(policy_: Policy, facts: Any) -> Decision:
    return compile_policy(policy_)(facts)


def asked(condition: dict[str, Any], **facts: Any) -> RuleResult:
    """What a rule of this condition makes of the facts."""
    return decide(policy(rules=[rule(**condition)]), facts).rules[0]


def verdict(condition: dict[str, Any], **facts: Any) -> str:
    return asked(condition, **facts).verdict


def change(condition: dict[str, Any], **facts: Any) -> tuple[str, str]:
    """The counterfactual of a rule that fails, in English and Chinese."""
    found = asked(condition, **facts)
    assert found.verdict == "fail" and found.reason is not None and found.reason.change is not None
    return found.reason.change.en, found.reason.change.zh


def score_policy(components: list[dict[str, Any]], advance: int = 50, review: int = 30) -> Policy:
    score = {"advance_from": advance, "review_from": review, "components": components}
    words = {"reason": {"en": "below", "zh": "低"}, "between": {"en": "close", "zh": "近"}}
    return policy(tracks=[track(score={**score, **words, "unclear": {"en": "open", "zh": "缺"}})])


def scored(components: list[dict[str, Any]], facts: Any, advance: int = 50, review: int = 30) -> ScoreResult:
    """The score that components give; single components are written without weight."""
    (result,) = decide(score_policy(components, advance, review), facts).tracks
    assert result.score is not None
    return result.score
