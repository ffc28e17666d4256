"""Every kind of condition at its borders: what passes, fails and is unknown, and what would have passed."""

from typing import Any

import pytest

from .rulings import asked, change, verdict

WINDOW = {"kind": "graduates_within", "earliest": "2025-11", "latest": "2026-10"}
LEVELS = {"kind": "studies", "levels": ["bachelor", "master"]}
BOTH = {"kind": "studies", "levels": ["bachelor", "master"], "fields": ["computing"]}
ALGEBRA = {"kind": "foundations", "area": "mathematics", "at_least": 2}
SEVERAL = {"kind": "foundations", "area": ["mathematics", "statistics"], "at_least": 2}
AI = {"kind": "projects", "ai": True, "at_least": 1}
CHOSEN = {"kind": "projects", "kinds": ["academic"], "domains": ["health"], "at_least": 1}
GRADE = {"kind": "grade_at_least", "at_least": "3.0 of 4"}
CODING = {"kind": "assessment_at_least", "name": "coding", "at_least": "60 of 100"}
RECENT = {**CODING, "taken_since": "2025-03", "grace_months": 6}
ANSWER = {"kind": "answered", "question": "why", "words": 3}
CONSENT = {"kind": "consented", "to": ["data_processing", "automated_screening"]}


@pytest.mark.parametrize(
    ("months", "expected"),
    [
        (["2025-10"], "fail"),
        (["2025-11"], "pass"),
        (["2026-10"], "pass"),
        (["2026-11"], "fail"),
        (["2023-06", "2026-06"], "pass"),
        (["2026-06", "2028-06"], "fail"),
        ([None, "2026-06"], "pass"),
        (["2020-06", None], "unknown"),
        ([None, "2026-11"], "fail"),
        ([None], "unknown"),
        ([], "unknown"),
    ],
)
def test_graduates_within(months: list[str | None], expected: str) -> None:
    assert verdict(WINDOW, education=[{"graduation": month} for month in months]) == expected


@pytest.mark.parametrize(
    ("levels", "expected"),
    [
        (["bachelor"], "pass"),
        (["associate", "master"], "pass"),
        (["associate"], "fail"),
        (["other"], "fail"),
        (["associate", None], "unknown"),
        ([None], "unknown"),
        ([], "unknown"),
    ],
)
def test_studies_a_level(levels: list[str | None], expected: str) -> None:
    assert verdict(LEVELS, education=[{"level": level} for level in levels]) == expected


@pytest.mark.parametrize(
    ("degrees", "expected"),
    [
        ([("bachelor", "软件工程")], "pass"),
        ([("bachelor", "Ｓｏｆｔｗａｒｅ  engineering")], "pass"),
        ([("bachelor", "Computing")], "pass"),
        ([("bachelor", "Painting")], "fail"),
        ([("bachelor", "Software Engineering (joint)")], "unknown"),
        ([("bachelor", None)], "unknown"),
        ([(None, "Painting")], "fail"),
        ([(None, "软件工程")], "unknown"),
        ([("associate", None)], "fail"),
        ([("associate", "软件工程"), ("bachelor", "Painting")], "fail"),
        ([("bachelor", "Painting"), ("master", "软件工程")], "pass"),
        ([("bachelor", "Painting"), ("master", None)], "unknown"),
    ],
)
def test_studies_a_level_and_a_field_in_one_degree(degrees: Any, expected: str) -> None:
    assert verdict(BOTH, education=[{"level": level, "field": field} for level, field in degrees]) == expected


@pytest.mark.parametrize(
    ("courses", "expected"),
    [
        ([], "unknown"),
        (["physics"], "fail"),
        (["physics", "ethics"], "unknown"),
        (["ALGEBRA I"], "fail"),
        (["ALGEBRA I", "physics"], "unknown"),
        (["ALGEBRA I", ("physics", "other")], "fail"),
        (["ALGEBRA I", "Bayes"], "fail"),
        (["ＡＬＧＥＢＲＡ I", "Ａlgebra II"], "pass"),
        (["Algebra I", "linear algebra"], "pass"),
        (["Algebra I", ("anything", "mathematics")], "pass"),
        (["Algebra I", ("linear algebra", "other")], "fail"),
    ],
)
def test_foundations(courses: list[Any], expected: str) -> None:
    assert verdict(ALGEBRA, courses=listed(courses)) == expected


