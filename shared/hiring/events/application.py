"""`hiring.application.submitted.v1`: the facts of one application, without identity.

The parts are typed dictionaries, which pydantic validates like models and makes in half of the time. What an
application does not say is absent or None.
"""

from typing import Annotated, Literal, Required
from uuid import UUID

from pydantic import Field
from typing_extensions import TypedDict

from hiring.events.fields import Digest, Event, Line, Moment, Month, Prose, Slug

Level = Literal["associate", "bachelor", "master", "doctorate", "other"]
Area = Literal["mathematics", "computer-science", "statistics", "other"]
ProjectKind = Literal["academic", "personal", "competition", "internship", "open-source", "other"]


class Grade(TypedDict):
    """A mark on its own scale: 3.4 of 4, 86 of 100."""

    value: Annotated[float, Field(ge=0, le=1000, allow_inf_nan=False)]
    scale: Annotated[float, Field(gt=0, le=1000, allow_inf_nan=False)]


class Degree(TypedDict, total=False):
    """A degree, finished or under way. The school is not among the facts: screening does not see it."""

    level: Level | None
    field: Line | None
    graduation: Month | None
    grade: Grade | None


class Course(TypedDict, total=False):
    """A course taken. `area` is what the HR system says; a policy may also know the course by its name."""

    name: Required[Line]
    area: Area | None
    grade: Grade | None


class Project(TypedDict, total=False):
    """A project, academic or personal; `ai` is None where the application did not say."""

    title: Required[Line]
    kind: ProjectKind | None
    domain: Slug | None
    ai: bool | None
    summary: Prose | None


class Assessment(TypedDict, total=False):
    """A test result: `score` of `out_of`, taken in a month."""

    name: Required[Slug]
    score: Required[Annotated[float, Field(ge=0, le=10_000, allow_inf_nan=False)]]
    out_of: Required[Annotated[float, Field(gt=0, le=10_000, allow_inf_nan=False)]]
    taken: Month | None


class Preferences(TypedDict, total=False):
    """Tracks and units in the order the candidate prefers them; empty means no preference."""

    tracks: Annotated[list[Slug], Field(max_length=10)]
    units: Annotated[list[Slug], Field(max_length=20)]


class Consents(TypedDict, total=False):
    """What the candidate agreed to; None where nobody asked. `human_only` asks that no machine decides."""

    data_processing: bool | None
    automated_screening: bool | None
    human_only: bool | None


class Facts(TypedDict, total=False):
    """Everything screening may know of an application."""

    education: Annotated[list[Degree], Field(max_length=10)]
    courses: Annotated[list[Course], Field(max_length=200)]
    projects: Annotated[list[Project], Field(max_length=50)]
    assessments: Annotated[list[Assessment], Field(max_length=50)]
    answers: Annotated[dict[Slug, Prose], Field(max_length=20)]
    preferences: Preferences
    consents: Consents


class ApplicationSubmitted(Event):
    """One revision of an application. Key: application_id. `revision` is the digest of programme and facts."""

    application_id: UUID
    candidate_id: Digest
    revision: Digest
    source: Slug
    programme: Slug
    submitted_at: Moment
    facts: Facts
