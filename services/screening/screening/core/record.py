"""A decision as it is published: the part of `hiring.decision.made.v1` that the core knows."""

import orjson

from screening.core.decision import ComponentResult, Decision, RuleResult, ScoreResult, TrackResult

DECIDED_BY = "policy"


def decision_fields(decision: Decision) -> dict[str, object]:
    """The fields of the event that tell the outcome, why and by whom, for orjson; the shell adds ids and time."""
    return {
        "outcome": decision.outcome,
        "track": decision.track,
        "unit": decision.unit,
        "reasons": decision.reasons,
        "rules": _written(decision.rules),
        "tracks": [_track(track) for track in decision.tracks],
        "decided_by": DECIDED_BY,
    }


def _track(result: TrackResult) -> dict[str, object]:
    told: dict[str, object] = {"track": result.track, "outcome": result.outcome, "rules": _written(result.rules)}
    if result.score is not None:
        told["score"] = _score(result.score)
    return told


def _score(score: ScoreResult) -> dict[str, object]:
    return {
        "points": score.points,
        "of": 100.0,
        "advance_from": score.advance_from,
        "review_from": score.review_from,
        "components": _written(score.components),
    }


def _written(results: list[RuleResult] | list[ComponentResult]) -> orjson.Fragment:
    return orjson.Fragment(b"[%b]" % b",".join([result.json for result in results]))
