"""A drive that looks like one, for the pages in a browser and for screenshots."""

import random

from .happened import decided, review_given, submitted, told
from .site import Model

_UNITS = {"ai": ("research", "cloud"), "general": ("delivery", "cloud")}
_REASON = {
    "rule": "score",
    "en": "The score is between the two marks, so a person looks at it.",
    "zh": "得分介于两个分数线之间，由工作人员审阅。",
    "change": {"en": "41.5 of 100; advances from 50", "zh": "41.5/100；50 分通过"},
}
_RULES = [
    {"rule": "graduation", "verdict": "pass", "observed": "2026-06", "required": "graduates 2025-11 to 2026-10"},
    {"rule": "consent", "verdict": "pass", "observed": "agreed", "required": "consent to data_processing"},
]
_AI = {
    "track": "ai",
    "outcome": "review",
    "rules": [
        {
            "rule": "mathematics",
            "verdict": "pass",
            "observed": "3 of 7 courses",
            "required": "at least 2 in mathematics",
        },
        {"rule": "statistics", "verdict": "unknown", "observed": "no courses", "required": "at least 1 in statistics"},
        {"rule": "ai-projects", "verdict": "fail", "observed": "no projects", "required": "at least 1 AI project"},
    ],
    "score": {
        "points": 41.5,
        "of": 100,
        "advance_from": 50,
        "review_from": 30,
        "components": [
            {"component": "grade", "points": 22.5, "of": 25, "observed": "3.6 of 4.0"},
            {"component": "ai-projects", "points": 19, "of": 60, "observed": "1 of 1"},
            {"component": "ai-ethics", "points": None, "of": 15, "observed": "no answer"},
        ],
    },
}


def fill(model: Model, size: int = 600) -> None:
    """Applications in every state, one of them (the first) with everything a page can show; some dead letters."""
    chance = random.Random(2026)
    for n in range(2, size):
        model.tell(n, submitted(n))
        if chance.random() < 0.94:
            track = chance.choice(["ai", "ai", "general"])
            outcome = chance.choices(["advance", "review", "decline"], [5, 2, 4])[0]
            unit = chance.choice(_UNITS[track]) if outcome == "advance" else None
            model.tell(n, decided(n, outcome, track=track if outcome != "decline" else None, unit=unit))
            if chance.random() < 0.9:
                state = chance.choices(["sent", "failed", "suppressed", "held"], [94, 2, 3, 1])[0]
                model.tell(n, told(n, state))
    model.tell(1, submitted(1), submitted(1, at=2, revision=2))
    model.tell(1, decided(1, "review", 3, "first", reasons=[_REASON], rules=_RULES, tracks=[_AI], unit=None))
    model.tell(1, told(1, "sent", 4, "first"), review_given(1, "advance", 50, "first"))
    model.tell(
        1,
        decided(
            1,
            "advance",
            51,
            "second",
            cause="review",
            decided_by="li.na",
            note="The thesis is an AI project in all but name.",
            reasons=[_REASON],
            rules=_RULES,
            tracks=[_AI],
        ),
        told(1, "sent", 52, "second"),
    )
    for offset in range(7):
        model.bury(offset)
    model.bury(7, "not-json")
    model.bury(8, "refused", "hiring.commands")
