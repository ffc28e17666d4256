"""Decisions on one application, line by line: what stands, why, everything that was asked, what was decided before."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from hiring.events.decision import Component, DecisionMade, Reason, RuleResult, Saying, Score, TrackResult
from hiring.explanation.words import MARKS, WORDS, Language, Words


def tell(
    decisions: Sequence[DecisionMade],
    language: Language,
    withdrawn_at: datetime | None = None,
    review_asked_at: datetime | None = None,
) -> Iterator[str]:
    """The lines for a person to read. `decisions` are in the order in which they came to stand; at least one.

    When the application was withdrawn, and when the candidate asked for a person to look, of the one that stands.
    """
    words, stands = WORDS[language], decisions[-1]
    yield words.application.format(id=stands.application_id, programme=stands.programme)
    yield words.standing.format(outcome=words.outcomes[stands.outcome]) + _where(stands, words)
    if withdrawn_at is not None:
        yield words.withdrawn.format(at=_moment(withdrawn_at))
    yield _who(stands, words)
    if review_asked_at is not None:
        yield words.review_asked.format(at=_moment(review_asked_at))
    if stands.note:
        yield words.note.format(note=stands.note)
    policy = stands.policy
    yield words.under.format(name=policy.name, version=policy.version, digest=policy.digest[:12])
    yield ""
    yield from _reasons(stands, words, language)
    yield ""
    yield from _rules(words.programme_rules, stands.rules, words)
    for track in stands.tracks:
        yield from _track(track, words)
    if len(decisions) > 1:
        yield ""
        yield words.earlier
        for decision in reversed(decisions[:-1]):
            yield "  " + _earlier(decision, words)


def _where(decision: DecisionMade, words: Words) -> str:
    track = words.on_track.format(track=words.name(decision.track)) if decision.track else ""
    return track + (words.in_unit.format(unit=words.name(decision.unit)) if decision.unit else "")


def _who(decision: DecisionMade, words: Words) -> str:
    at = _moment(decision.decided_at)
    if decision.cause == "review":
        return words.by_person.format(who=decision.decided_by, at=at)
    return words.by_policy.format(at=at)


def _reasons(decision: DecisionMade, words: Words, language: Language) -> Iterator[str]:
    yield words.reasons if decision.reasons else words.no_reasons
    for number, (text, change) in enumerate(told_reasons(decision, language), 1):
        yield f"  {number}. {text}"
        if change is not None:
            yield f"     {change}"


def told_reasons(decision: DecisionMade, language: Language) -> list[tuple[str, str | None]]:
    """Each reason with what would have passed; what several rules say in the same words comes once."""
    told = ((_in(reason, language), _in(reason.change, language)) for reason in decision.reasons)
    return [(text, change) for text, change in dict.fromkeys(told) if text is not None]


def _in(saying: Reason | Saying | None, language: Language) -> str | None:
    if saying is None:
        return None
    return saying.zh if language == "zh" else saying.en


def _track(track: TrackResult, words: Words) -> Iterator[str]:
    title = words.track_rules.format(track=words.name(track.track), outcome=words.outcomes[track.outcome])
    yield from _rules(title, track.rules, words)
    if track.score is not None:
        yield from _score(track.score, words)


def _rules(title: str, rules: Sequence[RuleResult], words: Words) -> Iterator[str]:
    yield title
    if not rules:
        yield f"  {words.no_rules}"
    for rule in rules:
        yield "  " + words.rule.format(
            mark=MARKS[rule.verdict],
            name=words.name(rule.rule),
            observed=words.phrase(rule.observed),
            required=words.phrase(rule.required),
        )


def _score(score: Score, words: Words) -> Iterator[str]:
    yield "  " + words.score.format(
        points=score.points, of=score.of, advance=score.advance_from, review=score.review_from
    )
    for component in score.components:
        yield "    " + _component(component, words)


def _component(component: Component, words: Words) -> str:
    template = words.component_unknown if component.points is None else words.component
    observed = words.phrase(component.observed)
    return template.format(
        name=words.name(component.component), points=component.points, of=component.of, observed=observed
    )


def _earlier(decision: DecisionMade, words: Words) -> str:
    who = decision.decided_by if decision.cause == "review" else decision.policy.name
    return words.earlier_one.format(
        at=_moment(decision.decided_at),
        outcome=words.outcomes[decision.outcome],
        where=_where(decision, words),
        who=who,
        version=decision.policy.version,
        digest=decision.policy.digest[:12],
    )


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
