"""The policy: what a programme asks, as data. What one can say in it is in rules.py, conditions.py and scoring.py."""

import hashlib
from typing import Annotated, Any, Literal, Self

import orjson
from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from hiring.events.application import Area
from hiring.events.fields import ONE_LINE, Slug
from screening.core.language import Strict, Text, wrong
from screening.core.rules import AnyRule
from screening.core.scoring import Score
from screening.core.sense import complaints

Seats = Annotated[int, Field(strict=True, ge=0, le=1_000_000)]


class Unit(Strict):
    """A unit that offers a track; `seats` where they are counted by unit."""

    id: Slug
    seats: Seats | None = None


def _unit(given: Any) -> Any:
    return {"id": given} if isinstance(given, str) else given


OneUnit = Annotated[Unit, BeforeValidator(_unit, json_schema_input_type=Slug | Unit)]


class Track(Strict):
    """A track with its seats, the units that offer it, the rules beyond the programme's, and a score."""

    id: Slug
    seats: Seats
    units: Annotated[tuple[OneUnit, ...], Field(min_length=1, max_length=100)]
    rules: Annotated[tuple[AnyRule, ...], Field(max_length=100)] = ()
    score: Score | None = None


class Policy(Strict):
    """A programme's policy.

    `courses` are the words by which a course's name tells its area, `fields` the names a field of study goes by.
    With `decline_needs_a_person` whatever would be declined goes to a person. `further_applications` of one
    candidate to the programme are judged each by itself, or a person looks at them.
    """

    name: Slug
    version: Annotated[str, StringConstraints(min_length=1, max_length=40), ONE_LINE]
    programme: Slug
    decline_needs_a_person: bool = False
    further_applications: Literal["judge", "review"] = "judge"
    courses: dict[Area, tuple[Text, ...]] = Field(default_factory=dict)
    fields: dict[Slug, tuple[Text, ...]] = Field(default_factory=dict)
    rules: Annotated[tuple[AnyRule, ...], Field(max_length=100)] = ()
    tracks: Annotated[tuple[Track, ...], Field(min_length=1, max_length=20)]

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if said := complaints(self):
            raise wrong("policy", said)
        return self

    def content(self) -> dict[str, Any]:
        """The whole content as JSON can hold it, without what is left at its default; reads back as this policy."""
        # So a default may never change: it would change what policies mean that are long decided by.
        return self.model_dump(mode="json", exclude_defaults=True)

    def digest(self) -> str:
        """SHA-256 of the content, hex. Comments, layout, and fields that a later release adds do not change it."""
        return hashlib.sha256(orjson.dumps(self.content(), option=orjson.OPT_SORT_KEYS)).hexdigest()
