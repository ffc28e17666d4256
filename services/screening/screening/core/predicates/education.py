"""Conditions on degrees: when they end, what they are in, and their grade."""

from hiring.events.decision import Verdict
from screening.core.case import Case, Tables
from screening.core.conditions import GradeAtLeast, GraduatesWithin, Studies
from screening.core.decision import Change
from screening.core.kleene import all_of, any_of, known
from screening.core.measures import graduations, latest_marks
from screening.core.predicates.predicate import Finding, Predicate, finding
from screening.core.shares import Mark, fraction
from screening.core.wording import either, field_in_chinese, mark, needed, spoken

Degrees = tuple[tuple[str | None, frozenset[str]], ...]
"""Of each degree the level, and what its field may mean: nothing, where the table does not know it."""

_NO_FIELD: frozenset[str] = frozenset()


def graduates_within(rule: GraduatesWithin, _: Tables) -> Predicate:
    """The latest graduation month is in the window; one that is not told may be the latest, and in it."""
    earliest, latest = rule.earliest, rule.latest

    def judge(months: tuple[str | None, ...]) -> Finding:
        month = max(filter(None, months), default=None)
        if month is None:
            return Finding("unknown", "no graduation month")
        if month < earliest and None in months:
            return Finding("unknown", f"{month}, and a degree without a month")
        return finding(
            earliest <= month <= latest,
            month,
            f"graduates {month}; needs {earliest} to {latest}",
            f"毕业月份 {month}；需在 {earliest} 至 {latest} 之间",
        )

    return Predicate(graduations, judge, f"graduates {earliest} to {latest}")


def studies(rule: Studies, tables: Tables) -> Predicate:
    """One degree has both a level and a field that are asked for."""
    levels = None if rule.levels is None else frozenset(rule.levels)
    fields = None if rule.fields is None else frozenset(rule.fields)
    fields_of = tables.fields_of
    wanted = " in ".join(filter(None, [either(rule.levels or ())[0], either(rule.fields or ())[0]]))
    in_chinese = [field_in_chinese(field, tables.fields) for field in rule.fields or ()]
    wanted_zh = " ".join(filter(None, ["或".join(in_chinese), either(rule.levels or ())[1]]))

    def observe(case: Case) -> Degrees:
        education = case.facts.get("education", ())
        return tuple(
            [
                (degree.get("level"), fields_of(name) if (name := degree.get("field")) else _NO_FIELD)
                for degree in education
            ]
        )

    def observe_levels(case: Case) -> tuple[str | None, ...]:
        return tuple([degree.get("level") for degree in case.facts.get("education", ())])

    def fits(level: str | None, meant: frozenset[str]) -> Verdict:
        told: list[Verdict] = []
        if levels is not None:
            told.append(known(None if level is None else level in levels))
        if fields is not None:
            told.append(known(not fields.isdisjoint(meant) if meant else None))
        return all_of(told)

    def named(level: str | None, meant: frozenset[str]) -> str:
        words = level or "a degree without a level"
        return words if fields is None else f"{words} in {either(sorted(meant))[0] or 'an unknown field'}"

    def judge(degrees: Degrees) -> Finding:
        if not degrees:
            return Finding("unknown", "no degree")
        observed = ", ".join(sorted(named(*degree) for degree in degrees))
        verdict = any_of([fits(*degree) for degree in degrees])
        if verdict != "fail":
            return Finding(verdict, observed)
        has = "、".join(sorted(_named_in_chinese(*degree, tables) for degree in degrees))
        lacks = f"studies {spoken(observed)}; needs {spoken(wanted)}"
        return Finding("fail", observed, Change(lacks, f"所修 {has}；需 {wanted_zh}"))

    def judge_levels(told: tuple[str | None, ...]) -> Finding:
        return judge(tuple([(level, _NO_FIELD) for level in told]))

    # Most rules ask for levels only; those are looked at in half of the time.
    return Predicate(observe, judge, wanted) if fields else Predicate(observe_levels, judge_levels, wanted)


def _named_in_chinese(level: str | None, meant: frozenset[str], tables: Tables) -> str:
    fields = "或".join(field_in_chinese(field, tables.fields) for field in sorted(meant))
    return " ".join(filter(None, [fields, either([level or "学位"])[1]]))


def grade_at_least(rule: GradeAtLeast, _: Tables) -> Predicate:
    """The latest degree's grade reaches a share; where it is open which is the latest, each of them does."""
    wanted, least = rule.at_least, rule.at_least.fraction

    def holds(told: Mark | None) -> bool | None:
        reached = None if told is None else fraction(told)
        return None if reached is None else reached >= least

    def judge(marks: tuple[Mark | None, ...]) -> Finding:
        if not any(marks):
            return Finding("unknown", "no grade")
        observed = ", ".join("no grade" if told is None else mark(told)[0] for told in marks)
        verdicts = {holds(told) for told in marks}
        if len(verdicts) > 1 or None in verdicts:
            return Finding("unknown", observed)
        if True in verdicts:
            return Finding("pass", observed)
        best = max((told for told in marks if told is not None), key=lambda told: (fraction(told) or 0, told))
        en, zh = mark(best)
        need = needed(wanted, best[1])
        return Finding("fail", observed, Change(f"grade {en}; needs {need}", f"成绩 {zh}；需达到 {need}"))

    return Predicate(latest_marks, judge, f"grade at least {mark((wanted.value, wanted.scale))[0]}")
