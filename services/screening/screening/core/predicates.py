"""Each predicate kind, compiled once a policy: case -> (verdict, what was observed).

Three-valued: `unknown` where the facts do not say. A predicate never raises.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from hiring.events.application import Area, Facts, Project
from hiring.events.decision import Verdict
from screening.core.policy import (
    Answered,
    Consented,
    Foundations,
    GraduatesWithin,
    MachineMayDecide,
    Projects,
    Rule,
    Studies,
)
from screening.core.words import count_words

Seen = tuple[Verdict, str]


class Case(NamedTuple):
    """What is judged: the facts, and how many courses count for each area, found once for all rules."""

    facts: Facts
    courses: Mapping[Area, int]


Predicate = Callable[[Case], Seen]
AreasOf = Callable[[str], frozenset[Area]]


def course_areas(words: Mapping[Area, tuple[str, ...]]) -> AreasOf:
    """The areas that a course's name tells of. Drives repeat the same names: each is looked at once."""
    folded = [(area, word.casefold()) for area, listed in words.items() for word in listed]

    @lru_cache(maxsize=50_000)
    def areas_of(name: str) -> frozenset[Area]:
        name = name.casefold()
        return frozenset(area for area, word in folded if word in name)

    return areas_of


def case_of(facts: Facts, areas_of: AreasOf) -> Case:
    """The case of an application; a course without an area counts for each that its name tells of."""
    counted: dict[Area, int] = {}
    for course in facts.courses:
        for area in (course.area,) if course.area is not None else areas_of(course.name):
            counted[area] = counted.get(area, 0) + 1
    return Case(facts, counted)


def compile_rule(rule: Rule) -> tuple[Predicate, str]:
    """The predicate of a rule, and in words what it requires."""
    return _COMPILERS[type(rule)](rule)


def _graduates_within(rule: GraduatesWithin) -> tuple[Predicate, str]:
    earliest, latest = rule.earliest, rule.latest

    def predicate(case: Case) -> Seen:
        months = [degree.graduation for degree in case.facts.education if degree.graduation is not None]
        if not months:
            return "unknown", "no graduation month"
        month = max(months)
        return ("pass" if earliest <= month <= latest else "fail"), month

    return predicate, f"{earliest} to {latest}"


def _studies(rule: Studies) -> tuple[Predicate, str]:
    wanted = frozenset(rule.levels)

    def predicate(case: Case) -> Seen:
        levels = {degree.level for degree in case.facts.education if degree.level is not None}
        if levels & wanted:
            return "pass", ", ".join(sorted(levels & wanted))
        if len(levels) < len(case.facts.education) or not levels:
            return "unknown", "a degree without a level" if case.facts.education else "no degree"
        return "fail", ", ".join(sorted(levels))

    return predicate, " or ".join(rule.levels)


def _foundations(rule: Foundations) -> tuple[Predicate, str]:
    area, at_least = rule.area, rule.at_least

    def predicate(case: Case) -> Seen:
        listed = len(case.facts.courses)
        if not listed:
            return "unknown", "no courses"
        found = case.courses.get(area, 0)
        return ("pass" if found >= at_least else "fail"), f"{found} of {listed} courses"

    return predicate, f"at least {at_least} in {area}"


def _projects(rule: Projects) -> tuple[Predicate, str]:
    kinds, domains, at_least = frozenset(rule.kinds), frozenset(rule.domains), rule.at_least

    def fits(project: Project) -> bool:
        return (not kinds or project.kind in kinds) and (not domains or project.domain in domains)

    def predicate(case: Case) -> Seen:
        if not case.facts.projects:
            return "unknown", "no projects"
        fitting = [project for project in case.facts.projects if fits(project)]
        sure = sum(1 for project in fitting if project.ai) if rule.ai else len(fitting)
        unsaid = sum(1 for project in fitting if project.ai is None) if rule.ai else 0
        if sure >= at_least:
            return "pass", f"{sure}"
        # Projects that do not say whether they are about AI may be the missing ones: a person looks.
        if sure + unsaid >= at_least:
            return "unknown", f"{sure}, and {unsaid} that do not say"
        return "fail", f"{sure}"

    what = " ".join(filter(None, ["AI" if rule.ai else "", "projects"]))
    where = f" in {', '.join(rule.domains)}" if domains else ""
    which = f" ({', '.join(rule.kinds)})" if kinds else ""
    return predicate, f"at least {at_least} {what}{which}{where}"


def _answered(rule: Answered) -> tuple[Predicate, str]:
    question, words = rule.question, rule.words
    enough = f"{words} words or more"

    def predicate(case: Case) -> Seen:
        answer = case.facts.answers.get(question)
        if answer is None:
            return "unknown", "no answer"
        found = count_words(answer, words)
        return ("pass", enough) if found == words else ("fail", f"{found} words")

    return predicate, f"{question} in at least {words} words"


def _consented(rule: Consented) -> tuple[Predicate, str]:
    asked = rule.to

    def predicate(case: Case) -> Seen:
        given = [getattr(case.facts.consents, consent) for consent in asked]
        if False in given:
            return "fail", "refused"
        if None in given:
            return "unknown", "not asked"
        return "pass", "agreed"

    return predicate, " and ".join(asked)


def _machine_may_decide(_: MachineMayDecide) -> tuple[Predicate, str]:
    def predicate(case: Case) -> Seen:
        return ("fail", "a person is asked for") if case.facts.consents.human_only else ("pass", "no objection")

    return predicate, "no wish for a person only"


_COMPILERS: dict[type[Rule], Callable[[Any], tuple[Predicate, str]]] = {
    GraduatesWithin: _graduates_within,
    Studies: _studies,
    Foundations: _foundations,
    Projects: _projects,
    Answered: _answered,
    Consented: _consented,
    MachineMayDecide: _machine_may_decide,
}