@pytest.mark.parametrize(
    ("courses", "expected"),
    [
        ([], "unknown"),
        (["algebra", "概率论"], "pass"),
        (["Bayes and algebra"], "fail"),
        (["algebra", ("x", "statistics")], "pass"),
        (["algebra", ("x", "computer-science")], "fail"),
    ],
)
def test_foundations_in_several_areas_count_each_course_once(courses: list[Any], expected: str) -> None:
    assert verdict(SEVERAL, courses=listed(courses)) == expected


def listed(courses: list[Any]) -> list[Any]:
    return [{"name": each} if isinstance(each, str) else {"name": each[0], "area": each[1]} for each in courses]


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ([], "unknown"),
        ([False], "fail"),
        ([None], "unknown"),
        ([False, None], "unknown"),
        ([False, True], "pass"),
        ([None, True], "pass"),
    ],
)
def test_projects_about_ai(told: list[bool | None], expected: str) -> None:
    assert verdict(AI, projects=[{"title": "x", "ai": ai} for ai in told]) == expected


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ([("academic", "health")], "pass"),
        ([("personal", "health")], "fail"),
        ([("academic", "sport")], "fail"),
        ([("academic", None)], "unknown"),
        ([(None, "health")], "unknown"),
        ([("personal", None)], "fail"),
        ([("personal", "health"), ("academic", "sport")], "fail"),
    ],
)
def test_projects_of_a_kind_in_a_domain(told: Any, expected: str) -> None:
    projects = [{"title": "x", "kind": kind, "domain": domain} for kind, domain in told]
    assert verdict(CHOSEN, projects=projects) == expected


@pytest.mark.parametrize(
    ("value", "scale", "expected"),
    [
        (3.0, 4.0, "pass"),
        (2.99, 4.0, "fail"),
        (75, 100, "pass"),
        (74.9, 100, "fail"),
        (3.75, 5, "pass"),
        (4.0, 4.0, "pass"),
        (0, 4.0, "fail"),
        (4.3, 4.0, "unknown"),
        (90, 4.0, "unknown"),
        (-1, 4.0, "unknown"),
        (1, 0, "unknown"),
        (float("nan"), 4.0, "unknown"),
        (float("inf"), float("inf"), "unknown"),
    ],
)
def test_a_grade_is_a_share_of_its_scale(value: float, scale: float, expected: str) -> None:
    assert verdict(GRADE, education=[{"grade": {"value": value, "scale": scale}}]) == expected


def test_shares_are_compared_exactly() -> None:
    thirds = {"kind": "grade_at_least", "at_least": "0.3 of 0.9"}
    for value, scale in ((1, 3), (33.3, 99.9), (0.1, 0.3)):
        assert verdict(thirds, education=[{"grade": {"value": value, "scale": scale}}]) == "pass"


GOOD, BAD = {"value": 3.5, "scale": 4}, {"value": 2.5, "scale": 4}


@pytest.mark.parametrize(
    ("degrees", "expected"),
    [
        ([("2022-06", BAD), ("2026-06", GOOD)], "pass"),
        ([("2022-06", GOOD), ("2026-06", BAD)], "fail"),
        ([("2022-06", GOOD), ("2026-06", None)], "unknown"),
        ([("2026-06", GOOD), ("2026-06", BAD)], "unknown"),
        ([("2026-06", GOOD), (None, GOOD)], "pass"),
        ([("2026-06", BAD), (None, GOOD)], "unknown"),
        ([(None, BAD), (None, BAD)], "fail"),
        ([(None, None)], "unknown"),
        ([], "unknown"),
    ],
)
def test_the_grade_of_the_latest_degree_counts(degrees: Any, expected: str) -> None:
    assert verdict(GRADE, education=[{"graduation": month, "grade": grade} for month, grade in degrees]) == expected


