"""A small policy for the tests of what-if, and changes to it."""

import copy
from collections.abc import Callable
from typing import Any

from screening.core.policy import Policy

Change = Callable[[dict[str, Any]], object]


def saying(text: str) -> dict[str, str]:
    return {"en": text, "zh": f"中文 {text}"}


def rule(id_: str, kind: str, otherwise: str = "decline", **fields: Any) -> dict[str, Any]:
    texts = {"reason": saying(f"{id_} fails."), "unclear": saying(f"{id_} is not told.")}
    return {"id": id_, "kind": kind, "otherwise": otherwise, **texts, **fields}


GROUP = [{"kind": "foundations", "area": "statistics", "at_least": 1}, {"kind": "projects", "at_least": 2}]
CONTENT: dict[str, Any] = {
    "name": "small",
    "version": "1",
    "programme": "drive",
    "courses": {"mathematics": ["calculus"]},
    "rules": [rule("graduation", "graduates_within", earliest="2025-11", latest="2026-10")],
    "tracks": [
        {
            "id": "ai",
            "seats": 2,
            "units": ["cloud", "research"],
            "rules": [
                rule("mathematics", "foundations", area="mathematics", at_least=2),
                rule("either", "any_of", "review", of=GROUP),
                rule("grade", "grade_at_least", "review", at_least="3.0 of 4"),
            ],
            "score": {
                "advance_from": 50,
                "review_from": 30,
                "components": [
                    {"id": "courses", "kind": "foundations", "area": "mathematics", "weight": 60, "full_at": 6},
                    {"id": "projects", "kind": "projects", "weight": 40, "full_at": 4},
                ],
                "reason": saying("Too few points."),
                "between": saying("Nearly enough points."),
                "unclear": saying("Points are open."),
            },
        },
        {"id": "general", "seats": 3, "units": ["cloud"]},
    ],
}


def policy(*changes: Change) -> Policy:
    """The policy, after these changes to its content."""
    content = copy.deepcopy(CONTENT)
    for change in changes:
        change(content)
    return Policy.model_validate(content)
