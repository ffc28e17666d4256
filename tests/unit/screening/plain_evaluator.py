"""A second evaluator, written from docs/policies.md alone: it interprets the policy anew for each application.

Slow and plain on purpose. It shares the policy's models with the real one, and nothing else.
"""

import math
import re
import unicodedata
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from screening.core.policy import Policy

F = Fraction
SEVERITY = {"advance": 0, "review": 1, "decline": 2}


class Plain(NamedTuple):
    """The outcome, the verdict of each rule by track (None: the programme's) and the least and most points."""

    outcome: str
    track: str
    unit: str | None
    reasons: list[str]
    verdicts: dict[tuple[str | None, str], str]
    outcomes: dict[str, str]
    points: dict[str, tuple[Fraction, Fraction]]


def plain_decision(policy: Policy, facts: Any) -> Plain:
    """What the manual says becomes of an application."""
    asked = Interpreter(policy, facts)
    preferences = facts.get("preferences") or {}
    tracks = {track.id: track for track in policy.tracks}
    wanted = [name for name in preferences.get("tracks", []) if name in tracks] or list(tracks)
    wanted = [name for number, name in enumerate(wanted) if name not in wanted[:number]]
    verdicts: dict[tuple[str | None, str], str] = {}
    outcomes: dict[str, str] = {}
    points: dict[str, tuple[Fraction, Fraction]] = {}
    led: dict[str, list[tuple[str, str]]] = {}
    for name in wanted:
        track = tracks[name]
        leads: list[tuple[str, str]] = []
        for owner, rules in ((None, policy.rules), (name, track.rules)):
            for rule in rules:
                verdict = verdicts[owner, rule.id] = asked.verdict(rule)
                leads.append((rule.id, consequence(rule, verdict)))
        if track.score is not None:
            least, most = points[name] = asked.score(track.score)
            leads.append(("score", band(track.score, least, most)))
        led[name] = leads
        found = [lead for _, lead in leads]
        outcomes[name] = "review" if "person" in found else max(found, key=SEVERITY.__getitem__, default="advance")
    order = ["advance", "review", "decline"]
    chosen = next(name for outcome in order for name in wanted if outcomes[name] == outcome)
    outcome = outcomes[chosen]
    told = ["decline"] if outcome == "decline" else [] if outcome == "advance" else ["person", "decline", "review"]
    reasons = [rule for weight in told for rule, lead in led[chosen] if lead == weight]
    if outcome == "decline" and policy.decline_needs_a_person:
        outcome = "review"
    offered = [unit.id for unit in tracks[chosen].units]
    unit = next((unit for unit in preferences.get("units", []) if unit in offered), None)
    return Plain(outcome, chosen, unit, reasons, verdicts, outcomes, points)


def consequence(rule: Any, verdict: str) -> str:
    if verdict == "pass" or (verdict == "unknown" and rule.if_unknown == "pass"):
        return "advance"
    if rule.otherwise == "person":
        return "person"
    return "review" if verdict == "unknown" else str(rule.otherwise)


def band(score: Any, least: Fraction, most: Fraction) -> str:
    if least >= score.advance_from:
        return "advance"
    return "decline" if most < score.review_from else "review"


def conjunction(verdicts: Iterable[bool | None]) -> bool | None:
    told = list(verdicts)
    return False if any(one is False for one in told) else None if None in told else True


def disjunction(verdicts: Iterable[bool | None]) -> bool | None:
    told = list(verdicts)
    return True if any(one is True for one in told) else None if None in told else False


def part_of(value: float, scale: float) -> Fraction | None:
    if not math.isfinite(value) or not math.isfinite(scale) or scale <= 0 or value < 0 or value > scale:
        return None
    return F(repr(value)) / F(repr(scale))


def month_number(month: str) -> int:
    year, number = month.split("-")
    return int(year) * 12 + int(number)


def folded(text: str) -> list[str]:
    return unicodedata.normalize("NFKC", text).casefold().split()