@pytest.mark.parametrize(
    ("score", "out_of", "expected"),
    [(60, 100, "pass"), (59.9, 100, "fail"), (6, 10, "pass"), (5.9, 10, "fail"), (101, 100, "unknown")],
)
def test_an_assessment_is_a_share_of_what_it_is_out_of(score: float, out_of: float, expected: str) -> None:
    assert verdict(CODING, assessments=[{"name": "coding", "score": score, "out_of": out_of}]) == expected


@pytest.mark.parametrize(
    ("taken", "expected"),
    [("2025-03", "pass"), ("2025-02", "unknown"), ("2024-09", "unknown"), ("2024-08", "fail"), (None, "unknown")],
)
def test_an_assessment_is_recent_and_in_its_grace_open(taken: str | None, expected: str) -> None:
    assert verdict(RECENT, assessments=[result(80, taken)]) == expected


def test_the_best_result_that_is_recent_counts() -> None:
    assert verdict(RECENT, assessments=[result(90, "2020-01"), result(50, "2025-06")]) == "fail"
    assert verdict(RECENT, assessments=[result(50, "2025-06"), result(60, "2025-04")]) == "pass"
    assert verdict(RECENT, assessments=[result(50, "2025-06"), result(60, None)]) == "unknown"
    assert verdict(RECENT, assessments=[{"name": "english", "score": 1, "out_of": 1}]) == "unknown"


def result(score: float, taken: str | None) -> dict[str, Any]:
    return {"name": "coding", "score": score, "out_of": 100, "taken": taken}


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({}, "unknown"),
        ({"other": "a b c"}, "unknown"),
        ({"why": ""}, "fail"),
        ({"why": "a, b."}, "fail"),
        ({"why": "a b c"}, "pass"),
        ({"why": "三个字"}, "pass"),
    ],
)
def test_answered(answers: dict[str, str], expected: str) -> None:
    assert verdict(ANSWER, answers=answers) == expected


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (True, True, "pass"),
        (True, False, "fail"),
        (None, False, "fail"),
        (True, None, "unknown"),
        (None, None, "unknown"),
    ],
)
def test_consented(first: bool | None, second: bool | None, expected: str) -> None:
    assert verdict(CONSENT, consents={"data_processing": first, "automated_screening": second}) == expected


def test_machine_may_decide_unless_a_person_is_asked_for() -> None:
    told = {"kind": "machine_may_decide"}
    assert [verdict(told, consents={"human_only": wish}) for wish in (True, False, None)] == ["fail", "pass", "pass"]
    assert verdict(told) == "pass"


PASS, FAIL, UNKNOWN = (
    {"kind": "answered", "question": question, "words": 1} for question in ("said", "silent", "nothing")
)
ANSWERS = {"said": "yes", "silent": ""}


@pytest.mark.parametrize(
    ("members", "any_of", "all_of"),
    [
        ([PASS], "pass", "pass"),
        ([FAIL], "fail", "fail"),
        ([UNKNOWN], "unknown", "unknown"),
        ([PASS, FAIL], "pass", "fail"),
        ([PASS, UNKNOWN], "pass", "unknown"),
        ([FAIL, UNKNOWN], "unknown", "fail"),
        ([FAIL, FAIL], "fail", "fail"),
        ([PASS, FAIL, UNKNOWN], "pass", "fail"),
    ],
)
def test_groups(members: list[Any], any_of: str, all_of: str) -> None:
    assert verdict({"kind": "any_of", "of": members}, answers=ANSWERS) == any_of
    assert verdict({"kind": "all_of", "of": members}, answers=ANSWERS) == all_of
    nested = {"kind": "any_of", "of": [FAIL, {"kind": "all_of", "of": members}]}
    assert verdict(nested, answers=ANSWERS) == ("unknown" if all_of == "unknown" else all_of)


