"""What each rule of a policy does by itself, from what every application did not pass."""

from collections import Counter
from collections.abc import Iterable, Iterator

from screening.core.decision import Weight
from screening.whatif.result import RuleEffect
from screening.whatif.ruling import Lapse, Ruling

_Rule = tuple[str, str]


def effects(rulings: Iterable[tuple[Ruling, int]]) -> list[RuleEffect]:
    """Each rule that some application did not pass, the one that declines most alone first."""
    fails, unknown, declines, holds = (Counter[_Rule]() for _ in range(4))
    for ruling, count in rulings:
        for lapse in ruling.lapses:
            (fails if lapse.verdict == "fail" else unknown)[lapse.track, lapse.rule] += count
        for rule in _declining_alone(ruling):
            declines[rule] += count
        for rule in _holding_alone(ruling):
            holds[rule] += count
    found = [
        RuleEffect(*rule, fails[rule], unknown[rule], declines[rule], holds[rule]) for rule in {**fails, **unknown}
    ]
    return sorted(found, key=lambda it: (-it.declines_alone, -it.holds_alone, -it.fails, it.track, it.rule))


def _declining_alone(ruling: Ruling) -> set[_Rule]:
    """The rules of which each alone makes that the rules decline: some track has no other that does."""
    if any(lapse.weight == Weight.PERSON for lapse in ruling.lapses):
        return set()
    declining = [{_name(lapse) for lapse in lapses if lapse.weight == Weight.DECLINE} for lapses in _by_track(ruling)]
    if not all(declining):
        return set()
    return set().union(*(rules for rules in declining if len(rules) == 1))


def _holding_alone(ruling: Ruling) -> set[_Rule]:
    """The rules of which each alone keeps it from advancing."""
    if ruling.outcome == "advance":
        return set()
    held = [{_name(lapse) for lapse in lapses if lapse.weight} for lapses in _by_track(ruling)]
    return set().union(*(rules for rules in held if len(rules) == 1))


def _by_track(ruling: Ruling) -> Iterator[list[Lapse]]:
    """What was not passed, for each track that was asked: the programme's rules and its own."""
    ours = [lapse for lapse in ruling.lapses if not lapse.track]
    for track in ruling.tracks:
        yield ours + [lapse for lapse in ruling.lapses if lapse.track == track]


def _name(lapse: Lapse) -> _Rule:
    return lapse.track, lapse.rule
