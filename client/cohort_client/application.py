"""An application as intake takes it: the submission of `shared/schemas/hiring.submission.made.v1.json`, as types.

What an application does not say is left out: that is unknown, and never held against anybody.
"""

from datetime import datetime
from typing import Literal, Required

from typing_extensions import TypedDict

Level = Literal["associate", "bachelor", "master", "doctorate", "other"]
Area = Literal["mathematics", "computer-science", "statistics", "other"]
ProjectKind = Literal["academic", "personal", "competition", "internship", "open-source", "other"]


class Candidate(TypedDict, total=False):
    """Who applies. Screening never sees it."""

    name: Required[str]
    email: Required[str]
    phone: str | None
    locale: str
    """BCP 47, as `zh-CN`: the language of the letters."""
    time_zone: str | None
    """As `Asia/Shanghai`."""


class Grade(TypedDict):
    """A mark on its own scale: 3.4 of 4, 86 of 100."""

    value: float
    scale: float


class Degree(TypedDict, total=False):
    """A degree, finished or under way."""

    institution: str | None
    level: Level | None
    field: str | None
    graduation: str | None
    """The month, `YYYY-MM`."""
    grade: Grade | None


class Course(TypedDict, total=False):
    """A course taken."""

    name: Required[str]
    area: Area | None
    grade: Grade | None


class Project(TypedDict, total=False):
    """A project; `ai` says whether it is one of AI, `domain` is a slug as `logistics`."""

    title: Required[str]
    kind: ProjectKind | None
    domain: str | None
    ai: bool | None
    summary: str | None


class Assessment(TypedDict, total=False):
    """A test's result: `score` of `out_of`, taken in a month, `YYYY-MM`. `name` is a slug."""

    name: Required[str]
    score: Required[float]
    out_of: Required[float]
    taken: str | None


class Preferences(TypedDict, total=False):
    """Tracks and units as slugs, the preferred first."""

    tracks: list[str]
    units: list[str]


class Consents(TypedDict, total=False):
    """What the candidate agreed to; `human_only` asks that no machine decides."""

    data_processing: bool | None
    automated_screening: bool | None
    human_only: bool | None


class Application(TypedDict, total=False):
    """One application: `source` and `external_id` name it for ever. Sent again with other facts, it is a correction."""

    source: Required[str]
    external_id: Required[str]
    programme: Required[str]
    candidate: Required[Candidate]
    submitted_at: datetime | str | None
    """With its offset from UTC."""
    education: list[Degree]
    courses: list[Course]
    projects: list[Project]
    assessments: list[Assessment]
    answers: dict[str, str]
    preferences: Preferences
    consents: Consents
    demographics: dict[str, str]
    """What the candidate chose to tell for the fairness audit; nothing that decides reads it."""
