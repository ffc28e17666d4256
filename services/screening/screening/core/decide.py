"""policy + facts -> decision. Every rule is asked, none is skipped once another failed.

- A rule that fails leads to its `otherwise`; a rule that cannot tell leads to a person (review).
- A track's outcome is the worst of the programme's rules and its own: decline, then review, then advance.
  Where a rule whose `otherwise` is `person` does not pass, a person decides, whatever the others say.
- The application advances on the first preferred track that it may advance on; where there is none it goes
  to a person if any track needs one; else it is declined, and the reasons are those of its first track.
"""

from collections.abc import Callable, Hashable, Sequence
from typing import NamedTuple

from hiring.events.application import Facts, Preferences
from hiring.events.decision import Outcome, Verdict
from screening.core.decision import Decision, Reason, RuleResult, TrackResult, Weight
from screening.core.policy import Policy, Rule, Track
from screening.core.predicates import Case, case_of, compile_rule, course_areas

Decide = Callable[[Facts], Decision]
Question = Callable[[Case], RuleResult]

# By weight; a person's review comes before a decline where tracks are compared.
_OUTCOME: tuple[Outcome, ...] = ("advance", "review", "decline", "review")
_RANK = (0, 1, 2, 1)
_NO_PREFERENCES = Preferences()
_REMEMBERED = 10_000
"""So many different answers of one rule are kept; facts from outside must not grow the memory without end."""


class _Track(NamedTuple):
    id: str
    units: frozenset[str]
    questions: list[Question]


def compile_policy(policy: Policy) -> Decide:
    """The policy as a function. Pure and total: the same facts give the same decision, and it never raises."""
    areas_of = course_areas(policy.courses)
    shared = [_question(rule) for rule in policy.rules]
    every = [_compile_track(track) for track in policy.tracks]
    tracks = {track.id: track for track in every}

    def decide(facts: Facts) -> Decision:
        case = case_of(facts, areas_of)
        preferences = facts.get("preferences", _NO_PREFERENCES)
        programme = [ask(case) for ask in shared]
        least = max([result.weight for result in programme], default=Weight.ADVANCE)
        wanted = [tracks[name] for name in dict.fromkeys(preferences.get("tracks", ())) if name in tracks] or every
        results: list[TrackResult] = []
        best, lightest = 0, Weight.PERSON
        for place, track in enumerate(wanted):
            answers = [ask(case) for ask in track.questions]
            weight = max([least, *[answer.weight for answer in answers]])
            results.append(TrackResult(track.id, _OUTCOME[weight], answers))
            # The first of equals stays, and the tracks stand in the candidate's order.
            if place == 0 or _RANK[weight] < _RANK[lightest]:
                best, lightest = place, weight
        name, outcome, answers = results[best]
        reasons = [] if outcome == "advance" else _reasons(outcome, programme + answers)
        return Decision(outcome, name, _unit(wanted[best], preferences), reasons, programme, results)

    return decide


def _compile_track(track: Track) -> _Track:
    return _Track(track.id, frozenset(track.units), [_question(rule) for rule in track.rules])


def _question(rule: Rule) -> Question:
    observe, judge, required = compile_rule(rule)
    known: dict[Hashable, RuleResult] = {}

    def ask(case: Case) -> RuleResult:
        seen = observe(case)
        result = known.get(seen)
        if result is None:
            result = _result(rule, required, *judge(seen))
            if len(known) < _REMEMBERED:
                known[seen] = result
        return result

    return ask


def _result(rule: Rule, required: str, verdict: Verdict, observed: str) -> RuleResult:
    if verdict == "pass":
        return RuleResult(rule.id, verdict, observed, required, Weight.ADVANCE, None)
    saying = rule.unclear if verdict == "unknown" else rule.reason
    return RuleResult(
        rule.id, verdict, observed, required, _weight(rule, verdict), Reason(rule.id, saying.en, saying.zh)
    )


def _weight(rule: Rule, verdict: Verdict) -> Weight:
    if rule.otherwise == "person":
        return Weight.PERSON
    if rule.otherwise == "decline" and verdict == "fail":
        return Weight.DECLINE
    return Weight.REVIEW


def _reasons(outcome: Outcome, results: Sequence[RuleResult]) -> list[Reason]:
    """A decline gives the reasons that decline; a review everything that did not pass."""
    least = Weight.DECLINE if outcome == "decline" else Weight.REVIEW
    return [result.reason for result in results if result.reason is not None and result.weight >= least]


def _unit(track: _Track, preferences: Preferences) -> str | None:
    for unit in preferences.get("units", ()):
        if unit in track.units:
            return unit
    return None
