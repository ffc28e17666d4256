"""From events to what stands of each application, its history, and how many are in each state. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import orjson

from console.core.happenings import Event, Forgotten, Happening
from hiring.events.application import ApplicationSubmitted
from hiring.events.command import ApplicationWithdrawn, LetterSettled, ReviewGiven, ReviewRequested
from hiring.events.decision import DecisionMade
from hiring.events.notification import NotificationRecorded
from hiring.topics import APPLICATIONS


class Cell(NamedTuple):
    """A state that an application may be in; what there is none of is empty."""

    programme: str
    outcome: str
    track: str
    unit: str
    letter: str
    withdrawn: bool


@dataclass(slots=True)
class Standing:
    """What is known of one application. `facts` and `decision` are JSON where this batch brought them, else None.

    `letters` holds the latest news of each decision's letter: its state, when, and the cause where one was told.
    """

    source: str | None = None
    programme: str | None = None
    revision: str | None = None
    submitted_at: datetime | None = None
    decision_id: UUID | None = None
    outcome: str | None = None
    track: str | None = None
    unit: str | None = None
    decided_at: datetime | None = None
    decided_by: str | None = None
    letters: dict[str, tuple[str, str, str | None]] = field(default_factory=dict)
    withdrawn_at: datetime | None = None
    facts: str | None = None
    decision: str | None = None

    @property
    def letter(self) -> str:
        """The state of the letter that tells the decision that stands; empty where there is no news of it."""
        return self.letters.get(str(self.decision_id), ("", "", None))[0]

    @property
    def letter_at(self) -> datetime | None:
        """Since when that letter is in its state."""
        told = self.letters.get(str(self.decision_id))
        return None if told is None else datetime.fromisoformat(told[1])

    @property
    def withdrawn(self) -> bool:
        """Whether it was taken back after it was last submitted."""
        return self.withdrawn_at is not None and (self.submitted_at is None or self.submitted_at <= self.withdrawn_at)

    def cell(self) -> Cell | None:
        """Where it counts; nowhere while its own event has not come."""
        if self.submitted_at is None:
            return None
        return Cell(
            self.programme or "", self.outcome or "", self.track or "", self.unit or "", self.letter, self.withdrawn
        )


class Line(NamedTuple):
    """One thing that happened to an application; `details` are words of the event."""

    application_id: UUID
    kind: str
    id: str
    at: datetime
    by: str | None
    details: dict[str, Any]


@dataclass(slots=True)
class Effect:
    """What a batch changes.

    The standings as they are now, None where nothing is left to know; applications whose earlier history goes;
    when those were forgotten; new lines of history; how many applications each cell gained or lost.
    """

    standings: dict[UUID, Standing | None]
    wiped: set[UUID] = field(default_factory=set)
    forgotten: dict[UUID, datetime] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)
    cells: Counter[Cell] = field(default_factory=Counter)
    last_arrived: datetime | None = None
    """When the latest of the applications came into the log."""


def project(known: Mapping[UUID, Standing], forgotten: Mapping[UUID, datetime], events: Iterable[Happening]) -> Effect:
    """Apply events in their order to what is known of their applications; `known` is changed in place."""
    effect = Effect(standings=dict(known), forgotten=dict(forgotten))
    before = {id_: standing.cell() for id_, standing in known.items()}
    for happening in events:
        _apply(effect, happening.application_id, happening.event)
        if isinstance(happening.event, ApplicationSubmitted):
            effect.last_arrived = max(happening.arrived, effect.last_arrived or happening.arrived)
    for id_, standing in effect.standings.items():
        was, now = before.get(id_), standing.cell() if standing else None
        if was != now:
            if was is not None:
                effect.cells[was] -= 1
            if now is not None:
                effect.cells[now] += 1
    effect.cells = Counter({cell: n for cell, n in effect.cells.items() if n})
    return effect


def _apply(effect: Effect, id_: UUID, event: Event) -> None:
    if isinstance(event, Forgotten):
        _forget(effect, id_, event)
        return
    gone = effect.forgotten.get(id_)
    if gone is not None and not isinstance(event, ApplicationSubmitted | DecisionMade) and _moment(event) <= gone:
        return
    standing = effect.standings.get(id_)
    if standing is None:
        standing = effect.standings[id_] = Standing()
    match event:
        case ApplicationSubmitted():
            _submit(standing, event)
        case DecisionMade():
            _decide(standing, event)
        case NotificationRecorded():
            _note_letter(standing, event)
        case ApplicationWithdrawn():
            standing.withdrawn_at = max(event.at, standing.withdrawn_at or event.at)
    effect.lines.append(line(id_, event))


def _submit(standing: Standing, event: ApplicationSubmitted) -> None:
    standing.source, standing.programme = event.source, event.programme
    standing.revision, standing.submitted_at = event.revision, event.submitted_at
    standing.facts = orjson.dumps(event.facts).decode()


def _decide(standing: Standing, event: DecisionMade) -> None:
    standing.decision_id, standing.outcome = event.decision_id, event.outcome
    standing.track, standing.unit = event.track, event.unit
    standing.decided_at, standing.decided_by = event.decided_at, event.decided_by
    standing.decision = event.model_dump_json(exclude={"candidate_id"})


def _note_letter(standing: Standing, event: NotificationRecorded) -> None:
    key, at = str(event.decision_id), event.recorded_at.isoformat()
    known = standing.letters.get(key)
    if known is None or datetime.fromisoformat(known[1]) <= event.recorded_at:
        standing.letters[key] = (event.state, at, event.cause)


def _forget(effect: Effect, id_: UUID, event: Forgotten) -> None:
    """What its topic told goes, and the history with it; once neither part is left, all that is known."""
    effect.forgotten[id_] = max(event.at, effect.forgotten.get(id_, event.at))
    effect.wiped.add(id_)
    effect.lines = [it for it in effect.lines if it.application_id != id_]
    old = effect.standings.get(id_)
    if old is None:
        return
    if event.topic == APPLICATIONS:
        left = Standing(
            decision_id=old.decision_id,
            outcome=old.outcome,
            track=old.track,
            unit=old.unit,
            decided_at=old.decided_at,
            decided_by=old.decided_by,
            letters=old.letters,
            decision=old.decision,
        )
    else:
        left = Standing(old.source, old.programme, old.revision, old.submitted_at, withdrawn_at=old.withdrawn_at)
        left.facts = old.facts
    known = left.submitted_at is not None or left.decision_id is not None
    effect.standings[id_] = left if known else None


def _moment(
    event: NotificationRecorded | ReviewGiven | ReviewRequested | ApplicationWithdrawn | LetterSettled,
) -> datetime:
    return event.recorded_at if isinstance(event, NotificationRecorded) else event.at


def line(id_: UUID, event: Event) -> Line:
    """The event as a line of its application's history. What a candidate wrote is left out."""
    match event:
        case ApplicationSubmitted():
            return Line(id_, "submitted", event.revision, event.submitted_at, event.source, {})
        case DecisionMade():
            details = {
                "outcome": event.outcome,
                "track": event.track,
                "unit": event.unit,
                "policy": event.policy.name,
                "version": event.policy.version,
                "note": event.note,
            }
            by = event.decided_by if event.cause == "review" else None
            return Line(id_, "decided", str(event.decision_id), event.decided_at, by, details)
        case NotificationRecorded():
            told = {"state": event.state, "cause": event.cause}
            return Line(id_, "letter", str(event.notification_id), event.recorded_at, None, told)
        case ReviewGiven():
            given = {"verdict": event.verdict, "why": event.why}
            return Line(id_, "review-given", str(event.command_id), event.at, event.by, given)
        case ReviewRequested():
            return Line(id_, "review-requested", str(event.command_id), event.at, event.by, {})
        case ApplicationWithdrawn():
            return Line(id_, "withdrawn", str(event.command_id), event.at, event.by, {})
        case LetterSettled():
            settled = {"then": event.then, "why": event.why}
            return Line(id_, "letter-settled", str(event.command_id), event.at, event.by, settled)
        case Forgotten():
            raise ValueError("a tombstone leaves no line")
