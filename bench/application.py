"""An application as a contender reads it: plain pydantic models, written as one would by hand."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel

Area = Literal["mathematics", "computer-science", "statistics", "other"]


class Grade(BaseModel):
    value: float
    scale: float


class Degree(BaseModel):
    level: Literal["associate", "bachelor", "master", "doctorate", "other"] | None = None
    field: str | None = None
    graduation: str | None = None
    grade: Grade | None = None


class Course(BaseModel):
    name: str
    area: Area | None = None
    grade: Grade | None = None


class Project(BaseModel):
    title: str
    kind: Literal["academic", "personal", "competition", "internship", "open-source", "other"] | None = None
    domain: str | None = None
    ai: bool | None = None
    summary: str | None = None


class Assessment(BaseModel):
    name: str
    score: float
    out_of: float
    taken: str | None = None


class Preferences(BaseModel):
    tracks: list[str] = []
    units: list[str] = []


class Consents(BaseModel):
    data_processing: bool | None = None
    automated_screening: bool | None = None
    human_only: bool | None = None


class Facts(BaseModel):
    education: list[Degree] = []
    courses: list[Course] = []
    projects: list[Project] = []
    assessments: list[Assessment] = []
    answers: dict[str, str] = {}
    preferences: Preferences = Preferences()
    consents: Consents = Consents()


class Application(BaseModel):
    application_id: UUID
    candidate_id: str
    revision: str
    source: str
    programme: str
    submitted_at: datetime
    facts: Facts
