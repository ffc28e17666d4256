"""policy + facts -> decision. Every rule is asked, none is skipped once another failed.

- A rule that fails leads to its `otherwise`; a rule that cannot tell leads to a person (review).
- A track's outcome is the worst of the programme's rules and its own: decline, then review, then advance.
  Where a rule whose `otherwise` is `person` does not pass, a person decides, whatever the others say.
- The application advances on the first preferred track that it may advance on; where there is none it goes
  to a person if any track needs one; else it is declined, and the reasons are those of its first track.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum

from hiring.events.application import Facts
from hiring.events.decision import Outcome, Verdict
from screening.core.decision import Decision, Reason, RuleResult, TrackResult
from screening.core.policy import Policy, Rule, Saying, Track
from screening.core.predicates import Case, case_of, compile_rule, course_areas

Decide = Callable[[Facts], Decision]


class Weight(IntEnum):
    """What a rule's verdict asks for; the heaviest of all rules decides."""

    ADVANCE = 0
    REVIEW = 1
    DECLINE = 2
    PERSON = 3


_OUTCOME: dict[int, Outcome] = {
    Weight.ADVANCE: "advance",
    Weight.REVIEW: "review",
    Weight.DECLINE: "decline",
    Weight.PERSON: "review",
}
_RANK: dict[Outcome, int] = {"advance": 0, "review": 1, "decline": 2}


@dataclass(frozen=True, slots=True)
class Answer:
    """A rule's result, what it asks for, and the reason to give where it did not pass."""

    result: RuleResult
    weight: int
    reason: Reason | None


Question = Callable[[Case], Answer]


def compile_policy(policy: Policy) -> Decide:
    """The policy as a function. Pure and total: the same facts give the same decision, and it never raises."""
    areas_of = course_areas(policy.courses)
    shared = [_question(rule) for rule in policy.rules]
    tracks = {track.id: (track, [_question(rule) for rule in track.rules]) for track in policy.tracks}
    order = tuple(tracks)

    def decide(facts: Facts) -> Decision:
        case = case_of(facts, areas_of)
        programme = [ask(case) for ask in shared]
        rules = [answer.result for answer in programme]
        wanted = [track for track in facts.preferences.tracks if track in tracks] or order
        judged: list[tuple[Outcome, str, list[Answer]]] = []
        for name in dict.fromkeys(wanted):
            answers = [ask(case) for ask in tracks[name][1]]
            heaviest = max([answer.weight for answer in (*programme, *answers)])
            judged.append((_OUTCOME[heaviest], name, answers))
        # min keeps the first of equals, and the tracks stand in the candidate's order.
        outcome, name, answers = min(judged, key=lambda track: _RANK[track[0]])
        return Decision(
            outcome=outcome,
            track=name,
            unit=_unit(tracks[name][0], facts),
            reasons=[] if outcome == "advance" else _reasons(outcome, (*programme, *answers)),
            rules=rules,
            tracks=[TrackResult(t, o, [answer.result for answer in a]) for o, t, a in judged],
        )

    return decide


_REMEMBERED = 10_000
"""So many different answers of one rule are kept; facts from outside must not grow the memory without end."""


def _question(rule: Rule) -> Question:
    predicate, required = compile_rule(rule)
    known: dict[tuple[Verdict, str], Answer] = {}

    def ask(case: Case) -> Answer:
        seen = predicate(case)
        answer = known.get(seen)
        if answer is None:
            answer = _answer(rule, required, *seen)
            if len(known) < _REMEMBERED:
                known[seen] = answer
        return answer

    return ask


def _answer(rule: Rule, required: str, verdict: Verdict, observed: str) -> Answer:
    result = RuleResult(rule.id, verdict, observed, required)
    if verdict == "pass":
        return Answer(result, Weight.ADVANCE, None)
    saying = rule.unclear if verdict == "unknown" else rule.reason
    return Answer(result, _weight(rule, verdict), _reason(rule, saying))


def _weight(rule: Rule, verdict: Verdict) -> Weight:
    if rule.otherwise == "person":
        return Weight.PERSON
    if rule.otherwise == "decline" and verdict == "fail":
        return Weight.DECLINE
    return Weight.REVIEW


def _reason(rule: Rule, saying: Saying) -> Reason:
    return Reason(rule.id, saying.en, saying.zh)


def _reasons(outcome: Outcome, answers: Sequence[Answer]) -> list[Reason]:
    """A decline gives the reasons that decline; a review everything that did not pass."""
    least = Weight.DECLINE if outcome == "decline" else Weight.REVIEW
    return [answer.reason for answer in answers if answer.reason is not None and answer.weight >= least]


def _unit(track: Track, facts: Facts) -> str | None:
    return next((unit for unit in facts.preferences.units if unit in track.units), None)
