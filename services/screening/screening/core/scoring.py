"""A track's score: weighted components that add up to 100, and the bands that decide."""

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from hiring.events.fields import Slug
from screening.core.conditions import (
    MOST_COURSES,
    MOST_PROJECTS,
    MOST_WORDS,
    Areas,
    AssessmentChoice,
    ProjectChoice,
)
from screening.core.language import Place, Saying, Strict, wrong
from screening.core.shares import Anchor

SCORE = "score"
"""The rule by which a score's reason goes."""

Points = Annotated[int, Field(strict=True, ge=0, le=100)]


class Component(Strict):
    """Gives no points up to `none_at`, `weight` points from `full_at` on, and a part of them in between."""

    id: Slug
    weight: Annotated[int, Field(strict=True, ge=1, le=100)]

    @model_validator(mode="after")
    def _anchors_are_ordered(self) -> Self:
        none_at, full_at = (_size(getattr(self, name, None)) for name in ("none_at", "full_at"))
        if none_at >= full_at:
            raise wrong("component", [(("none_at",), "is not less than full_at: more of it must give more points")])
        return self


def _size(anchor: Any) -> Any:
    return getattr(anchor, "fraction", anchor)


class GradeComponent(Component):
    """By the grade of the latest degree, as a share of its scale."""

    kind: Literal["grade"]
    none_at: Anchor
    full_at: Anchor


class FoundationsComponent(Component):
    """By the number of courses in these areas; a course counts once."""

    kind: Literal["foundations"]
    area: Annotated[Areas, Field(min_length=1)]
    none_at: Annotated[int, Field(strict=True, ge=0, le=MOST_COURSES)] = 0
    full_at: Annotated[int, Field(strict=True, ge=1, le=MOST_COURSES)]


class ProjectsComponent(Component, ProjectChoice):
    """By the number of projects of a choice."""

    kind: Literal["projects"]
    none_at: Annotated[int, Field(strict=True, ge=0, le=MOST_PROJECTS)] = 0
    full_at: Annotated[int, Field(strict=True, ge=1, le=MOST_PROJECTS)]


class AssessmentComponent(Component, AssessmentChoice):
    """By the best result of a test, as a share of what it is out of."""

    kind: Literal["assessment"]
    none_at: Anchor
    full_at: Anchor


class AnsweredComponent(Component):
    """By the length of an answer in words."""

    kind: Literal["answered"]
    question: Slug
    none_at: Annotated[int, Field(strict=True, ge=0, le=MOST_WORDS)] = 0
    full_at: Annotated[int, Field(strict=True, ge=1, le=MOST_WORDS)]


AnyComponent = Annotated[
    GradeComponent | FoundationsComponent | ProjectsComponent | AssessmentComponent | AnsweredComponent,
    Field(discriminator="kind"),
]


class Score(Strict):
    """From `advance_from` points on it advances, below `review_from` it declines, between them a person decides.

    `reason` is told below, `between` in the band, `unclear` where missing facts leave it open.
    """

    advance_from: Points
    review_from: Points
    components: Annotated[tuple[AnyComponent, ...], Field(min_length=1, max_length=20)]
    reason: Saying
    between: Saying
    unclear: Saying

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        said: list[tuple[Place, str]] = []
        if (total := sum(component.weight for component in self.components)) != 100:
            said.append((("components",), f"the weights add up to {total}: change them so that they make 100"))
        if self.review_from > self.advance_from:
            said.append((("review_from",), f"is above advance_from {self.advance_from}: exchange them"))
        ids = [component.id for component in self.components]
        said += [
            (("components", place, "id"), f"there is another component {id_}: give each its own id")
            for place, id_ in enumerate(ids)
            if id_ in ids[:place]
        ]
        if said:
            raise wrong("score", said)
        return self
