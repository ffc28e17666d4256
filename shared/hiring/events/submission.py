"""`hiring.submission.made.v1`: what an HR system sends, over HTTP or Kafka; identity and facts still together.

The facts are typed dicts, which pydantic makes in a third of the time of models, and which are JSON as they stand.
"""

from typing import Annotated, Required

from pydantic import AfterValidator, Field, StrictBool, with_config
from pydantic_core import PydanticCustomError
from typing_extensions import TypedDict

from hiring.events.application import Area, Level, ProjectKind
from hiring.events.fields import (
    DOOR,
    LOCALE,
    NUMBER,
    TIME_ZONE,
    Door,
    PlainLine,
    PlainMoment,
    PlainMonth,
    PlainProse,
    ShortText,
    Slug,
)
from hiring.identity import InvalidEmail, normalise_email


def _email(value: str) -> str:
    try:
        return normalise_email(value)
    except InvalidEmail as error:
        raise PydanticCustomError("email", "is not an e-mail address: {why}", {"why": str(error)}) from None


Email = Annotated[str, Field(max_length=254, json_schema_extra={"format": "email"}), AfterValidator(_email)]
Locale = Annotated[str, Field(pattern=LOCALE, max_length=35)]


class CandidateGiven(Door):
    """Who applies. Goes to `hiring.contacts`, never to screening."""

    name: PlainLine
    email: Email
    phone: ShortText | None = None
    locale: Locale = "en"
    time_zone: Annotated[str, Field(pattern=TIME_ZONE)] | None = None


@with_config(DOOR)
class GradeGiven(TypedDict, total=False):
    """A mark on its own scale: 3.4 of 4, 86 of 100."""

    value: Required[Annotated[float, Field(ge=0, le=1000, allow_inf_nan=False), NUMBER]]
    scale: Required[Annotated[float, Field(gt=0, le=1000, allow_inf_nan=False), NUMBER]]


def _on_its_scale(grade: GradeGiven) -> GradeGiven:
    if grade["value"] > grade["scale"]:
        raise PydanticCustomError("scale", "is above its scale: `value` may be at most `scale`, as in 3.4 of 4")
    return grade


Grade = Annotated[GradeGiven, AfterValidator(_on_its_scale)]


@with_config(DOOR)
class DegreeGiven(TypedDict, total=False):
    """A degree as the HR system tells it; `institution` is set aside for the audit and not shown to screening."""

    institution: PlainLine | None
    level: Level | None
    field: PlainLine | None
    graduation: PlainMonth | None
    grade: Grade | None


@with_config(DOOR)
class CourseGiven(TypedDict, total=False):
    name: Required[PlainLine]
    area: Area | None
    grade: Grade | None


@with_config(DOOR)
class ProjectGiven(TypedDict, total=False):
    title: Required[PlainLine]
    kind: ProjectKind | None
    domain: Slug | None
    ai: StrictBool | None
    summary: PlainProse | None


@with_config(DOOR)
class AssessmentGiven(TypedDict, total=False):
    name: Required[Slug]
    score: Required[Annotated[float, Field(ge=0, le=10_000, allow_inf_nan=False), NUMBER]]
    out_of: Required[Annotated[float, Field(gt=0, le=10_000, allow_inf_nan=False), NUMBER]]
    taken: PlainMonth | None


@with_config(DOOR)
class PreferencesGiven(TypedDict, total=False):
    """Tracks and units, the preferred first."""

    tracks: Annotated[tuple[Slug, ...], Field(max_length=10)]
    units: Annotated[tuple[Slug, ...], Field(max_length=20)]


@with_config(DOOR)
class ConsentsGiven(TypedDict, total=False):
    """What the candidate agreed to; `human_only` asks that no machine decides."""

    data_processing: StrictBool | None
    automated_screening: StrictBool | None
    human_only: StrictBool | None


class Submission(Door):
    """One application as an HR system knows it: `source` and `external_id` name it, for ever."""

    source: Slug
    external_id: PlainLine
    programme: Slug
    candidate: CandidateGiven
    submitted_at: PlainMoment | None = None
    education: Annotated[tuple[DegreeGiven, ...], Field(max_length=10)] = ()
    courses: Annotated[tuple[CourseGiven, ...], Field(max_length=200)] = ()
    projects: Annotated[tuple[ProjectGiven, ...], Field(max_length=50)] = ()
    assessments: Annotated[tuple[AssessmentGiven, ...], Field(max_length=50)] = ()
    answers: Annotated[dict[Slug, PlainProse], Field(max_length=20)] = Field(default_factory=dict)
    preferences: PreferencesGiven = Field(default_factory=PreferencesGiven)
    consents: ConsentsGiven = Field(default_factory=ConsentsGiven)
    demographics: Annotated[dict[Slug, PlainLine], Field(max_length=20)] = Field(default_factory=dict)