class Interpreter:
    """The conditions and components of a policy, asked of one application."""

    def __init__(self, policy: Policy, facts: Any) -> None:
        self.policy = policy
        self.facts = facts

    def verdict(self, rule: Any) -> str:
        holds = self.holds(rule)
        return "unknown" if holds is None else "pass" if holds else "fail"

    def holds(self, rule: Any) -> bool | None:
        answer: bool | None = getattr(self, rule.kind)(rule)
        return answer

    def any_of(self, rule: Any) -> bool | None:
        return disjunction(self.holds(each) for each in rule.of)

    def all_of(self, rule: Any) -> bool | None:
        return conjunction(self.holds(each) for each in rule.of)

    def graduates_within(self, rule: Any) -> bool | None:
        months = [degree["graduation"] for degree in self.degrees() if degree.get("graduation")]
        if not months:
            return None
        latest = max(month_number(month) for month in months)
        if latest < month_number(rule.earliest) and len(months) < len(self.degrees()):
            return None
        return month_number(rule.earliest) <= latest <= month_number(rule.latest)

    def studies(self, rule: Any) -> bool | None:
        def fits(degree: Any) -> bool | None:
            told: list[bool | None] = []
            if rule.levels is not None:
                level = degree.get("level")
                told.append(None if level is None else level in rule.levels)
            if rule.fields is not None:
                meant = self.meant(degree.get("field") or "")
                told.append(any(field in meant for field in rule.fields) if meant else None)
            return conjunction(told)

        return disjunction(fits(degree) for degree in self.degrees()) if self.degrees() else None

    def foundations(self, rule: Any) -> bool | None:
        if not self.facts.get("courses"):
            return None
        if self.course_count(rule.area) >= rule.at_least:
            return True
        return None if self.course_count(rule.area) + self.unplaced() >= rule.at_least else False

    def projects(self, rule: Any) -> bool | None:
        fitting = self.fitting(rule)
        if not fitting:
            return None
        if fitting.count(True) >= rule.at_least:
            return True
        return None if fitting.count(True) + fitting.count(None) >= rule.at_least else False

    def grade_at_least(self, rule: Any) -> bool | None:
        wanted = part_of(rule.at_least.value, rule.at_least.scale)
        assert wanted is not None
        answers = {None if grade is None else grade >= wanted for grade in self.latest_grades()}
        return answers.pop() if len(answers) == 1 else None

    def assessment_at_least(self, rule: Any) -> bool | None:
        wanted = part_of(rule.at_least.value, rule.at_least.scale)
        assert wanted is not None
        results = self.results(rule)
        return (
            disjunction(conjunction([None if part is None else part >= wanted, recent]) for part, recent in results)
            if results
            else None
        )

    def answered(self, rule: Any) -> bool | None:
        words = self.words(rule.question)
        return None if words is None else words >= rule.words

    def consented(self, rule: Any) -> bool | None:
        given = self.facts.get("consents") or {}
        return conjunction(given.get(consent) for consent in rule.to)

    def machine_may_decide(self, rule: Any) -> bool | None:
        return (self.facts.get("consents") or {}).get("human_only") is not True

    def score(self, score: Any) -> tuple[Fraction, Fraction]:
        ends = [self.points(component) for component in score.components]
        return sum((least for least, _ in ends), F(0)), sum((most for _, most in ends), F(0))

    def points(self, component: Any) -> tuple[Fraction, Fraction]:
        found = getattr(self, f"{component.kind}_measure")(component)
        if not found:
            return F(0), F(component.weight)
        none_at, full_at = (
            part_of(anchor.value, anchor.scale) if hasattr(anchor, "scale") else F(anchor)
            for anchor in (component.none_at, component.full_at)
        )
        assert none_at is not None and full_at is not None

        def worth(measure: Fraction | float) -> Fraction:
            if measure <= none_at:
                return F(0)
            if measure >= full_at:
                return F(component.weight)
            exact = (F(measure) - none_at) / (full_at - none_at) * component.weight
            return F(math.floor(exact * 100 + F(1, 2)), 100)

        return worth(min(found)), worth(max(found))

    def grade_measure(self, component: Any) -> Sequence[Fraction]:
        grades = self.latest_grades()
        known = [grade for grade in grades if grade is not None]
        return known if len(known) == len(grades) else []

    def foundations_measure(self, component: Any) -> Sequence[int]:
        sure = self.course_count(component.area)
        return [sure, sure + self.unplaced()] if self.facts.get("courses") else []

    def projects_measure(self, component: Any) -> Sequence[int]:
        fitting = self.fitting(component)
        return [fitting.count(True), fitting.count(True) + fitting.count(None)] if fitting else []

    def answered_measure(self, component: Any) -> Sequence[int]:
        words = self.words(component.question)
        return [] if words is None else [words]

    def assessment_measure(self, component: Any) -> Sequence[Fraction]:
        results = self.results(component)
        if not results:
            return []
        sure = [part for part, recent in results if recent and part is not None]
        perhaps = [F(1) if part is None else part for part, recent in results if recent is not False]
        return [max([F(0), *sure]), max([F(0), *perhaps])]

    def degrees(self) -> list[Any]:
        return list(self.facts.get("education") or [])

    def latest_grades(self) -> list[Fraction | None]:
        """The grade of each degree that may be the latest."""
        months = [degree["graduation"] for degree in self.degrees() if degree.get("graduation")]
        grades: list[Fraction | None] = []
        for degree in self.degrees():
            month, grade = degree.get("graduation"), degree.get("grade")
            if len(self.degrees()) == 1 or month is None or month == max(months):
                grades.append(part_of(grade["value"], grade["scale"]) if grade else None)
        return grades

    def meant(self, name: str) -> set[str]:
        return {
            field
            for field, names in self.policy.fields.items()
            if any(folded(name) == folded(known) for known in (field, field.replace("-", " "), *names))
        }

    def course_count(self, areas: Sequence[str]) -> int:
        def counts(course: Any) -> bool:
            if course.get("area") is not None:
                return course["area"] in areas
            return any(area in areas for area in self.told_by_name(course))

        return sum(counts(course) for course in self.facts.get("courses") or [])

    def told_by_name(self, course: Any) -> set[str]:
        name = " ".join(folded(course["name"]))
        return {
            area for area, words in self.policy.courses.items() if any(" ".join(folded(word)) in name for word in words)
        }

    def unplaced(self) -> int:
        """The courses of which neither the HR system nor the name tells an area."""
        courses = self.facts.get("courses") or []
        return sum(course.get("area") is None and not self.told_by_name(course) for course in courses)

    def fitting(self, choice: Any) -> list[bool | None]:
        def fits(project: Any) -> bool | None:
            told: list[bool | None] = [project.get("ai")] if choice.ai else []
            for name, wanted in (("kind", choice.kinds), ("domain", choice.domains)):
                if wanted:
                    told.append(None if project.get(name) is None else project[name] in wanted)
            return conjunction(told)

        return [fits(project) for project in self.facts.get("projects") or []]

    def results(self, choice: Any) -> list[tuple[Fraction | None, bool | None]]:
        """Of each result of a test its share, and whether it is recent enough."""

        def recent(taken: str | None) -> bool | None:
            if choice.taken_since is None:
                return True
            if taken is None:
                return None
            late = month_number(choice.taken_since) - month_number(taken)
            return True if late <= 0 else None if late <= choice.grace_months else False

        return [
            (part_of(result["score"], result["out_of"]), recent(result.get("taken")))
            for result in self.facts.get("assessments") or []
            if result["name"] == choice.name
        ]

    def words(self, question: str) -> int | None:
        answer = (self.facts.get("answers") or {}).get(question)
        if answer is None:
            return None
        spaced = re.sub(r"([\u3400-\u9fff\uf900-\ufaff\u3040-\u30ff\uac00-\ud7af])", r" \1 ", answer)
        return len("".join(sign if sign.isalnum() else " " for sign in spaced).split())
