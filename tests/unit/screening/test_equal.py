"""The compiled policy and the plain reading of the manual come to the same, for any policy and any facts."""

from typing import Any

from hypothesis import HealthCheck, given, settings

from hiring.events.application import Facts
from screening.core.decide import compile_policy
from screening.core.decision import Decision
from screening.core.policy import Policy

from .generated import FACTS, policies
from .plain_evaluator import Plain, plain_decision


def told(decision: Decision) -> Plain:
    verdicts: dict[tuple[str | None, str], str] = {(None, rule.rule): rule.verdict for rule in decision.rules}
    for track in decision.tracks:
        verdicts |= {(track.track, rule.rule): rule.verdict for rule in track.rules}
    hundredths: Any = {
        track.track: (
            sum(component.low for component in track.score.components),
            sum(component.high for component in track.score.components),
        )
        for track in decision.tracks
        if track.score is not None
    }
    return Plain(
        decision.outcome,
        decision.track or "",
        decision.unit,
        [reason.rule for reason in decision.reasons],
        verdicts,
        {track.track: track.outcome for track in decision.tracks},
        hundredths,
    )


@settings(max_examples=1000, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(policies(), FACTS)
def test_both_evaluators_decide_the_same(policy: Policy, facts: Facts) -> None:
    plain = plain_decision(policy, facts)
    hundredths: Any = {track: (least * 100, most * 100) for track, (least, most) in plain.points.items()}
    assert told(compile_policy(policy)(facts)) == plain._replace(points=hundredths)