@pytest.mark.parametrize(
    ("condition", "facts", "en", "zh"),
    [
        (
            GRADE,
            {"education": [{"grade": {"value": 2.9, "scale": 4.0}}]},
            "grade 2.9 of 4.0; needs 3.0",
            "成绩 2.9/4.0；需达到 3.0",
        ),
        (
            {"kind": "grade_at_least", "at_least": "2 of 3"},
            {"education": [{"grade": {"value": 66, "scale": 100}}]},
            "grade 66 of 100; needs 66.67",
            "成绩 66/100；需达到 66.67",
        ),
        (
            WINDOW,
            {"education": [{"graduation": "2027-06"}]},
            "graduates 2027-06; needs 2025-11 to 2026-10",
            "毕业月份 2027-06；需在 2025-11 至 2026-10 之间",
        ),
        (
            BOTH,
            {"education": [{"level": "associate", "field": "Painting"}]},
            "studies associate in arts; needs bachelor or master in computing",
            "所修 arts 专科；需 软件工程 本科或硕士",
        ),
        (
            ALGEBRA,
            {"courses": [{"name": "algebra"}]},
            "1 course in mathematics; needs 2",
            "数学课程 1 门；需 2 门",
        ),
        (
            {"kind": "foundations", "area": ["computer-science", "statistics"], "at_least": 2},
            {"courses": [{"name": "algebra"}]},
            "0 courses in computer science or statistics; needs 2",
            "计算机科学或统计课程 0 门；需 2 门",
        ),
        (
            {"kind": "projects", "at_least": 1, "kinds": ["open-source"], "domains": ["public-health"]},
            {"projects": [{"title": "x", "kind": "personal", "domain": "logistics"}]},
            "0 public health open source projects; needs 1",
            "public health开源项目 0 个；需 1 个",
        ),
        (AI, {"projects": [{"title": "x", "ai": False}]}, "0 AI projects; needs 1", "AI项目 0 个；需 1 个"),
        (
            CODING,
            {"assessments": [{"name": "coding", "score": 55, "out_of": 100}]},
            "coding 55 of 100; needs 60",
            "coding 成绩 55/100；需达到 60",
        ),
        (
            RECENT,
            {"assessments": [result(80, "2024-01")]},
            "coding taken 2024-01; needs 2025-03 or later",
            "coding 考于 2024-01；需在 2025-03 或以后",
        ),
        (ANSWER, {"answers": {"why": "so"}}, "why in 1 word; needs 3", "why 回答 1 字；需 3 字"),
        (
            CONSENT,
            {"consents": {"data_processing": False}},
            "refused; needs consent to data processing and automated screening",
            "未同意；需同意数据处理和自动筛选",
        ),
        (
            {"kind": "any_of", "of": [ANSWER, AI]},
            {"answers": {"why": "so"}, "projects": [{"title": "x", "ai": False}]},
            "(why in 1 word; needs 3) or (0 AI projects; needs 1)",
            "(why 回答 1 字；需 3 字)，或 (AI项目 0 个；需 1 个)",
        ),
    ],
)
def test_a_fail_tells_what_would_have_passed(condition: Any, facts: Any, en: str, zh: str) -> None:
    assert change(condition, **facts) == (en, zh)


def test_what_is_needed_is_rounded_so_that_it_passes() -> None:
    thirds = {"kind": "grade_at_least", "at_least": "2 of 3"}
    assert verdict(thirds, education=[{"grade": {"value": 66.67, "scale": 100}}]) == "pass"


def test_a_pass_and_an_unknown_tell_no_change() -> None:
    assert asked(GRADE, education=[{"grade": GOOD}]).reason is None
    unknown = asked(GRADE, education=[{}])
    assert unknown.reason is not None and unknown.reason.change is None
    assert (unknown.observed, unknown.required) == ("no grade", "grade at least 3.0 of 4.0")


def test_a_grade_of_minus_nothing_is_worded_as_nothing() -> None:
    """They are equal, so what is remembered of the one answers for the other."""
    for value in (-0.0, 0.0):
        told = [{"grade": {"value": value, "scale": 4.0}}]
        assert asked(GRADE, education=told).observed == "0.0 of 4.0"
        assert asked(GRADE, education=[*told, {}]).observed == "no grade, 0.0 of 4.0"
        assert asked(CODING, assessments=[{"name": "coding", "score": value, "out_of": 20.0}]).observed == "0.0 of 20.0"
