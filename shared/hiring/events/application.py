"""`hiring.application.submitted.v1`: the facts of one application, without identity.

The parts are dataclasses, which pydantic validates like models and makes in two thirds of the time.
"""

from dataclasses import dataclass, field
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from hiring.events.fields import Digest, Event, Line, Moment, Month, Prose, Slug

Level = Literal["associate", "bachelor", "master", "doctorate", "other"]
Area = Literal["mathematics", "computer-science", "statistics", "other"]
ProjectKind = Literal["academic", "personal", "competition", "internship", "open-source", "other"]


@dataclass(frozen=True, slots=True)
class Grade:
    """A mark on its own scale: 3.4 of 4, 86 of 100."""

    value: Annotated[float, Field(ge=0, le=1000, allow_inf_nan=False)]
    scale: Annotated[float, Field(gt=0, le=1000, allow_inf_nan=False)]


@dataclass(frozen=True, slots=True)
class Degree:
    """A degree, finished or under way. The school is not among the facts: screening does not see it."""

    level: Level | None = None
    field: Line | None = None
    graduation: Month | None = None
    grade: Grade | None = None


@dataclass(frozen=True, slots=True)
class Course:
    """A course taken. `area` is what the HR system says; a policy may also know the course by its name."""

    name: Line
    area: Area | None = None
    grade: Grade | None = None


@dataclass(frozen=True, slots=True)
class Project:
    """A project, academic or personal; `ai` is None where the application did not say."""

    title: Line
    kind: ProjectKind | None = None
    domain: Slug | None = None
    ai: bool | None = None
    summary: Prose | None = None


@dataclass(frozen=True, slots=True)
class Assessment:
    """A test result: `score` of `out_of`, taken in a month."""

    name: Slug
    score: Annotated[float, Field(ge=0, le=10_000, allow_inf_nan=False)]
    out_of: Annotated[float, Field(gt=0, le=10_000, allow_inf_nan=False)]
    taken: Month | None = None


@dataclass(frozen=True, slots=True)
class Preferences:
    """Tracks and units in the order the candidate prefers them; empty means no preference."""

    tracks: Annotated[tuple[Slug, ...], Field(max_length=10)] = ()
    units: Annotated[tuple[Slug, ...], Field(max_length=20)] = ()


@dataclass(frozen=True, slots=True)
class Consents:
    """What the candidate agreed to; None where nobody asked. `human_only` asks that no machine decides."""

    data_processing: bool | None = None
    automated_screening: bool | None = None
    human_only: bool | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything screening may know of an application."""

    education: Annotated[tuple[Degree, ...], Field(max_length=10)] = ()
    courses: Annotated[tuple[Course, ...], Field(max_length=200)] = ()
    projects: Annotated[tuple[Project, ...], Field(max_length=50)] = ()
    assessments: Annotated[tuple[Assessment, ...], Field(max_length=50)] = ()
    answers: Annotated[dict[Slug, Prose], Field(max_length=20)] = field(default_factory=dict)
    preferences: Preferences = Preferences()
    consents: Consents = Consents()


class ApplicationSubmitted(Event):
    """One revision of an application. Key: application_id. `revision` is the digest of programme and facts."""

    application_id: UUID
    candidate_id: Digest
    revision: Digest
    source: Slug
    programme: Slug
    submitted_at: Moment
    facts: Facts
