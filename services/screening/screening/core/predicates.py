"""Each predicate kind, compiled once a policy, in two steps: what a rule looks at, and what it makes of that.

`observe` takes what matters from a case, as a small value; `judge` says pass, fail or unknown of such a value, in
words for people. A drive meets the same observations again and again, so each is judged and worded once.
Three-valued: `unknown` where the facts do not say. Neither step raises.
"""

from collections.abc import Callable, Hashable, Mapping
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


class Case(NamedTuple):
    """What is judged: the facts, and how many courses count for each area, found once for all rules."""

    facts: Facts
    courses: Mapping[Area, int]


class Finding(NamedTuple):
    """A verdict, and in words what it rests on."""

    verdict: Verdict
    observed: str


class Predicate(NamedTuple):
    """A compiled rule. `required` says in words what it asks for."""

    observe: Callable[[Case], Hashable]
    judge: Callable[[Any], Finding]
    required: str


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
    for course in facts.get("courses", ()):
        area = course.get("area")
        if area is not None:
            counted[area] = counted.get(area, 0) + 1
        else:
            for area in areas_of(course["name"]):
                counted[area] = counted.get(area, 0) + 1
    return Case(facts, counted)


def compile_rule(rule: Rule) -> Predicate:
    """The predicate of a rule."""
    return _COMPILERS[type(rule)](rule)


def _graduates_within(rule: GraduatesWithin) -> Predicate:
    earliest, latest = rule.earliest, rule.latest

    def observe(case: Case) -> str | None:
        months = [month for degree in case.facts.get("education", ()) if (month := degree.get("graduation"))]
        return max(months) if months else None

    def judge(month: str | None) -> Finding:
        if month is None:
            return Finding("unknown", "no graduation month")
        return Finding("pass" if earliest <= month <= latest else "fail", month)

    return Predicate(observe, judge, f"{earliest} to {latest}")


def _studies(rule: Studies) -> Predicate:
    wanted = frozenset(rule.levels)

    def observe(case: Case) -> tuple[str | None, ...]:
        return tuple([degree.get("level") for degree in case.facts.get("education", ())])

    def judge(told: tuple[str | None, ...]) -> Finding:
        levels = {level for level in told if level is not None}
        if levels & wanted:
            return Finding("pass", ", ".join(sorted(levels & wanted)))
        if None in told or not told:
            return Finding("unknown", "a degree without a level" if told else "no degree")
        return Finding("fail", ", ".join(sorted(levels)))

    return Predicate(observe, judge, " or ".join(rule.levels))


def _foundations(rule: Foundations) -> Predicate:
    area, at_least = rule.area, rule.at_least

    def observe(case: Case) -> tuple[int, int]:
        return case.courses.get(area, 0), len(case.facts.get("courses", ()))

    def judge(courses: tuple[int, int]) -> Finding:
        found, listed = courses
        if not listed:
            return Finding("unknown", "no courses")
        return Finding("pass" if found >= at_least else "fail", f"{found} of {listed} courses")

    return Predicate(observe, judge, f"at least {at_least} in {area}")


def _projects(rule: Projects) -> Predicate:
    kinds, domains, about_ai, at_least = frozenset(rule.kinds), frozenset(rule.domains), rule.ai, rule.at_least

    def fits(project: Project) -> bool:
        return (not kinds or project.get("kind") in kinds) and (not domains or project.get("domain") in domains)

    def observe(case: Case) -> tuple[int, int, int]:
        """How many there are, how many fit for sure, and how many may."""
        projects = case.facts.get("projects", [])
        fitting = [project for project in projects if fits(project)] if kinds or domains else projects
        if not about_ai:
            return len(projects), len(fitting), 0
        told = [project.get("ai") for project in fitting]
        return len(projects), told.count(True), told.count(None)

    def judge(counted: tuple[int, int, int]) -> Finding:
        listed, sure, unsaid = counted
        if not listed:
            return Finding("unknown", "no projects")
        if sure >= at_least:
            return Finding("pass", f"{sure}")
        # Projects that do not say whether they are about AI may be the missing ones: a person looks.
        if sure + unsaid >= at_least:
            return Finding("unknown", f"{sure}, and {unsaid} that do not say")
        return Finding("fail", f"{sure}")

    what = " ".join(filter(None, ["AI" if rule.ai else "", "projects"]))
    where = f" in {', '.join(rule.domains)}" if domains else ""
    which = f" ({', '.join(rule.kinds)})" if kinds else ""
    return Predicate(observe, judge, f"at least {at_least} {what}{which}{where}")


def _answered(rule: Answered) -> Predicate:
    question, words = rule.question, rule.words

    def observe(case: Case) -> int | None:
        answer = case.facts.get("answers", {}).get(question)
        return None if answer is None else count_words(answer, words)

    def judge(found: int | None) -> Finding:
        if found is None:
            return Finding("unknown", "no answer")
        return Finding("pass", f"{words} words or more") if found == words else Finding("fail", f"{found} words")

    return Predicate(observe, judge, f"{question} in at least {words} words")


def _consented(rule: Consented) -> Predicate:
    asked = rule.to

    def observe(case: Case) -> tuple[bool | None, ...]:
        given = case.facts.get("consents", {})
        return tuple([given.get(consent) for consent in asked])

    def judge(given: tuple[bool | None, ...]) -> Finding:
        if False in given:
            return Finding("fail", "refused")
        if None in given:
            return Finding("unknown", "not asked")
        return Finding("pass", "agreed")

    return Predicate(observe, judge, " and ".join(asked))


def _machine_may_decide(_: MachineMayDecide) -> Predicate:
    def observe(case: Case) -> bool:
        return case.facts.get("consents", {}).get("human_only") is True

    def judge(wished: bool) -> Finding:
        return Finding("fail", "a person is asked for") if wished else Finding("pass", "no objection")

    return Predicate(observe, judge, "no wish for a person only")


_COMPILERS: dict[type[Rule], Callable[[Any], Predicate]] = {
    GraduatesWithin: _graduates_within,
    Studies: _studies,
    Foundations: _foundations,
    Projects: _projects,
    Answered: _answered,
    Consented: _consented,
    MachineMayDecide: _machine_may_decide,
}
