"""Scores: points between two anchors, what is missing, and the bands."""

from typing import Any

import pytest

from screening.core.decision import Weight

from .rulings import decide, score_policy, scored

GRADE = {"id": "g", "kind": "grade", "weight": 100, "none_at": "60%", "full_at": "90%"}
COURSES = {"id": "c", "kind": "foundations", "area": "mathematics", "weight": 100, "none_at": 2, "full_at": 5}
PROJECTS = {"id": "p", "kind": "projects", "ai": True, "weight": 100, "full_at": 4}
CODING: dict[str, Any] = {
    "id": "a",
    "kind": "assessment",
    "name": "coding",
    "weight": 100,
    "none_at": "40 of 100",
    "full_at": "90 of 100",
    "taken_since": "2025-03",
    "grace_months": 6,
}
ANSWER = {"id": "e", "kind": "answered", "question": "why", "weight": 100, "full_at": 3}


def grade(value: float, scale: float = 100) -> Any:
    return {"education": [{"grade": {"value": value, "scale": scale}}]}


def courses(many: int) -> Any:
    return {"courses": [{"name": "physics", "area": "other"}] + [{"name": "algebra"}] * many}


def projects(*told: bool | None) -> Any:
    return {"projects": [{"title": "x", "ai": ai} for ai in told]}


def results(*told: tuple[float, str | None]) -> Any:
    return {"assessments": [{"name": "coding", "score": score, "out_of": 100, "taken": taken} for score, taken in told]}


@pytest.mark.parametrize(
    ("component", "facts", "least", "most"),
    [
        (GRADE, grade(60), 0, 0),
        (GRADE, grade(59), 0, 0),
        (GRADE, grade(75), 50, 50),
        (GRADE, grade(3, 4), 50, 50),
        (GRADE, grade(90), 100, 100),
        (GRADE, grade(100), 100, 100),
        (GRADE, grade(70), 33.33, 33.33),
        (GRADE, grade(61.0005), 3.34, 3.34),  # 3.335: a half is rounded up
        (GRADE, grade(101), 0, 100),
        (GRADE, {"education": [{}]}, 0, 100),
        (GRADE, {}, 0, 100),
        (COURSES, {"courses": [{"name": "physics"}, *[{"name": "algebra"}] * 3]}, 33.33, 66.67),
        (COURSES, courses(0), 0, 0),
        (COURSES, courses(2), 0, 0),
        (COURSES, courses(3), 33.33, 33.33),
        (COURSES, courses(5), 100, 100),
        (COURSES, courses(9), 100, 100),
        (COURSES, {}, 0, 100),
        (PROJECTS, projects(False), 0, 0),
        (PROJECTS, projects(True), 25, 25),
        (PROJECTS, projects(True, None, None), 25, 75),
        (PROJECTS, projects(*[True] * 5), 100, 100),
        (PROJECTS, {}, 0, 100),
        (CODING, results((65, "2025-03")), 50, 50),
        (CODING, results((65, "2025-02")), 0, 50),
        (CODING, results((65, None)), 0, 50),
        (CODING, results((65, "2024-08")), 0, 0),
        (CODING, results((50, "2026-01"), (65, "2025-01")), 20, 50),
        (CODING, results((101, "2026-01")), 0, 100),
        (CODING, {}, 0, 100),
        (ANSWER, {"answers": {"why": ""}}, 0, 0),
        (ANSWER, {"answers": {"why": "a b"}}, 66.67, 66.67),
        (ANSWER, {"answers": {"why": "a b c d"}}, 100, 100),
        (ANSWER, {}, 0, 100),
    ],
)
def test_the_points_of_a_component(component: Any, facts: Any, least: float, most: float) -> None:
    found = scored([component], facts)
    assert (found.points, found.most) == (least, most)


def test_grades_of_degrees_that_may_both_be_the_latest_give_from_one_to_the_other() -> None:
    both = {"education": [*grade(75)["education"], *grade(90)["education"]]}
    assert (scored([GRADE], both).points, scored([GRADE], both).most) == (50, 100)
    open_ = {"education": [*grade(75)["education"], {}]}
    assert (scored([GRADE], open_).points, scored([GRADE], open_).most) == (0, 100)


@pytest.mark.parametrize(
    ("facts", "outcome", "reason", "change"),
    [
        (grade(75), "advance", None, None),
        (grade(74.9), "review", "close", "score 49.67 of 100; needs 50"),
        (grade(69), "review", "close", "score 30 of 100; needs 50"),
        (grade(68.9), "decline", "below", "score 29.67 of 100; needs 50"),
        ({"education": [{}]}, "review", "open", None),
    ],
)
def test_the_bands(facts: Any, outcome: str, reason: str | None, change: str | None) -> None:
    decision = decide(score_policy([GRADE]), facts)
    assert decision.outcome == decision.tracks[0].outcome == outcome
    told = [(one.rule, one.en, one.change.en if one.change else None) for one in decision.reasons]
    assert told == ([] if reason is None else [("score", reason, change)])


@pytest.mark.parametrize(
    ("told", "weight"),
    [
        ((True, True, None), Weight.ADVANCE),  # 50 to 75: the least suffices
        ((True, None), Weight.REVIEW),  # 25 to 50: on both sides
        ((None,), Weight.DECLINE),  # 0 to 25: even the most does not
    ],
)
def test_a_score_with_two_ends_decides_where_both_lie_on_one_side(told: Any, weight: Weight) -> None:
    assert scored([PROJECTS], projects(*told)).weight == weight


def test_both_ends_in_the_band_are_told_as_close() -> None:
    score = scored([PROJECTS], projects(True, None), advance=60, review=25)
    assert score.reason is not None and score.reason.change is not None
    assert (score.reason.en, score.reason.change.en) == ("close", "score 25–50 of 100; needs 60")


def test_components_are_told_with_what_they_rest_on() -> None:
    half = [{**GRADE, "weight": 50}, {**PROJECTS, "weight": 30}, {**ANSWER, "weight": 20}]
    told = [
        (one.component, one.points, one.of, one.observed)
        for one in scored(half, {**grade(75), **projects(None)}).components
    ]
    assert told == [
        ("g", 25, 50, "75 of 100"),
        ("p", 0, 30, "0, and 1 that do not say: up to 7.5 points"),
        ("e", None, 20, "no answer"),
    ]
