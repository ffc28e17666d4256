"""What trying a policy found, for a person to read."""

from collections import Counter
from collections.abc import Iterator

from rich.console import Console, RenderableType
from rich.table import Table

from cohort.tables import plain_table
from hiring.events.decision import PolicyNamed
from screening.whatif.content import words
from screening.whatif.result import Comparison, Example, Place, Tried

_FLIPS_SHOWN = 20
_OUTCOMES = {"advance": "advance", "review": "to a person", "decline": "decline"}


def show(tried: Tried, console: Console) -> None:
    """Print it: sentences, then tables, the most important first."""
    for part in _parts(tried):
        console.print(part, highlight=False, markup=False, soft_wrap=isinstance(part, str))


def _parts(tried: Tried) -> Iterator[RenderableType]:
    found = tried.comparison
    against = "what was decided" if tried.against is None else _named(tried.against)
    yield f"{_named(tried.policy)} against {against}, on {found.applications:,} applications to {tried.programme}"
    if not found.applications:
        yield f"there are no applications to {tried.programme}: nothing can be said of what the policy does"
        yield from _left_aside(tried)
        return
    yield _summary(found)
    yield _outcomes(found)
    yield _seats(found)
    if found.flips:
        yield _flips(found)
    if found.rules:
        yield _rules(found)
    if found.reviewed:
        yield _reviewed(found)
    if found.examples:
        yield f"{len(found.examples):,} of those that end elsewhere, and which rule makes the difference:"
        yield from map(_example, found.examples)
    yield from _left_aside(tried)
    rate = tried.records / tried.seconds if tried.seconds else 0
    yield f"read {tried.records:,} records in {tried.seconds:,.1f} s ({rate:,.0f} a second); nothing was changed"


def _summary(found: Comparison) -> str:
    if not found.flips:
        return "no application would end elsewhere"
    moved = f", and {found.moved:,} keep theirs for another track or unit" if found.moved else ""
    return f"{found.flipped:,} get another outcome{moved}"


def _outcomes(found: Comparison) -> Table:
    table = plain_table("outcome", numbers=("before", "after", "change"))
    for outcome, name in _OUTCOMES.items():
        before, after = found.before.get(outcome, 0), found.after.get(outcome, 0)
        table.add_row(name, f"{before:,}", f"{after:,}", f"{after - before:+,}" if after != before else "")
    return table


def _seats(found: Comparison) -> Table:
    table = plain_table("track", numbers=("seats", "advance\nbefore", "advance\nafter"))
    for track in found.seats:
        table.add_row(track.track, f"{track.seats:,}", f"{track.before:,}", f"{track.after:,}")
    return table


def _flips(found: Comparison) -> Table:
    table = plain_table("from", "to", "unit", numbers=("applications",), title="who ends elsewhere")
    counted = Counter[tuple[str, str, str]]()
    for flip in found.flips:
        unit = _unit(flip.after.unit)
        if flip.before.unit != flip.after.unit:
            unit = f"{_unit(flip.before.unit)} → {unit}"
        counted[_place(flip.before), _place(flip.after), unit] += flip.applications
    for where, count in sorted(counted.items(), key=lambda told: (-told[1], told[0]))[:_FLIPS_SHOWN]:
        table.add_row(*where, f"{count:,}")
    if (more := len(counted) - _FLIPS_SHOWN) > 0:
        table.caption, table.caption_justify = f"and {more:,} rarer ways: --json names all", "left"
    return table


def _rules(found: Comparison) -> Table:
    table = plain_table(
        "rule",
        "of",
        numbers=("fail", "not told", "declined by\nit alone", "held back by\nit alone"),
        title="what each rule does",
    )
    for rule in found.rules:
        counts = (rule.fails, rule.unknown, rule.declines_alone, rule.holds_alone)
        table.add_row(rule.rule, f"track {rule.track}" if rule.track else "every track", *(f"{n:,}" for n in counts))
    return table


def _reviewed(found: Comparison) -> Table:
    table = plain_table(
        "a person decided", "the policy says", numbers=("applications",), title="reviewed, not counted above"
    )
    for told in found.reviewed:
        table.add_row(_OUTCOMES[told.decided], _OUTCOMES[told.tried], f"{told.applications:,}")
    return table


def _example(example: Example) -> str:
    because = []
    for rule in example.because:
        what = "is gone" if rule.required is None else f"found {rule.observed}, asks for {rule.required}"
        because.append(f"{words(rule.rule)}: {what}")
    return (
        f"  {example.application_id}  {_place(example.before)} → {_place(example.after)}  {'; '.join(because)}".rstrip()
    )


def _left_aside(tried: Tried) -> Iterator[str]:
    found = tried.comparison
    for count, what in (
        (found.undecided, "have no decision yet, and stand in no column of before and after"),
        (found.earlier_revision, "were decided on an earlier revision than is compared here"),
        (tried.other_programmes, "records are of other programmes"),
        (tried.unreadable, "records cannot be read and were left aside"),
    ):
        if count:
            yield f"{count:,} {what}"


def _place(place: Place) -> str:
    outcome = _OUTCOMES[place.outcome]
    return outcome if place.track is None else f"{outcome} ({place.track})"


def _unit(unit: str | None) -> str:
    return unit or "no unit"


def _named(policy: PolicyNamed) -> str:
    return f"{policy.name} version {policy.version} ({policy.digest[:12]})"
