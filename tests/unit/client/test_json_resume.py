"""A résumé in JSON Resume as an application: facts are taken over, none is concluded, the rest is told."""

import json
from pathlib import Path
from typing import Any

import pytest

from cohort_client import json_resume
from cohort_client.json_resume import NoApplication
from cohort_client.study_level import level

EXAMPLE = json.loads((Path(__file__).parents[3] / "docs/examples/resume.json").read_text("utf-8"))
BASICS = {"basics": {"name": "Ada Lovelace", "email": "ada@mail.example"}}


def converted(resume: Any, **more: Any) -> json_resume.Converted:
    return json_resume.application(resume, source="portal", external_id="1", programme="p", **more)


def test_the_example_is_taken_over() -> None:
    application, left_out = converted(EXAMPLE, locale="en-GB", consents={"data_processing": True})
    assert application == {
        "source": "portal",
        "external_id": "1",
        "programme": "p",
        "candidate": {
            "name": "Ada Lovelace",
            "email": "ada@mail.example",
            "phone": "+44 20 7946 0018",
            "locale": "en-GB",
        },
        "education": [
            {
                "institution": "Example University",
                "field": "Computer science",
                "level": "bachelor",
                "graduation": "2026-06",
                "grade": {"value": 3.6, "scale": 4.0},
            },
            {"institution": "Example School"},
        ],
        "courses": [{"name": "Linear algebra"}, {"name": "Calculus II"}, {"name": "Data structures"}],
        "projects": [
            {
                "title": "Routing of parcels by demand",
                "summary": "A model that learns where parcels will be wanted.\n"
                "- Plans the night's routes\nKeywords: machine learning, logistics",
            }
        ],
        "consents": {"data_processing": True},
    }
    no_place = "an application has no place for it"
    assert dict(left_out) == {
        "basics.label": no_place,
        "basics.location": no_place,
        "education[0].startDate": no_place,
        "education[1].studyType": "names no level that is known",
        "education[1].endDate": "names no month",
        "education[1].score": "does not say of how much",
        "projects[0].type": "names no kind that is known",
        "skills": no_place,
    }


@pytest.mark.parametrize(
    ("resume", "words"),
    [
        ({}, "basics is missing"),
        ({"basics": {"name": "Ada", "email": " "}}, r"basics\.email is missing"),
        ({"basics": {"name": None, "email": "a@b.example"}}, r"basics\.name is missing"),
    ],
)
def test_what_every_application_needs_is_asked_for(resume: Any, words: str) -> None:
    with pytest.raises(NoApplication, match=words):
        converted(resume)


@pytest.mark.parametrize(
    ("score", "grade"),
    [
        ("5/4", None),
        ("120%", None),
        ("86 of 100", {"value": 86, "scale": 100}),
        ("1,7 / 5", {"value": 1.7, "scale": 5}),
        ("92.5%", {"value": 92.5, "scale": 100}),
        ("3.6", None),
        (3.6, None),
        ("first class", None),
        ("3/0", None),
        ("9999/9999", None),
    ],
)
def test_a_grade_needs_its_scale(score: Any, grade: Any) -> None:
    application, left_out = converted({**BASICS, "education": [{"area": "x", "score": score}]})
    assert application["education"][0].get("grade") == grade
    assert bool(left_out) is (grade is None)


def test_what_is_no_resume_of_the_schema_is_told_and_harms_nothing() -> None:
    odd = {
        **BASICS,
        "education": ["x", {"area": ["y"], "courses": "z", "institution": "i" * 201}, {"courses": ["a", 1, None, {}]}],
        "projects": [
            {"description": "no name"},
            {"name": "P\u2028Q", "description": "d" * 9_000, "highlights": "h", "url": "u"},
        ],
        "work": [],
        "awards": None,
    }
    application, left_out = converted(odd)
    assert application["education"] == []
    assert [course["name"] for course in application["courses"]] == ["a", "1"]
    [project] = application["projects"]
    assert project["title"] == "P Q"
    assert len(project["summary"] or "") == 8_000
    assert [place for place, _ in left_out] == [
        "education[0]",
        "education[1].institution",
        "education[1].area",
        "education[1].courses",
        "education[2].courses[2]",
        "education[2].courses[3]",
        "projects[0]",
        "projects[1].highlights",
        "projects[1].description",
        "projects[1].url",
    ]


def test_no_more_than_an_application_holds() -> None:
    many = {**BASICS, "education": [{"area": "x", "courses": ["c"] * 30}] * 12, "projects": [{"name": "p"}] * 52}
    application, left_out = converted(many)
    assert [len(application[name]) for name in ("education", "courses", "projects")] == [10, 200, 50]
    assert len(left_out) == 2 + 100 + 2


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ("Bachelor's degree|B.Sc.|B. Sc. (Hons)|BSc Physics|BE|本科|工学学士|Licenciatura|학사|Licence", "bachelor"),
        ("Master of Science|M.Sc.|MBA|Master’s|硕士研究生|碩士|Magister|Laurea magistrale|修士|MA", "master"),
        ("PhD|Ph. D.|Doctor of Philosophy|Doktor|Dr.-Ing.|博士|Dottorato di ricerca|D.Phil.", "doctorate"),
        ("Associate's degree|A.S.|大专", "associate"),
        ("Diplom|High school|A levels|MS/PhD|硕博连读|博士后|Scrum Master|as a guest|Driving licence", None),
    ],
)  # fmt: skip
def test_the_level_of_a_degree_by_its_name(names: str, expected: str | None) -> None:
    assert {name: level(name) for name in names.split("|")} == dict.fromkeys(names.split("|"), expected)


@pytest.mark.parametrize(
    ("end", "month"),
    [("2026-06", "2026-06"), ("2026-06-30", "2026-06"), ("2026-06-31", None), ("2026-13", None), ("2026", None)],
)
def test_an_end_that_is_in_no_calendar_is_left_out(end: str, month: str | None) -> None:
    application, left_out = converted({**BASICS, "education": [{"area": "x", "endDate": end}]})
    assert application["education"][0].get("graduation") == month
    assert bool(left_out) is (month is None)
