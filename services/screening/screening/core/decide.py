"""policy + facts -> decision. Every rule is asked, none is skipped once another failed.

- A rule that fails leads to its `otherwise`; a rule that cannot tell leads to a person (review).
- A track's outcome is the worst of the programme's rules and its own: decline, then review, then advance.
  Where a rule whose `otherwise` is `person` does not pass, a person decides, whatever the others say.
- The application advances on the first preferred track that it may advance on; where there is none it goes
  to a person if any track needs one; else it is declined, and the reasons are those of its first track.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from hiring.events.application import Facts
from hiring.events.decision import Outcome
from screening.core.decision import Decision, Reason, RuleResult, TrackResult
from screening.core.policy import Policy, Rule, Saying, Track
from screening.core.predicates import AreasOf, Predicate, compile_rule, course_areas

Decide = Callable[[Facts], Decision]


@dataclass(frozen=True, slots=True)
class _Compiled:
    rule: str
    predicate: Predicate
    required: str
    otherwise: str
    reason: Reason
    unclear: Reason


def compile_policy(policy: Policy) -> Decide:
    """The policy as a function. Pure and total: the same facts give the same decision, and it never raises."""
    areas_of = course_areas(policy.courses)
    shared = [_compile(rule, areas_of) for rule in policy.rules]
    tracks = {track.id: (track, [_compile(rule, areas_of) for rule in track.rules]) for track in policy.tracks}
    order = tuple(tracks)

    def decide(facts: Facts) -> Decision:
        programme = _ask(shared, facts)
        wanted = [track for track in facts.preferences.tracks if track in tracks] or order
        judged = []
        for name in dict.fromkeys(wanted):
            answers = _ask(tracks[name][1], facts)
            outcome = _outcome((*programme, *answers))
            judged.append((outcome, name, answers))
        outcome, name, answers = _choose(judged)
        return Decision(
            outcome=outcome,
            track=name,
            unit=_unit(tracks[name][0], facts),
            reasons=_reasons(outcome, (*programme, *answers)),
            rules=[result for _, result in programme],
            tracks=[TrackResult(t, o, [result for _, result in a]) for o, t, a in judged],
        )

    return decide


_Answer = tuple[_Compiled, RuleResult]
_RANK: dict[Outcome, int] = {"advance": 0, "review": 1, "decline": 2}


def _compile(rule: Rule, areas_of: AreasOf) -> _Compiled:
    predicate, required = compile_rule(rule, areas_of)

    def reason(saying: Saying) -> Reason:
        return Reason(rule.id, saying.en, saying.zh)

    return _Compiled(rule.id, predicate, required, rule.otherwise, reason(rule.reason), reason(rule.unclear))


def _ask(rules: Sequence[_Compiled], facts: Facts) -> list[_Answer]:
    answers = []
    for rule in rules:
        verdict, observed = rule.predicate(facts)
        answers.append((rule, RuleResult(rule.rule, verdict, observed, rule.required)))
    return answers


def _outcome(answers: Sequence[_Answer]) -> Outcome:
    outcome: Outcome = "advance"
    for rule, result in answers:
        if result.verdict == "pass":
            continue
        if rule.otherwise == "person":
            return "review"
        if result.verdict == "fail" and rule.otherwise == "decline":
            outcome = "decline"
        elif outcome == "advance":
            outcome = "review"
    return outcome


def _choose(judged: Sequence[tuple[Outcome, str, list[_Answer]]]) -> tuple[Outcome, str, list[_Answer]]:
    # min keeps the first of equals, and the tracks stand in the candidate's order.
    return min(judged, key=lambda track: _RANK[track[0]])


def _reasons(outcome: Outcome, answers: Sequence[_Answer]) -> list[Reason]:
    if outcome == "decline":
        return [rule.reason for rule, result in answers if result.verdict == "fail" and rule.otherwise == "decline"]
    return [
        rule.unclear if result.verdict == "unknown" else rule.reason
        for rule, result in answers
        if result.verdict != "pass"
    ]


def _unit(track: Track, facts: Facts) -> str | None:
    return next((unit for unit in facts.preferences.units if unit in track.units), None)
