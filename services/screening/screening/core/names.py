"""Every name that a policy uses for something it looks at, with its place: what is checked for protected attributes."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from screening.core.conditions import AllOf, Answered, AnyOf, AssessmentChoice, ProjectChoice
from screening.core.language import Place, Strict
from screening.core.rules import Rule
from screening.core.scoring import AnsweredComponent

if TYPE_CHECKING:
    from screening.core.policy import Policy, Track

Named = tuple[Place, str, str]
"""Where, what it names, and the name."""


def named_in(policy: "Policy") -> Iterator[Named]:
    """The names in a policy, in its order."""
    for area, words in policy.courses.items():
        for number, word in enumerate(words):
            yield ("courses", area, number), "the course name", word
    for field, names in policy.fields.items():
        yield ("fields", field), "the field", field
        for number, name in enumerate(names):
            yield ("fields", field, number), "the field name", name
    for number, rule in enumerate(policy.rules):
        yield from _rule(("rules", number), rule)
    for number, track in enumerate(policy.tracks):
        yield from _track(("tracks", number), track)


def _track(place: Place, track: "Track") -> Iterator[Named]:
    yield (*place, "id"), "the track", track.id
    for number, unit in enumerate(track.units):
        yield (*place, "units", number), "the unit", unit.id
    for number, rule in enumerate(track.rules):
        yield from _rule((*place, "rules", number), rule)
    if track.score is not None:
        for number, component in enumerate(track.score.components):
            where: Place = (*place, "score", "components", number)
            yield (*where, "id"), "the component", component.id
            yield from _condition(where, component)


def _rule(place: Place, rule: Rule) -> Iterator[Named]:
    yield (*place, "id"), "the rule", rule.id
    yield from _condition(place, rule)


def _condition(place: Place, condition: Strict) -> Iterator[Named]:
    if isinstance(condition, Answered | AnsweredComponent):
        yield (*place, "question"), "the question", condition.question
    if isinstance(condition, AssessmentChoice):
        yield (*place, "name"), "the assessment", condition.name
    if isinstance(condition, ProjectChoice):
        for number, domain in enumerate(condition.domains):
            yield (*place, "domains", number), "the domain", domain
    if isinstance(condition, AllOf | AnyOf):
        for number, each in enumerate(condition.of):
            yield from _condition((*place, "of", number), each)
