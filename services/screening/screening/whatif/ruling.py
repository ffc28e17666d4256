"""What is kept of a decision in order to compare it with another: no more than is needed for a million of them."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from screening.core.decision import Decision, RuleResult
from screening.core.scoring import SCORE

_UP_TO = re.compile(r": up to ([\d.]+) points$")
"""By which a component tells that it may be worth more than its points."""
_RANK = {"advance": 0, "review": 1, "decline": 2}


class Lapse(NamedTuple):
    """A rule that an application did not pass. `track` is empty for a rule of the whole programme."""

    track: str
    rule: str
    verdict: str
    weight: int


class Ruling(NamedTuple):
    """An outcome, the rules its reasons name; the tracks asked about and every rule not passed."""

    outcome: str
    track: str | None
    unit: str | None
    decisive: tuple[str, ...]
    tracks: tuple[str, ...] = ()
    lapses: tuple[Lapse, ...] = ()
    by_a_person: bool = False


def of_decision(decision: Decision) -> Ruling:
    """The ruling of a decision that was made here."""
    lapses = _lapses("", decision.rules)
    for track in decision.tracks:
        lapses += _lapses(track.track, track.rules)
        if track.score is not None and (weight := track.score.weight):
            # Where it is certain, it says what would have advanced, also in the band where a person decides.
            verdict = "fail" if track.score.reason is not None and track.score.reason.change is not None else "unknown"
            lapses.append(Lapse(track.track, SCORE, verdict, int(weight)))
    return Ruling(
        decision.outcome,
        decision.track,
        decision.unit,
        tuple([reason.rule for reason in decision.reasons]),
        tuple([track.track for track in decision.tracks]),
        tuple(lapses),
    )


def of_record(data: Mapping[str, Any]) -> Ruling:
    """The ruling in the JSON of `hiring.decision.made.v1`. Raises KeyError or TypeError where it is none.

    What a rule weighed is not recorded: the weight of its lapses is 0.
    """
    if data["outcome"] not in _RANK:
        raise KeyError(data["outcome"])
    tracks = data.get("tracks", ())
    lapses = [
        Lapse("", rule["rule"], rule["verdict"], 0) for rule in data.get("rules", ()) if rule["verdict"] != "pass"
    ]
    for track in tracks:
        name = track["track"]
        lapses += [
            Lapse(name, rule["rule"], rule["verdict"], 0) for rule in track["rules"] if rule["verdict"] != "pass"
        ]
        if (score := track.get("score")) is not None and score["points"] < score["advance_from"]:
            lapses.append(Lapse(name, SCORE, _of_score(score), 0))
    return Ruling(
        data["outcome"],
        data.get("track"),
        data.get("unit"),
        tuple([reason["rule"] for reason in data.get("reasons", ())]),
        tuple([track["track"] for track in tracks]),
        tuple(lapses),
        data.get("cause") == "review",
    )


def difference(before: Ruling, after: Ruling) -> list[str]:
    """The rules that made the difference: those that weigh on the worse of the two and not on the better one.

    Of one that keeps its outcome on another track, those that stand against the track it was on.
    """
    worse, better = (after, before) if _RANK[after.outcome] >= _RANK[before.outcome] else (before, after)
    told = {lapse[:3] for lapse in better.lapses}
    changed = [lapse for lapse in worse.lapses if lapse[:3] not in told]
    if worse.outcome == better.outcome:
        return [lapse.rule for lapse in changed or worse.lapses if lapse.track in ("", before.track)]
    rules = {lapse.rule for lapse in changed}
    return (
        [rule for rule in worse.decisive if rule in rules]
        or [rule for rule in worse.decisive if rule not in better.decisive]
        or list(worse.decisive)
    )


def _of_score(score: Mapping[str, Any]) -> str:
    """As `screening.core.score` has it: a fail where least and most are both below the band, or both in it."""
    most, review = sum(map(_most, score["components"])), score["review_from"]
    certain = most < score["advance_from"] and (most < review or score["points"] >= review)
    return "fail" if certain else "unknown"


def _most(component: Mapping[str, Any]) -> float:
    if component["points"] is None:
        return float(component["of"])
    up_to = _UP_TO.search(component["observed"])
    return float(up_to[1] if up_to else component["points"])


def _lapses(track: str, results: Iterable[RuleResult]) -> list[Lapse]:
    return [
        Lapse(track, result.rule, result.verdict, int(result.weight)) for result in results if result.verdict != "pass"
    ]
