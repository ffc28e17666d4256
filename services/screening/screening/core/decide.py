"""policy + facts -> decision. Every rule is asked, none is skipped once another failed.

- A rule that fails leads to its `otherwise`; a rule that cannot tell leads to a person (review), or is let pass
  where it says so.
- A track's outcome is the worst of the programme's rules, its own, and its score: decline, then review, then
  advance. Where a rule whose `otherwise` is `person` does not pass, a person decides, whatever the others say.
- The application advances on the first preferred track that it may advance on; where there is none it goes
  to a person if any track needs one; else it is declined, and the reasons are those of its first track.
- Where a decline needs a person, that decline becomes a review, and its reasons stay.
"""

from collections.abc import Callable, Hashable, Sequence
from operator import attrgetter
from typing import NamedTuple

from hiring.events.application import Facts, Preferences
from hiring.events.decision import Outcome
from screening.core.case import Case, Tables, case_of, tables
from screening.core.decision import Decision, Reason, RuleResult, ScoreResult, TrackResult, Weight
from screening.core.policy import Policy, Track
from screening.core.predicates.compiling import compile_condition
from screening.core.predicates.predicate import Finding
from screening.core.rules import Rule
from screening.core.score import ScoreOf, compile_score

Decide = Callable[[Facts], Decision]
Question = Callable[[Case], RuleResult]

# By weight; a person's review comes before a decline where tracks are compared.
_OUTCOME: tuple[Outcome, ...] = ("advance", "review", "decline", "review")
_RANK = (0, 1, 2, 1)
_WEIGHT_OF = attrgetter("weight")
_NO_PREFERENCES = Preferences()
_REMEMBERED = 10_000
"""So many different answers of one rule are kept; facts from outside must not grow the memory without end."""


class _Track(NamedTuple):
    id: str
    units: frozenset[str]
    questions: list[Question]
    score_of: ScoreOf | None


def compile_policy(policy: Policy) -> Decide:
    """The policy as a function. Pure and total: the same facts give the same decision, and it never raises."""
    known = tables(policy)
    areas_of = known.areas_of
    shared = [_question(rule, known) for rule in policy.rules]
    every = [_compile_track(track, known) for track in policy.tracks]
    by_name = {track.id: track for track in every}
    declined: Outcome = "review" if policy.decline_needs_a_person else "decline"

    def decide(facts: Facts) -> Decision:
        case = case_of(facts, areas_of)
        preferences = facts.get("preferences", _NO_PREFERENCES)
        programme = [ask(case) for ask in shared]
        least = max([result.weight for result in programme], default=Weight.ADVANCE)
        wanted = [by_name[name] for name in dict.fromkeys(preferences.get("tracks", ())) if name in by_name] or every
        results: list[TrackResult] = []
        best, lightest = 0, Weight.PERSON
        for place, track in enumerate(wanted):
            answers = [ask(case) for ask in track.questions]
            weight = max([least, *[answer.weight for answer in answers]])
            score = None
            if track.score_of is not None:
                score = track.score_of(case)
                weight = max(weight, score.weight)
            results.append(TrackResult(track.id, _OUTCOME[weight], answers, score))
            # The first of equals stays, and the tracks stand in the candidate's order.
            if place == 0 or _RANK[weight] < _RANK[lightest]:
                best, lightest = place, weight
        name, outcome, answers, score = results[best]
        reasons = [] if outcome == "advance" else _reasons(outcome, programme, answers, score)
        if outcome == "decline":
            outcome = declined
        return Decision(outcome, name, _unit(wanted[best], preferences), reasons, programme, results)

    return decide


def _compile_track(track: Track, known: Tables) -> _Track:
    units = frozenset(unit.id for unit in track.units)
    score_of = None if track.score is None else compile_score(track.score, known)
    return _Track(track.id, units, [_question(rule, known) for rule in track.rules], score_of)


def _question(rule: Rule, known: Tables) -> Question:
    observe, judge, required = compile_condition(rule, known)
    remembered: dict[Hashable, RuleResult] = {}

    def ask(case: Case) -> RuleResult:
        seen = observe(case)
        result = remembered.get(seen)
        if result is None:
            result = _result(rule, required, judge(seen))
            if len(remembered) < _REMEMBERED:
                remembered[seen] = result
        return result

    return ask


def _result(rule: Rule, required: str, found: Finding) -> RuleResult:
    weight = _weight(rule, found)
    if weight is Weight.ADVANCE:
        return RuleResult(rule.id, found.verdict, found.observed, required, weight, None)
    saying = rule.unclear if found.verdict == "unknown" else rule.reason
    reason = Reason(rule.id, saying.en, saying.zh, found.change)
    return RuleResult(rule.id, found.verdict, found.observed, required, weight, reason)


def _weight(rule: Rule, found: Finding) -> Weight:
    if found.verdict == "pass" or (found.verdict == "unknown" and rule.if_unknown == "pass"):
        return Weight.ADVANCE
    if rule.otherwise == "person":
        return Weight.PERSON
    return Weight.DECLINE if rule.otherwise == "decline" and found.verdict == "fail" else Weight.REVIEW


def _reasons(
    outcome: Outcome, programme: Sequence[RuleResult], answers: Sequence[RuleResult], score: ScoreResult | None
) -> list[Reason]:
    """A decline gives the reasons that decline, a review everything that did not pass; the heaviest first."""
    told: list[RuleResult | ScoreResult] = [*programme, *answers]
    if score is not None:
        told.append(score)
    if outcome == "decline":
        return [one.reason for one in told if one.reason is not None and one.weight >= Weight.DECLINE]
    told.sort(key=_WEIGHT_OF, reverse=True)
    return [one.reason for one in told if one.reason is not None]


def _unit(track: _Track, preferences: Preferences) -> str | None:
    for unit in preferences.get("units", ()):
        if unit in track.units:
            return unit
    return None
