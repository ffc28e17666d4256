"""Conditions on what a candidate agreed to and wishes."""

from hiring.explanation.contract_words import chinese
from screening.core.case import Case, Tables
from screening.core.conditions import Consented, MachineMayDecide
from screening.core.predicates.predicate import Finding, Predicate, finding
from screening.core.wording import spoken


def consented(rule: Consented, _: Tables) -> Predicate:
    """Each consent is given."""
    asked = rule.to
    all_asked, asked_zh = " and ".join(asked), "和".join(spoken(chinese(one)) for one in asked)

    def observe(case: Case) -> tuple[object, ...]:
        given = case.facts.get("consents", {})
        return tuple([given.get(consent) for consent in asked])

    def judge(given: tuple[bool | None, ...]) -> Finding:
        if None in given and False not in given:
            return Finding("unknown", "not asked")
        refused = False in given
        return finding(
            not refused,
            "refused" if refused else "agreed",
            f"refused; needs consent to {spoken(all_asked)}",
            f"未同意；需同意{asked_zh}",
        )

    return Predicate(observe, judge, f"consent to {all_asked}")


def machine_may_decide(_: MachineMayDecide, __: Tables) -> Predicate:
    """There is no wish that only a person decides."""

    def observe(case: Case) -> bool:
        return case.facts.get("consents", {}).get("human_only") is True

    def judge(wished: bool) -> Finding:
        return finding(
            not wished,
            "a person is asked for" if wished else "no objection",
            "a person is asked for; needs no such wish",
            "要求由人工决定；需无此要求",
        )

    return Predicate(observe, judge, "no wish for a person only")
