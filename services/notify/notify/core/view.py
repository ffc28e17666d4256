"""What a template may say: the variables of a letter, and what is in them. Absent is None, never an empty text."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from hiring.events.decision import DecisionMade, Outcome, Saying
from hiring.events.decision import Reason as ReasonGiven
from notify.core.announcement import Announcement
from notify.core.language import Language
from notify.core.names import PlainNames, one_line

_BETWEEN: dict[Language, str] = {"en": ", ", "zh": " / "}
# So much of an application's number tells it from others that are called the same.
_NUMBERED: dict[Language, str] = {"en": "number …{}", "zh": "编号 …{}"}
_END = 6


@dataclass(frozen=True, slots=True)
class Reason:
    """Why, on one line; of what declined, `change` is what was found and what would have passed."""

    text: str
    change: str | None


@dataclass(frozen=True, slots=True)
class Application:
    """One decision. `number` is the application's id.

    `title` is the track and the unit, as far as there are; among several applications each has one of its own.
    `may_ask`: the candidate may ask for a person to look at it, which they may once where the rules declined.
    """

    outcome: Outcome
    by_person: bool
    track: str | None
    unit: str | None
    title: str | None
    reasons: tuple[Reason, ...]
    number: str
    may_ask: bool


@dataclass(frozen=True, slots=True)
class View:
    """The variables of a template. `applications`, best news first, are the three tuples after it, one after another.

    `outcome` is the best one. `decided_by` says who came to what is decided: the programme's rules, a person, or
    both where several applications went different ways; None where everything still waits for a person. `may_ask`:
    of one of them at least. `corrects`: what was written before no longer holds, for a `person` has now decided, or
    for what was decided `changed`; None where nothing else was written before.
    """

    name: str | None
    programme: str
    outcome: Outcome
    applications: tuple[Application, ...]
    advancing: tuple[Application, ...]
    reviewed: tuple[Application, ...]
    declined: tuple[Application, ...]
    several: bool
    decided_by: Literal["rules", "person", "both"] | None
    may_ask: bool
    corrects: Literal["person", "changed"] | None
    status_url: str | None


def view(announcement: Announcement, name: str | None, language: Language, names: PlainNames) -> View:
    """What the letter tells, in the language's names. `name` as the letter may use it."""
    applications = tuple(_application(decision, language, names) for decision in announcement.decisions)
    if len(applications) > 1:
        applications = _told_apart(applications, language)

    def that(outcome: Outcome) -> tuple[Application, ...]:
        return tuple(it for it in applications if it.outcome == outcome)

    return View(
        name=name,
        programme=names.name(language, "programme", announcement.decisions[0].programme),
        outcome=applications[0].outcome,
        applications=applications,
        advancing=that("advance"),
        reviewed=that("review"),
        declined=that("decline"),
        several=len(applications) > 1,
        decided_by=_decided_by(applications),
        may_ask=any(it.may_ask for it in applications),
        corrects=_corrects(announcement.corrects, applications),
        status_url=announcement.status_url,
    )


def _told_apart(applications: tuple[Application, ...], language: Language) -> tuple[Application, ...]:
    """Each with a title that no other has: the end of its number stands for what is missing."""
    often = Counter(it.title for it in applications)

    def numbered(it: Application) -> str:
        end = _NUMBERED[language].format(it.number[-_END:])
        return _BETWEEN[language].join((it.title, end)) if it.title else end[:1].upper() + end[1:]

    return tuple(it if it.title and often[it.title] == 1 else replace(it, title=numbered(it)) for it in applications)


def _decided_by(applications: Iterable[Application]) -> Literal["rules", "person", "both"] | None:
    by = {it.by_person for it in applications if it.outcome != "review"}
    if not by:
        return None
    return "both" if len(by) > 1 else "person" if by.pop() else "rules"


def _corrects(corrects: bool, applications: Iterable[Application]) -> Literal["person", "changed"] | None:
    """A person's decision was waited for, or asked for: that it comes is no mistake of ours."""
    if not corrects:
        return None
    return "person" if any(it.by_person for it in applications) else "changed"


def _application(decision: DecisionMade, language: Language, names: PlainNames) -> Application:
    by_person = decision.cause == "review"
    track = names.name(language, "track", decision.track) if decision.track else None
    unit = names.name(language, "unit", decision.unit) if decision.unit else None
    # After a review they say why a person was asked, which is not why that person decided as they did.
    told = () if by_person else (_reason(reason, decision.outcome, language) for reason in decision.reasons)
    return Application(
        outcome=decision.outcome,
        by_person=by_person,
        track=track,
        unit=unit,
        title=_BETWEEN[language].join(filter(None, (track, unit))) or None,
        # Two rules may give one reason; it is told once.
        reasons=tuple(dict.fromkeys(reason for reason in told if reason.text)),
        number=str(decision.application_id),
        may_ask=decision.outcome == "decline" and not by_person,
    )


def _reason(given: ReasonGiven, outcome: Outcome, language: Language) -> Reason:
    # What would have passed is of use to who did not; who waits for a person might take it for a verdict.
    change = _in(given.change, language) if given.change and outcome == "decline" else ""
    return Reason(_in(given, language), change or None)


def _in(saying: Saying | ReasonGiven, language: Language) -> str:
    return one_line(saying.zh if language == "zh" and saying.zh.strip() else saying.en)
