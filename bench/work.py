"""The work of every hand-written contender: read an application's JSON, screen it, tell and store the decision.

Written as one would for this one programme: plain pydantic models, `if` rules, a short JSON. It gives the same
outcome and track as the policy that the real service compiles; the run checks that for every application.
"""

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

import orjson

from bench.application import Application, Course, Facts, Grade


class Decided(NamedTuple):
    """A row to store, and its JSON to publish."""

    application_id: UUID
    revision: str
    outcome: str
    track: str
    data: str


TABLE = """
CREATE TABLE IF NOT EXISTS {name} (
    application_id uuid NOT NULL, revision text NOT NULL, outcome text NOT NULL, track text NOT NULL,
    data json NOT NULL, PRIMARY KEY (application_id, revision))
"""
INSERT = """
INSERT INTO {name} SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::json[])
ON CONFLICT DO NOTHING
"""

# fmt: off
_WORDS: dict[str, tuple[str, ...]] = {
    "mathematics": (
        "calculus", "linear algebra", "discrete math", "mathematical analysis", "optimization", "optimisation",
        "differential equation", "高等数学", "数学分析", "线性代数", "离散数学", "微积分", "最优化",
    ),
    "computer-science": (
        "data structure", "algorithm", "operating system", "computer network", "database", "programming",
        "machine learning", "deep learning", "artificial intelligence", "computer architecture",
        "数据结构", "算法", "操作系统", "计算机网络", "数据库", "程序设计", "机器学习", "深度学习", "人工智能",
    ),
    "statistics": (
        "probability", "statistic", "stochastic", "econometrics", "bayesian", "概率", "统计", "随机过程",
    ),
}
# fmt: on
_WORD = re.compile(
    r"[\u3400-\u9fff\uf900-\ufaff\u3040-\u30ff\uac00-\ud7af]|[^\W_\u3400-\u9fff\uf900-\ufaff\u3040-\u30ff\uac00-\ud7af]+"
)
_FOUNDATIONS = frozenset(_WORDS)
_TRACKS = ("ai", "general")
_WEIGHT = {"advance": 0, "review": 1, "decline": 2}


@lru_cache(maxsize=50_000)
def _areas(name: str) -> frozenset[str]:
    name = " ".join(unicodedata.normalize("NFKC", name).casefold().split())
    return frozenset(area for area, words in _WORDS.items() if any(word in name for word in words))


def decide(value: bytes) -> Decided:
    """The decision on one application, from its JSON. Raises pydantic.ValidationError."""
    return decided(Application.model_validate_json(value))


def decided(application: Application) -> Decided:
    """The decision on one application."""
    outcome, track, failed = screen(application.facts)
    data = orjson.dumps(
        {
            "application_id": application.application_id,
            "revision": application.revision,
            "outcome": outcome,
            "track": track,
            "failed": failed,
        }
    )
    return Decided(application.application_id, application.revision, outcome, track, data.decode())


def screen(facts: Facts) -> tuple[str, str, list[str]]:
    """Outcome, track, and the rules that did not pass: those of the programme, then those of the track."""
    person, declined, unclear = _programme(facts)
    wanted = [track for track in facts.preferences.tracks if track in _TRACKS] or _TRACKS
    best: tuple[str, str, list[str]] | None = None
    for track in dict.fromkeys(wanted):
        track_declined, track_unclear = _ai(facts) if track == "ai" else _general(facts)
        if person:
            outcome = "review"
        elif declined or track_declined:
            outcome = "decline"
        elif unclear or track_unclear:
            outcome = "review"
        else:
            outcome = "advance"
        if best is None or _WEIGHT[outcome] < _WEIGHT[best[0]]:
            best = outcome, track, [*person, *declined, *unclear, *track_declined, *track_unclear]
    assert best is not None
    return best


def _programme(facts: Facts) -> tuple[list[str], list[str], list[str]]:
    person, declined, unclear = [], [], []
    consents = facts.consents
    if not (consents.data_processing and consents.automated_screening):
        person.append("consent")
    if consents.human_only:
        person.append("human-only")
    months = [degree.graduation[:7] for degree in facts.education if degree.graduation]
    if not months or (max(months) < "2025-11" and len(months) < len(facts.education)):
        unclear.append("graduation")
    elif not "2025-11" <= max(months) <= "2026-10":
        declined.append("graduation")
    levels = [degree.level for degree in facts.education]
    if not any(level in ("bachelor", "master", "doctorate") for level in levels):
        (unclear if None in levels or not levels else declined).append("degree")
    return person, declined, unclear


def _ai(facts: Facts) -> tuple[list[str], list[str]]:
    declined, unclear = [], []
    for area, at_least in (("mathematics", 2), ("computer-science", 2), ("statistics", 1)):
        found = _count(facts.courses, area)
        if found < at_least:
            open_ = not facts.courses or found + _unplaced(facts.courses) >= at_least
            (unclear if open_ else declined).append(area)
    told = [project.ai for project in facts.projects]
    if True not in told:
        (unclear if None in told or not told else declined).append("ai-project")
    answer = facts.answers.get("ai-ethics")
    words = None if answer is None else len(_WORD.findall(answer))
    if words is None or words < 30:
        unclear.append("ai-ethics")
    least, most = _ai_score(facts, told, words)
    if most < 35_00:
        declined.append("score")
    elif least < 50_00:
        unclear.append("score")
    return declined, unclear


def _ai_score(facts: Facts, told: list[bool | None], words: int | None) -> tuple[int, int]:
    """The least and the most points in hundredths: a fact that is missing may give all of its points or none."""
    least = most = 0
    if facts.courses:
        found = sum(_foundation(course) for course in facts.courses)
        least, most = _points(found, 2, 10, 35), _points(found + _unplaced(facts.courses), 2, 10, 35)
    else:
        most += 35_00
    if told:
        sure = told.count(True)
        least += _points(sure, 0, 3, 25)
        most += _points(sure + told.count(None), 0, 3, 25)
    else:
        most += 25_00
    months = [degree.graduation for degree in facts.education if degree.graduation]
    latest = max(months, default=None)
    grades = [degree.grade for degree in facts.education if degree.graduation in (None, latest)]
    reached = [_points(grade.value / grade.scale, 0.6, 0.9, 25) for grade in grades if grade and _sound(grade)]
    if reached and len(reached) == len(grades):
        least += min(reached)
        most += max(reached)
    else:
        most += 25_00
    if words is not None:
        points = _points(words, 0, 60, 15)
        return least + points, most + points
    return least, most + 15_00


def _points(found: float, none_at: float, full_at: float, weight: int) -> int:
    part = min(1.0, max(0.0, (found - none_at) / (full_at - none_at)))
    # Half up; the last term outweighs what a float loses.
    return int(part * weight * 100 + 0.5 + 1e-7)


def _sound(grade: Grade) -> bool:
    return 0 <= grade.value <= grade.scale


def _foundation(course: Course) -> bool:
    return course.area in _FOUNDATIONS if course.area else bool(_areas(course.name))


def _general(facts: Facts) -> tuple[list[str], list[str]]:
    declined, unclear = [], []
    if _count(facts.courses, "computer-science") < 1:
        (unclear if not facts.courses or _unplaced(facts.courses) else declined).append("computing")
    if not facts.projects:
        unclear.append("project")
    return declined, unclear


def _unplaced(courses: list[Course]) -> int:
    return sum(not course.area and not _areas(course.name) for course in courses)


def _count(courses: list[Course], area: str) -> int:
    return sum(course.area == area if course.area else area in _areas(course.name) for course in courses)
