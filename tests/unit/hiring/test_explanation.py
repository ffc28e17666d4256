"""What a person reads of the decisions on an application, in either language."""

import re
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from cohort.drive.generate import generate
from hiring.events.application import ApplicationSubmitted
from hiring.events.decision import DecisionMade
from hiring.events.reading import Unreadable, parse
from hiring.events.submission import Submission
from hiring.explanation import tell
from hiring.explanation.phrases import in_chinese
from intake.core.split import split
from screening.core.decide import compile_policy
from screening.programmes import read_policy
from screening.settings import HERE

RULES = [
    {"rule": "graduation", "verdict": "pass", "observed": "2026-06", "required": "graduates 2025-11 to 2026-10"},
    {"rule": "human-only", "verdict": "unknown", "observed": "not asked", "required": "no wish"},
]
TRACK = {
    "track": "ai",
    "outcome": "review",
    "rules": [{"rule": "mathematics", "verdict": "fail", "observed": "1 of 7 courses", "required": "at least 2"}],
    "score": {
        "points": 41.5,
        "of": 100,
        "advance_from": 50,
        "review_from": 30,
        "components": [
            {"component": "grade", "points": 12.5, "of": 25, "observed": "2.9 of 4.0"},
            {"component": "ai-ethics", "points": None, "of": 15, "observed": "no answer"},
        ],
    },
}
BY_POLICY: dict[str, Any] = {
    "decision_id": UUID(int=1),
    "application_id": UUID(int=7),
    "candidate_id": "0" * 64,
    "revision": "1" * 64,
    "programme": "internships",
    "policy": {"name": "rules-2026", "version": "3", "digest": "abcdef" + "0" * 58},
    "outcome": "review",
    "track": "ai",
    "unit": "cloud",
    "reasons": [
        {"rule": "mathematics", "en": "Too little.", "zh": "太少。", "change": {"en": "needs 2", "zh": "需要两门"}},
        {"rule": "score", "en": "Close.", "zh": "接近。"},
        # Another track's rule that says the same.
        {"rule": "general-score", "en": "Close.", "zh": "接近。"},
    ],
    "rules": RULES,
    "tracks": [TRACK],
    "decided_at": datetime(2026, 3, 1, 9, 30, tzinfo=UTC),
    "decided_by": "policy",
}
BY_PERSON = {
    **BY_POLICY,
    "decision_id": UUID(int=2),
    "cause": "review",
    "outcome": "advance",
    "reasons": [],
    "decided_by": "Grace Hopper",
    "reviewed": UUID(int=1),
    "note": "A fine project.",
    "decided_at": datetime(2026, 3, 2, 10, 0, tzinfo=UTC),
}

ENGLISH = """\
Application 00000000-0000-0000-0000-000000000007 to internships
Outcome: goes to a person, on the track AI, in the unit cloud
Decided by the policy's rules at 2026-03-01 09:30 UTC
Under the policy rules-2026, version 3 (digest abcdef000000)

Reasons
  1. Too little.
     needs 2
  2. Close.

Rules of the whole programme
  ✓ graduation: found 2026-06; asks for graduates 2025-11 to 2026-10
  ? a person only: found not asked; asks for no wish
Track AI: goes to a person
  ✗ mathematics: found 1 of 7 courses; asks for at least 2
  score 41.5 of 100; advances from 50, goes to a person from 30
    grade: 12.5 of 25 points, for 2.9 of 4.0
    AI ethics: of 15 points none can be given yet: no answer"""


def decisions(*given: dict[str, Any]) -> list[DecisionMade]:
    return [DecisionMade.model_validate(one) for one in given]


def test_a_decision_of_a_policy_in_english() -> None:
    assert "\n".join(tell(decisions(BY_POLICY), "en")) == ENGLISH


def test_the_same_in_chinese() -> None:
    told = "\n".join(tell(decisions(BY_POLICY), "zh"))
    for words in (
        "结果：转人工审阅，方向：AI，部门：云业务",
        "1. 太少。",
        "需要两门",
        "✗ 数学",
        "得分 41.5/100",
        "AI伦理",
    ):
        assert words in told
    assert "Too little" not in told
    assert "needs 2" not in told


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "en",
            ["Outcome: advances", "Decided by Grace Hopper at 2026-03-02 10:00 UTC", "Their reason: A fine project."],
        ),
        ("zh", ["结果：通过", "由 Grace Hopper 于 2026-03-02 10:00 UTC 作出决定", "审阅人的理由：A fine project."]),
    ],
)
def test_what_a_person_decided_and_what_came_before(language: Any, words: list[str]) -> None:
    told = "\n".join(tell(decisions(BY_POLICY, BY_PERSON), language))
    for each in words:
        assert each in told
    earlier = told.splitlines()[-1]
    assert "2026-03-01 09:30 UTC" in earlier
    assert "rules-2026" in earlier


@pytest.mark.parametrize(
    ("language", "withdrawn", "asked"),
    [
        (
            "en",
            "Withdrawn at 2026-03-03 11:00 UTC: it waits",
            "The candidate asked at 2026-03-02 08:00 UTC for a person",
        ),
        ("zh", "申请已于 2026-03-03 11:00 UTC 撤回", "申请人于 2026-03-02 08:00 UTC 要求由工作人员复核"),
    ],
)
def test_what_the_candidate_asked_since_is_told(language: Any, withdrawn: str, asked: str) -> None:
    at = datetime(2026, 3, 3, 11, tzinfo=UTC), datetime(2026, 3, 2, 8, tzinfo=UTC)
    told = "\n".join(tell(decisions(BY_POLICY), language, *at))
    assert withdrawn in told
    assert asked in told


def test_a_decision_of_an_earlier_release_is_told_too() -> None:
    bare = {key: value for key, value in BY_POLICY.items() if key not in ("reasons", "tracks", "track", "unit")}
    told = list(tell(decisions({**bare, "outcome": "advance"}), "en"))
    assert "Outcome: advances" in told
    assert "Reasons: the policy gives none" in told


def test_what_the_reference_policy_records_is_told_in_chinese() -> None:
    decide = compile_policy(read_policy(HERE / "policies" / "ai-internships-2026.yaml"))
    told = set()
    for item in generate(400, 7):
        try:
            submission = parse(item.line, Submission)
        except Unreadable:
            continue
        (record,) = split(submission, b"secret", datetime(2026, 1, 1, tzinfo=UTC)).waves[1]
        decision = decide(parse(record.value, ApplicationSubmitted).facts)
        for results in (decision.rules, *(track.rules for track in decision.tracks)):
            told |= {text for result in results for text in (result.observed, result.required)}
    assert len(told) > 50
    # The names of what candidates study, and of the policy's own questions, are what they are.
    assert not {text for text in told if re.search("[a-z]{2}", in_chinese(text).replace("ai-ethics", ""))}
