"""What is wrong with a policy whose parts are right: demands that exclude each other, names that stand for nothing.

Each complaint says where, what is wrong, and how to mend it.
"""

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import TYPE_CHECKING

from screening.core.conditions import (
    AllOf,
    AnyOf,
    Consented,
    GraduatesWithin,
    MachineMayDecide,
    Studies,
    depth,
)
from screening.core.language import Place, Strict
from screening.core.names import named_in
from screening.core.protected import protected_attribute
from screening.core.rules import Rule
from screening.core.scoring import SCORE

if TYPE_CHECKING:
    from screening.core.policy import Policy, Track

DEEPEST = 3
"""So many groups may stand within each other."""
MOST_CONDITIONS = 500
"""So many conditions a policy may ask, those in groups and the groups themselves counted."""
MOST_TOLD = 30
"""So many complaints are told at once: each pair of rules may exclude each other."""

Complaint = tuple[Place, str]
Placed = tuple[Place, Strict]
"""A condition, and where it stands."""


def complaints(policy: "Policy") -> list[Complaint]:
    """What is wrong, in the order of the policy; of more than MOST_TOLD the first."""
    rules = chain(policy.rules, *(track.rules for track in policy.tracks))
    asked = sum(1 for rule in rules for _ in _within(((), rule)))
    if asked > MOST_CONDITIONS:
        return [((), f"asks {asked:,} conditions, those in groups counted: at most {MOST_CONDITIONS}; leave some out")]
    return list(islice(_all(policy), MOST_TOLD))


def _all(policy: "Policy") -> Iterator[Complaint]:
    shared = _placed(("rules",), policy.rules)
    yield from _protected(policy)
    yield from _conditions(shared, policy.fields)
    yield from _exclusions(shared, ())
    for number, track in enumerate(policy.tracks):
        place: Place = ("tracks", number)
        own = _placed((*place, "rules"), track.rules)
        yield from _repeated_rules(place, policy, track)
        yield from _conditions(own, policy.fields)
        yield from _exclusions(own, shared)
        yield from _seats(place, track)
        yield from _twice(place, "units", [unit.id for unit in track.units])
    yield from _twice((), "tracks", [track.id for track in policy.tracks])


def _placed(place: Place, rules: Iterable[Rule]) -> list[Placed]:
    return [((*place, number), rule) for number, rule in enumerate(rules)]


def _protected(policy: "Policy") -> Iterator[Complaint]:
    for place, what, name in named_in(policy):
        if attribute := protected_attribute(name):
            yield (
                place,
                f"{what} {name!r} speaks of {attribute}, a protected attribute: no rule may look at it; remove it",
            )


def _repeated_rules(place: Place, policy: "Policy", track: "Track") -> Iterator[Complaint]:
    seen = [rule.id for rule in policy.rules]
    for number, rule in enumerate(track.rules):
        if rule.id in seen:
            yield (*place, "rules", number, "id"), f"track {track.id} asks the rule {rule.id} twice: rename one of them"
        seen.append(rule.id)
    if track.score is not None and SCORE in seen:
        where: Place = (*place, SCORE)
        yield where, f"track {track.id} has a rule called {SCORE}, the name by which a score's reason goes: rename it"


def _twice(place: Place, what: str, ids: Sequence[str]) -> Iterator[Complaint]:
    for number, id_ in enumerate(ids):
        if id_ in ids[:number]:
            yield (*place, what, number), f"there is another {what[:-1]} {id_}: give each its own id"


def _seats(place: Place, track: "Track") -> Iterator[Complaint]:
    counted = [unit.seats for unit in track.units if unit.seats is not None]
    total = sum(counted)
    if total > track.seats or (len(counted) == len(track.units) and total != track.seats):
        yield (*place, "seats"), f"the units' seats make {total}, the track's {track.seats}: change one of them"


def _conditions(rules: Iterable[Placed], fields: Mapping[str, object]) -> Iterator[Complaint]:
    for place, rule in rules:
        if (deep := depth(rule)) > DEEPEST:
            yield place, f"has {deep} groups within each other: at most {DEEPEST}; split the rule"
        asks_consent = any(isinstance(each, Consented | MachineMayDecide) for _, each in _within((place, rule)))
        if isinstance(rule, Rule) and rule.if_unknown == "pass" and asks_consent:
            yield (*place, "if_unknown"), "silence is no consent: leave if_unknown out, and a person looks"
        for where, each in _within((place, rule)):
            if isinstance(each, Studies):
                yield from _unknown_fields(where, each, fields)


def _within(placed: Placed) -> Iterator[Placed]:
    """A condition and everything that it groups."""
    place, condition = placed
    yield placed
    if isinstance(condition, AllOf | AnyOf):
        for number, each in enumerate(condition.of):
            yield from _within(((*place, "of", number), each))


def _unknown_fields(place: Place, rule: Studies, fields: Mapping[str, object]) -> Iterator[Complaint]:
    for number, field in enumerate(rule.fields or ()):
        if field not in fields:
            near = difflib.get_close_matches(field, list(fields), 1)
            mend = f"did you mean {near[0]}?" if near else "add it there with the names it goes by"
            yield (*place, "fields", number), f"the table `fields` has no {field}: {mend}"


def _exclusions(own: Sequence[Placed], outer: Sequence[Placed]) -> Iterator[Complaint]:
    """Pairs of demands that nobody meets together; of each pair at least one stands in `own`."""
    demands = [each for placed in own for each in _together(placed)]
    before = [each for placed in outer for each in _together(placed)]
    for number, (place, one) in enumerate(demands):
        for _, other in (*before, *demands[:number]):
            if clash := _clash(one, other):
                yield place, f"{clash}: nobody meets both; change one of them, or make them one any_of"
    for placed in own:
        for place, each in _within(placed):
            if isinstance(each, AnyOf):
                for number, choice in enumerate(each.of):
                    if isinstance(choice, AllOf):
                        yield from _exclusions([((*place, "of", number), choice)], ())


def _together(placed: Placed) -> Iterator[Placed]:
    """The demands that have to be met together: a rule is one, a group of all_of its members."""
    place, condition = placed
    if isinstance(condition, AllOf):
        for number, each in enumerate(condition.of):
            yield from _together(((*place, "of", number), each))
    else:
        yield placed


def _clash(one: Strict, other: Strict) -> str | None:
    if isinstance(one, GraduatesWithin) and isinstance(other, GraduatesWithin):
        if max(one.earliest, other.earliest) > min(one.latest, other.latest):
            return (
                f"asks for graduation {one.earliest} to {one.latest}, "
                f"another rule for {other.earliest} to {other.latest}"
            )
    elif isinstance(one, Studies) and isinstance(other, Studies):
        for mine, theirs in ((one.levels, other.levels), (one.fields, other.fields)):
            if mine is not None and theirs is not None and set(mine).isdisjoint(theirs):
                return f"asks for a degree in {' or '.join(mine)}, another rule for {' or '.join(theirs)}"
    return None
