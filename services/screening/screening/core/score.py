"""A track's score, compiled: its components' points, added up, and what they lead to.

Points are whole hundredths, each component rounded half up: what is shown is what is compared. A component whose
fact is missing may give anything from none to all of its points, so a score lies between two ends, and only where
both are on one side does it decide.
"""

from collections.abc import Callable, Hashable
from fractions import Fraction

from screening.core.case import Case, Tables
from screening.core.components import Worth, compile_component
from screening.core.decision import Change, ComponentResult, Reason, ScoreResult, Weight
from screening.core.scoring import SCORE, AnyComponent, Score

Ask = Callable[[Case], ComponentResult]
ScoreOf = Callable[[Case], ScoreResult]

_REMEMBERED = 10_000
_WHOLE = 100
"""Hundredths a point."""


def compile_score(score: Score, tables: Tables) -> ScoreOf:
    """The score of a case."""
    components = [_question(component, tables) for component in score.components]
    advance_from, review_from = float(score.advance_from), float(score.review_from)
    known: dict[tuple[int, int], tuple[Weight, Reason | None]] = {}

    def score_of(case: Case) -> ScoreResult:
        results = [ask(case) for ask in components]
        low = high = 0
        for result in results:
            low += result.low
            high += result.high
        led = known.get((low, high))
        if led is None:
            led = _lead(score, low, high)
            if len(known) < _REMEMBERED:
                known[low, high] = led
        return ScoreResult(low / _WHOLE, high / _WHOLE, advance_from, review_from, results, *led)

    return score_of


def _question(component: AnyComponent, tables: Tables) -> Ask:
    observe, worth = compile_component(component, tables)
    known: dict[Hashable, ComponentResult] = {}

    def ask(case: Case) -> ComponentResult:
        seen = observe(case)
        result = known.get(seen)
        if result is None:
            result = _result(component, worth(seen))
            if len(known) < _REMEMBERED:
                known[seen] = result
        return result

    return ask


def _result(component: AnyComponent, worth: Worth) -> ComponentResult:
    weight = component.weight
    if worth.least is None:
        return ComponentResult(component.id, 0, weight * _WHOLE, None, float(weight), worth.observed)
    low, high = (_hundredths(part * weight) for part in (worth.least, worth.most))
    observed = worth.observed if low == high else f"{worth.observed}: up to {high / _WHOLE:g} points"
    return ComponentResult(component.id, low, high, low / _WHOLE, float(weight), observed)


def _hundredths(points: Fraction) -> int:
    return int(points * _WHOLE + Fraction(1, 2))


def _lead(score: Score, low: int, high: int) -> tuple[Weight, Reason | None]:
    """What a score between two ends leads to, and the reason to give."""
    advance, review = score.advance_from * _WHOLE, score.review_from * _WHOLE
    if low >= advance:
        return Weight.ADVANCE, None
    if high < advance and (high < review or low >= review):
        saying, weight = (score.reason, Weight.DECLINE) if high < review else (score.between, Weight.REVIEW)
        return weight, Reason(SCORE, saying.en, saying.zh, _change(low, high, score.advance_from))
    return Weight.REVIEW, Reason(SCORE, score.unclear.en, score.unclear.zh)


def _change(low: int, high: int, needs: int) -> Change:
    points = f"{low / _WHOLE:g}" if low == high else f"{low / _WHOLE:g}–{high / _WHOLE:g}"
    return Change(f"score {points} of 100; needs {needs}", f"得分 {points}/100；需达到 {needs}")
