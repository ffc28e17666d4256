"""From a condition to its predicate; a group is compiled from those of its members."""

from collections.abc import Callable, Hashable, Sequence
from typing import Any

from hiring.events.decision import Verdict
from screening.core import kleene
from screening.core.case import Case, Tables
from screening.core.conditions import AllOf, AnyOf
from screening.core.decision import Change
from screening.core.language import Strict
from screening.core.predicates import consents, education, work
from screening.core.predicates.predicate import Finding, Predicate

Compile = Callable[[Any, Tables], Predicate]


def compile_condition(condition: Strict, tables: Tables) -> Predicate:
    """The predicate of a condition, or of a rule, which is a condition with consequences."""
    kind: str = getattr(condition, "kind")  # noqa: B009  the one field that all conditions have
    return _COMPILERS[kind](condition, tables)


def _all_of(group: AllOf, tables: Tables) -> Predicate:
    return _group(group.of, tables, kleene.all_of, "and", "且")


def _any_of(group: AnyOf, tables: Tables) -> Predicate:
    return _group(group.of, tables, kleene.any_of, "or", "或")


def _group(
    conditions: Sequence[Strict], tables: Tables, together: Callable[[list[Verdict]], Verdict], joined: str, zh: str
) -> Predicate:
    members = [compile_condition(condition, tables) for condition in conditions]
    observers = [member.observe for member in members]

    def observe(case: Case) -> tuple[Hashable, ...]:
        return tuple([look(case) for look in observers])

    def judge(observations: tuple[Hashable, ...]) -> Finding:
        found = [member.judge(seen) for member, seen in zip(members, observations, strict=True)]
        verdict = together([one.verdict for one in found])
        observed = "; ".join(one.observed for one in found)
        changes = [one.change for one in found if one.change is not None]
        if verdict != "fail" or not changes:
            return Finding(verdict, observed)
        change = Change(
            f" {joined} ".join(_bracketed(one.en, changes) for one in changes),
            f"，{zh} ".join(_bracketed(one.zh, changes) for one in changes),
        )
        return Finding(verdict, observed, change)

    return Predicate(observe, judge, f" {joined} ".join(f"({member.required})" for member in members))


def _bracketed(text: str, beside: Sequence[Change]) -> str:
    return f"({text})" if len(beside) > 1 else text


_COMPILERS: dict[str, Compile] = {
    "graduates_within": education.graduates_within,
    "studies": education.studies,
    "grade_at_least": education.grade_at_least,
    "foundations": work.foundations,
    "projects": work.projects,
    "assessment_at_least": work.assessment_at_least,
    "answered": work.answered,
    "consented": consents.consented,
    "machine_may_decide": consents.machine_may_decide,
    "all_of": _all_of,
    "any_of": _any_of,
}
