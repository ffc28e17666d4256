"""The policy: what a programme asks, as data. A rule names a predicate, its consequence and its reasons."""

import hashlib
from typing import Annotated, Literal, Self

import orjson
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from hiring.events.application import Area, Level, ProjectKind
from hiring.events.fields import Month, Slug

Text = Annotated[str, StringConstraints(min_length=1, max_length=500, strip_whitespace=True)]
Consent = Literal["data_processing", "automated_screening"]


class Strict(BaseModel):
    """Part of a policy: frozen, and a misspelt field is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Saying(Strict):
    """The same sentence in each language a candidate may read."""

    en: Text
    zh: Text


class Rule(Strict):
    """What every rule has: `otherwise` is what a fail leads to; an unknown always goes to a person.

    `decline` and `review` are weighed against the other rules; `person` is not: a person decides, even where
    other rules would decline.
    """

    id: Slug
    otherwise: Literal["decline", "review", "person"]
    reason: Saying
    unclear: Saying


class GraduatesWithin(Rule):
    """Graduates in a month from `earliest` to `latest`, both included; the latest degree counts."""

    kind: Literal["graduates_within"]
    earliest: Month
    latest: Month

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.earliest > self.latest:
            raise ValueError(f"earliest {self.earliest} is after latest {self.latest}: exchange them")
        return self


class Studies(Rule):
    """Has or studies for a degree of one of these levels."""

    kind: Literal["studies"]
    levels: Annotated[tuple[Level, ...], Field(min_length=1)]


class Foundations(Rule):
    """Took at least so many courses in an area; a course without an area is known by the words in its name."""

    kind: Literal["foundations"]
    area: Area
    at_least: Annotated[int, Field(ge=1, le=50)]


class Projects(Rule):
    """Did at least so many projects: about AI, of these kinds, in these domains (none named: any)."""

    kind: Literal["projects"]
    at_least: Annotated[int, Field(ge=1, le=50)]
    ai: bool = False
    kinds: tuple[ProjectKind, ...] = ()
    domains: tuple[Slug, ...] = ()


class Answered(Rule):
    """Answered a question in at least so many words; a Chinese character counts as a word."""

    kind: Literal["answered"]
    question: Slug
    words: Annotated[int, Field(ge=1, le=2000)]


class Consented(Rule):
    """Agreed to each of these."""

    kind: Literal["consented"]
    to: Annotated[tuple[Consent, ...], Field(min_length=1)]


class MachineMayDecide(Rule):
    """The candidate did not ask that only a person decides."""

    kind: Literal["machine_may_decide"]


AnyRule = Annotated[
    GraduatesWithin | Studies | Foundations | Projects | Answered | Consented | MachineMayDecide,
    Field(discriminator="kind"),
]


class Track(Strict):
    """A track with its seats, the units that offer it, and the rules beyond the programme's."""

    id: Slug
    seats: Annotated[int, Field(ge=0)]
    units: Annotated[tuple[Slug, ...], Field(min_length=1)]
    rules: tuple[AnyRule, ...] = ()


class Policy(Strict):
    """A programme's policy. `courses` are the words by which a course's name tells its area."""

    name: Slug
    version: Annotated[str, StringConstraints(min_length=1, max_length=40)]
    programme: Slug
    courses: dict[Area, tuple[Text, ...]] = Field(default_factory=dict)
    rules: tuple[AnyRule, ...] = ()
    tracks: Annotated[tuple[Track, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _rule_ids_are_one_a_track(self) -> Self:
        for track in self.tracks:
            ids = [rule.id for rule in (*self.rules, *track.rules)]
            if twice := sorted({i for i in ids if ids.count(i) > 1}):
                raise ValueError(f"track {track.id} asks the rule {', '.join(twice)} twice: give each its own id")
        names = [track.id for track in self.tracks]
        if len(set(names)) < len(names):
            raise ValueError("two tracks have the same id")
        return self

    def digest(self) -> str:
        """SHA-256 of the policy's whole content; comments and layout of its file do not count."""
        return hashlib.sha256(orjson.dumps(self.model_dump(mode="json"), option=orjson.OPT_SORT_KEYS)).hexdigest()
