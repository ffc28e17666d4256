"""Each kind of score component, compiled: what it looks at, and which part of its weight that is worth."""

from collections.abc import Callable, Hashable
from fractions import Fraction
from typing import Any, NamedTuple

from screening.core.case import Case, Tables
from screening.core.measures import (
    Attempt,
    Counted,
    Sorted,
    attempts_at,
    courses_in,
    in_time,
    latest_marks,
    months_before,
    projects_of,
    words_in,
)
from screening.core.scoring import (
    AnsweredComponent,
    AnyComponent,
    AssessmentComponent,
    FoundationsComponent,
    GradeComponent,
    ProjectsComponent,
)
from screening.core.shares import Mark, fraction
from screening.core.wording import many, mark

_NONE, _ALL = Fraction(0), Fraction(1)


class Worth(NamedTuple):
    """The part of its weight that a component gives, from `least` to `most`; `least` None: the facts do not say."""

    least: Fraction | None
    most: Fraction
    observed: str


class Measure(NamedTuple):
    """A compiled component."""

    observe: Callable[[Case], Hashable]
    worth: Callable[[Any], Worth]


Line = Callable[[Fraction | int], Fraction]


def compile_component(component: AnyComponent, tables: Tables) -> Measure:
    """The measure of a component."""
    match component:
        case GradeComponent():
            return _grade(component)
        case FoundationsComponent():
            return _foundations(component, tables)
        case ProjectsComponent():
            return _projects(component)
        case AssessmentComponent():
            return _assessment(component)
        case AnsweredComponent():
            return _answered(component)


def _line(none_at: Fraction | int, full_at: Fraction | int) -> Line:
    """The straight line from none to all, level at both ends."""
    none, full = Fraction(none_at), Fraction(full_at)

    def part(found: Fraction | int) -> Fraction:
        return min(_ALL, max(_NONE, (found - none) / (full - none)))

    return part


def _missing(observed: str) -> Worth:
    return Worth(None, _ALL, observed)


def _grade(component: GradeComponent) -> Measure:
    part = _line(component.none_at.fraction, component.full_at.fraction)

    def worth(marks: tuple[Mark | None, ...]) -> Worth:
        reached = [None if told is None else fraction(told) for told in marks]
        observed = ", ".join("no grade" if told is None else mark(told)[0] for told in marks) or "no grade"
        shares = [part(share) for share in reached if share is not None]
        # Where it is open which degree is the latest, one that has no grade leaves everything open.
        if len(shares) < len(reached) or not shares:
            return _missing(observed)
        return Worth(min(shares), max(shares), observed)

    return Measure(latest_marks, worth)


def _foundations(component: FoundationsComponent, tables: Tables) -> Measure:
    part = _line(component.none_at, component.full_at)

    def worth(courses: Counted) -> Worth:
        listed, found, unplaced = courses
        if not listed:
            return _missing("no courses")
        least, most = part(found), part(found + unplaced)
        observed = f"{found} of {many(listed, 'course')}"
        return Worth(least, most, observed if least == most else f"{observed}, and {unplaced} of unknown area")

    return Measure(courses_in(component.area, tables.areas_of), worth)


def _projects(component: ProjectsComponent) -> Measure:
    part = _line(component.none_at, component.full_at)

    def worth(counted: Sorted) -> Worth:
        listed, sure, unsaid = counted
        if not listed:
            return _missing("no projects")
        observed = f"{sure}, and {unsaid} that do not say" if unsaid else f"{sure}"
        return Worth(part(sure), part(sure + unsaid), observed)

    return Measure(projects_of(component), worth)


def _assessment(component: AssessmentComponent) -> Measure:
    part = _line(component.none_at.fraction, component.full_at.fraction)
    since = component.taken_since
    earliest = None if since is None else months_before(since, component.grace_months)

    def worth(attempts: tuple[Attempt, ...]) -> Worth:
        if not attempts:
            return _missing("no result")
        least = most = _NONE
        for score, out_of, taken in attempts:
            reached, recent = fraction((score, out_of)), in_time(taken, since, earliest)
            if recent is False:
                continue
            most = max(most, _ALL if reached is None else part(reached))
            if recent and reached is not None:
                least = max(least, part(reached))
        return Worth(least, most, ", ".join(mark((score, out_of))[0] for score, out_of, _ in attempts))

    return Measure(attempts_at(component.name), worth)


def _answered(component: AnsweredComponent) -> Measure:
    part = _line(component.none_at, component.full_at)
    enough = component.full_at

    def worth(found: int | None) -> Worth:
        if found is None:
            return _missing("no answer")
        return Worth(part(found), part(found), f"{many(found, 'word')}{' or more' if found == enough else ''}")

    return Measure(words_in(component.question, enough), worth)
