"""Conditions on what a candidate did: courses, projects, tests, answers."""

from screening.core.case import Tables
from screening.core.conditions import Answered, AssessmentAtLeast, Foundations, Projects
from screening.core.decision import Change
from screening.core.kleene import all_of, any_of, known
from screening.core.measures import (
    Attempt,
    Counted,
    Sorted,
    attempts_at,
    courses_in,
    in_time,
    months_before,
    projects_of,
    words_in,
)
from screening.core.predicates.predicate import Finding, Predicate, finding
from screening.core.shares import fraction
from screening.core.wording import either, many, mark, needed, projects_named, spoken


def foundations(rule: Foundations, tables: Tables) -> Predicate:
    """Enough courses are in the areas; those whose area is not known may be the missing ones."""
    at_least = rule.at_least
    areas, areas_zh = either(rule.area)
    spoken_areas = spoken(areas)

    def judge(courses: Counted) -> Finding:
        listed, found, unplaced = courses
        if not listed:
            return Finding("unknown", "no courses")
        observed = f"{found} of {many(listed, 'course')}"
        if found < at_least <= found + unplaced:
            return Finding("unknown", f"{observed}, and {unplaced} of unknown area")
        return finding(
            found >= at_least,
            observed,
            f"{many(found, 'course')} in {spoken_areas}; needs {at_least}",
            f"{areas_zh}课程 {found} 门；需 {at_least} 门",
        )

    return Predicate(courses_in(rule.area, tables.areas_of), judge, f"at least {at_least} in {areas}")


def projects(rule: Projects, _: Tables) -> Predicate:
    """Enough projects are of the choice; those that do not say may be the missing ones."""
    at_least, named = rule.at_least, projects_named(rule)
    spoken_name = spoken(named.one)

    def judge(counted: Sorted) -> Finding:
        listed, sure, unsaid = counted
        if not listed:
            return Finding("unknown", "no projects")
        if sure < at_least <= sure + unsaid:
            return Finding("unknown", f"{sure}, and {unsaid} that do not say")
        return finding(
            sure >= at_least,
            f"{sure}",
            f"{many(sure, spoken_name)}; needs {at_least}",
            f"{named.zh} {sure} 个；需 {at_least} 个",
        )

    return Predicate(projects_of(rule), judge, f"at least {many(at_least, named.one)}")


def assessment_at_least(rule: AssessmentAtLeast, _: Tables) -> Predicate:
    """One result is both good enough and recent enough."""
    name, wanted, least, since = rule.name, rule.at_least, rule.at_least.fraction, rule.taken_since
    earliest = None if since is None else months_before(since, rule.grace_months)

    def good(attempt: Attempt) -> bool | None:
        reached = fraction(attempt[:2])
        return None if reached is None else reached >= least

    def recent(attempt: Attempt) -> bool | None:
        return in_time(attempt[2], since, earliest)

    def shown(attempt: Attempt) -> str:
        return mark(attempt[:2])[0] + (f" ({attempt[2] or 'no month'})" if since else "")

    def change(attempts: tuple[Attempt, ...]) -> Change:
        # The nearest: what is recent before what is not, then the better.
        best = max(attempts, key=lambda one: (recent(one) is not False, fraction(one[:2]) or 0, one[2] or ""))
        lacks, lacks_zh, needs, needs_zh = [spoken(name)], [spoken(name)], [], []
        if good(best) is not True:
            en, zh = mark(best[:2])
            lacks.append(en)
            lacks_zh.append(f"成绩 {zh}")
            need = needed(wanted, best[1])
            needs.append(need)
            needs_zh.append(f"需达到 {need}")
        if recent(best) is not True:
            lacks.append(f"taken {best[2] or 'in an unknown month'}")
            lacks_zh.append(f"考于 {best[2] or '未知月份'}")
            needs.append(f"{since} or later")
            needs_zh.append(f"需在 {since} 或以后")
        return Change(f"{' '.join(lacks)}; needs {', '.join(needs)}", f"{' '.join(lacks_zh)}；{'，'.join(needs_zh)}")

    def judge(attempts: tuple[Attempt, ...]) -> Finding:
        if not attempts:
            return Finding("unknown", "no result")
        verdict = any_of([all_of([known(good(one)), known(recent(one))]) for one in attempts])
        observed = ", ".join(map(shown, attempts))
        return Finding(verdict, observed, change(attempts) if verdict == "fail" else None)

    when = "" if since is None else f", taken {since} or later"
    return Predicate(attempts_at(name), judge, f"{name} at least {mark((wanted.value, wanted.scale))[0]}{when}")


def answered(rule: Answered, _: Tables) -> Predicate:
    """The answer has enough words."""
    question, words = rule.question, rule.words

    def judge(found: int | None) -> Finding:
        if found is None:
            return Finding("unknown", "no answer")
        if found >= words:
            return Finding("pass", f"{many(words, 'word')} or more")
        en = f"{spoken(question)} in {many(found, 'word')}; needs {words}"
        return Finding("fail", many(found, "word"), Change(en, f"{spoken(question)} 回答 {found} 字；需 {words} 字"))

    return Predicate(words_in(question, words), judge, f"{question} in at least {many(words, 'word')}")
