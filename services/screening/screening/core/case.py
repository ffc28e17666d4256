"""What is judged: an application's facts, with what a policy's tables make of its words."""

import unicodedata
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import NamedTuple

from hiring.events.application import Area, Facts
from screening.core.policy import Policy

AreasOf = Callable[[str], frozenset[Area | None]]
"""The areas that a course's name tells of; None alone where it tells of none."""
FieldsOf = Callable[[str], frozenset[str]]

# Drives repeat the same names: each is looked at once. Facts from outside must not grow the memory without end.
_NAMES = 50_000
_NO_AREA: frozenset[Area | None] = frozenset({None})


class Case(NamedTuple):
    """The facts, and what all rules ask of the courses, found once: how many are in each area, and listed.

    Under None are those of which neither the HR system nor the name tells an area.
    """

    facts: Facts
    courses: Mapping[Area | None, int]
    listed: int


class Tables(NamedTuple):
    """A policy's tables: the areas that a course's name tells of, the fields that a field of study's name means."""

    areas_of: AreasOf
    fields_of: FieldsOf
    fields: Mapping[str, tuple[str, ...]]


def tables(policy: Policy) -> Tables:
    """The tables of a policy, ready to be looked up."""
    return Tables(_areas_of(policy.courses), _fields_of(policy.fields), policy.fields)


def case_of(facts: Facts, areas_of: AreasOf) -> Case:
    """The case of an application; a course without an area counts for each that its name tells of."""
    counted: dict[Area | None, int] = {}
    courses = facts.get("courses", ())
    for course in courses:
        area = course.get("area")
        if area is not None:
            counted[area] = counted.get(area, 0) + 1
        else:
            for area in areas_of(course["name"]):
                counted[area] = counted.get(area, 0) + 1
    return Case(facts, counted, len(courses))


def _areas_of(words: Mapping[Area, tuple[str, ...]]) -> AreasOf:
    known = [(area, folded(word)) for area, listed in words.items() for word in listed]

    @lru_cache(maxsize=_NAMES)
    def areas_of(name: str) -> frozenset[Area | None]:
        name = folded(name)
        return frozenset(area for area, word in known if word in name) or _NO_AREA

    return areas_of


def _fields_of(named: Mapping[str, tuple[str, ...]]) -> FieldsOf:
    table: dict[str, frozenset[str]] = {}
    for field, names in named.items():
        for name in (field, field.replace("-", " "), *names):
            key = folded(name)
            table[key] = table.get(key, frozenset()) | {field}

    @lru_cache(maxsize=_NAMES)
    def fields_of(name: str) -> frozenset[str]:
        return table.get(folded(name), frozenset())

    return fields_of


def folded(name: str) -> str:
    """The name of a course or a field of study as it is compared: width, case and blanks make no difference."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())
