"""The conditions a policy can set, in HR's words: one model a kind. `of` groups nest conditions in conditions."""

from collections.abc import Sequence
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from hiring.events.application import Area, Level, ProjectKind
from hiring.events.fields import Month, Slug
from screening.core.language import Strict, wrong
from screening.core.shares import AtLeast

Consent = Literal["data_processing", "automated_screening"]

MOST_COURSES, MOST_PROJECTS, MOST_WORDS = 200, 50, 8000
"""What one application can hold by its contract: whoever asks for more asks for what nobody has."""


def _listed(given: object) -> object:
    return [given] if isinstance(given, str) else given


Areas = Annotated[tuple[Area, ...], BeforeValidator(_listed, json_schema_input_type=Area | tuple[Area, ...])]
Grace = Annotated[int, Field(strict=True, ge=0, le=120)]


class GraduatesWithin(Strict):
    """Graduates in a month from `earliest` to `latest`, both included; the latest degree counts."""

    kind: Literal["graduates_within"]
    earliest: Month
    latest: Month

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.earliest > self.latest:
            text = f"earliest {self.earliest} is after latest {self.latest}: exchange them"
            raise wrong("graduates_within", [(("earliest",), text)])
        return self


class Studies(Strict):
    """Has or studies for a degree of one of these levels, in one of these fields (of the policy's table)."""

    kind: Literal["studies"]
    levels: Annotated[tuple[Level, ...], Field(min_length=1)] | None = None
    fields: Annotated[tuple[Slug, ...], Field(min_length=1)] | None = None

    @model_validator(mode="after")
    def _asks_something(self) -> Self:
        if self.levels is None and self.fields is None:
            raise wrong("studies", [((), "asks for nothing: name levels, fields, or both")])
        return self


class Foundations(Strict):
    """Took at least so many courses in an area, or in several together; a course is counted once."""

    kind: Literal["foundations"]
    area: Annotated[Areas, Field(min_length=1)]
    at_least: Annotated[int, Field(strict=True, ge=1, le=MOST_COURSES)]


class ProjectChoice(Strict):
    """Which projects count: about AI, of these kinds, in these domains (none named: any)."""

    ai: bool = False
    kinds: tuple[ProjectKind, ...] = ()
    domains: tuple[Slug, ...] = ()


class Projects(ProjectChoice):
    """Did at least so many projects of a choice."""

    kind: Literal["projects"]
    at_least: Annotated[int, Field(strict=True, ge=1, le=MOST_PROJECTS)]


class GradeAtLeast(Strict):
    """The grade of the latest degree is at least this share of its scale."""

    kind: Literal["grade_at_least"]
    at_least: AtLeast


class AssessmentChoice(Strict):
    """Which results of a test count: taken in `taken_since` or later; up to `grace_months` before it is unclear."""

    name: Slug
    taken_since: Month | None = None
    grace_months: Grace = 0

    @model_validator(mode="after")
    def _grace_of_something(self) -> Self:
        if self.grace_months and self.taken_since is None:
            raise wrong("assessment", [(("grace_months",), "is grace before taken_since: name that month, too")])
        return self


class AssessmentAtLeast(AssessmentChoice):
    """Reached at least this share in a test; the best result counts."""

    kind: Literal["assessment_at_least"]
    at_least: AtLeast


class Answered(Strict):
    """Answered a question in at least so many words; a Chinese character counts as a word."""

    kind: Literal["answered"]
    question: Slug
    words: Annotated[int, Field(strict=True, ge=1, le=MOST_WORDS)]


class Consented(Strict):
    """Agreed to each of these."""

    kind: Literal["consented"]
    to: Annotated[tuple[Consent, ...], Field(min_length=1)]


class MachineMayDecide(Strict):
    """The candidate did not ask that only a person decides."""

    kind: Literal["machine_may_decide"]


class AllOf(Strict):
    """Every one of these conditions holds."""

    kind: Literal["all_of"]
    of: Annotated[tuple["Condition", ...], Field(min_length=1, max_length=20)]


class AnyOf(Strict):
    """At least one of these conditions holds."""

    kind: Literal["any_of"]
    of: Annotated[tuple["Condition", ...], Field(min_length=1, max_length=20)]


Condition = Annotated[
    GraduatesWithin
    | Studies
    | Foundations
    | Projects
    | GradeAtLeast
    | AssessmentAtLeast
    | Answered
    | Consented
    | MachineMayDecide
    | AllOf
    | AnyOf,
    Field(discriminator="kind"),
]

AllOf.model_rebuild()
AnyOf.model_rebuild()


def depth(condition: Strict) -> int:
    """How many groups stand around the innermost condition."""
    inner: Sequence[Strict] = condition.of if isinstance(condition, AllOf | AnyOf) else ()
    return 1 + max(map(depth, inner)) if inner else 0
