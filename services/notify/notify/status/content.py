"""What a candidate's page says. Pure: the letters of the ledger in, what is told of them out.

The page never runs ahead of the letters: what no letter told yet is being looked at, whatever was decided.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from typing import Literal, NamedTuple
from uuid import UUID

from hiring.events.decision import DecisionMade, Outcome
from notify.core.announcement import Announcement
from notify.core.calendar import zone
from notify.core.language import Language
from notify.core.names import PlainNames, addressable
from notify.core.person import OFFERED
from notify.core.view import Application as Announced
from notify.core.view import Reason, view
from notify.ledger.looking import Person, Seen
from notify.status.tokens import Receipt

State = Literal["advance", "review", "decline", "open", "undelivered", "withdrawn"]
_ORDER: tuple[State, ...] = ("advance", "review", "open", "undelivered", "decline", "withdrawn")


class Told(NamedTuple):
    """A letter that went out, and what it said. `by_person`: a person decided so. `came_back`: it did not arrive."""

    at: datetime
    outcome: Outcome
    by_person: bool
    came_back: bool


@dataclass(frozen=True, slots=True)
class Application:
    """One application as its candidate may see it. Times are by the candidate's clock.

    What is there of the decision (`track`, `unit`, `reasons`, `by_person`, `decided_at`) was told to the candidate.
    `decision_id` is of the decision that stands, and `wished_at` when the candidate applied.
    """

    application_id: UUID
    decision_id: UUID
    wished_at: datetime
    title: str | None
    state: State
    track: str | None = None
    unit: str | None = None
    reasons: tuple[Reason, ...] = ()
    by_person: bool = False
    decided_at: datetime | None = None
    told: tuple[Told, ...] = ()
    withdrawn_at: datetime | None = None
    review_asked_at: datetime | None = None
    may_ask: bool = False

    @property
    def number(self) -> str:
        """What the letters call it."""
        return str(self.application_id)

    @property
    def may_withdraw(self) -> bool:
        """Whether it can be taken back."""
        return self.state != "withdrawn"


@dataclass(frozen=True, slots=True)
class Page:
    """What the page is about; `until` is when its link ends."""

    name: str | None
    programme: str
    applications: tuple[Application, ...]
    until: datetime

    def find(self, decision: UUID) -> Application | None:
        """The application on which this decision stands."""
        return next((it for it in self.applications if it.decision_id == decision), None)


def page(person: Person, until: datetime, language: Language, names: PlainNames, receipt: Receipt | None) -> Page:
    """The page of a person. `receipt`: a wish that is on its way to the ledger."""
    tz = zone(person.time_zone) or UTC
    rows: dict[UUID, list[Seen]] = {}
    for letter in person.letters:
        rows.setdefault(letter.application_id, []).append(letter)
    standing = {id_: _standing(of_application) for id_, of_application in rows.items()}
    told = [it for id_, it in standing.items() if _is_told(it, rows[id_])]
    announced = _announced(told, language, names)
    applications = [
        _application(it, rows[id_], announced.get(it.decision_id), receipt, tz) for id_, it in standing.items()
    ]
    return Page(
        name=addressable(person.name),
        programme=names.name(language, "programme", person.programme),
        applications=tuple(sorted(applications, key=lambda it: (_ORDER.index(it.state), it.number))),
        until=until.astimezone(tz),
    )


def _standing(letters: Sequence[Seen]) -> Seen:
    """Of an application's letters the one that holds: of those whose decision stands, else of all, the latest."""
    return max(letters, key=lambda it: (it.fallen is None, it.fallen == "withdrawn", it.decided_at, it.decision_id))


def _is_told(standing: Seen, letters: Sequence[Seen]) -> bool:
    """Whether the candidate was told what stands.

    What counts is what they heard last, since a decision that was told long ago may stand again in silence. A decline
    beside an offer is for no letter to tell, and its time has come: nothing else ever would.
    """
    heard = max((it for it in letters if it.told_at is not None), key=_told_at, default=None)
    if heard is not None and (heard is standing or (heard.says is not None and heard.says == standing.says)):
        return True
    return standing.state == "suppressed" and standing.cause == OFFERED


def _told_at(letter: Seen) -> tuple[datetime, UUID]:
    assert letter.told_at is not None
    return letter.told_at, letter.decision_id


def _announced(told: Iterable[Seen], language: Language, names: PlainNames) -> dict[UUID, Announced]:
    """Decisions in the words of a letter, each with a title of its own."""
    decisions = tuple(DecisionMade.model_validate_json(it.decision) for it in told)
    if not decisions:
        return {}
    applications = view(Announcement(decisions, message_id=""), None, language, names).applications
    return {one.decision_id: it for one, it in zip(decisions, applications, strict=True)}


def _application(
    standing: Seen, letters: Sequence[Seen], announced: Announced | None, receipt: Receipt | None, tz: tzinfo
) -> Application:
    noted = receipt if receipt is not None and receipt.decision_id == standing.decision_id else None
    withdrawn_at, asked_at = standing.withdrawn_at, standing.review_asked_at
    if noted is not None and noted.wish == "withdraw":
        withdrawn_at = withdrawn_at or noted.at
    elif noted is not None:
        asked_at = asked_at or noted.at
    seen = Application(
        application_id=standing.application_id,
        decision_id=standing.decision_id,
        wished_at=standing.wished_at,
        title=announced.title if announced else None,
        state=_state(standing, announced, withdrawn_at),
        told=tuple(sorted(told for letter in letters for told in _told(letter, tz))),
        withdrawn_at=withdrawn_at and withdrawn_at.astimezone(tz),
    )
    if announced is None or seen.state == "withdrawn":
        return seen
    return replace(
        seen,
        track=announced.track,
        unit=announced.unit,
        reasons=announced.reasons,
        by_person=announced.by_person,
        decided_at=standing.decided_at.astimezone(tz),
        review_asked_at=asked_at and asked_at.astimezone(tz),
        may_ask=announced.may_ask and asked_at is None,
    )


def _state(standing: Seen, announced: Announced | None, withdrawn_at: datetime | None) -> State:
    if withdrawn_at is not None or standing.fallen == "withdrawn":
        return "withdrawn"
    if announced is not None:
        return announced.outcome
    return "undelivered" if standing.state == "failed" else "open"


def _told(letter: Seen, tz: tzinfo) -> list[Told]:
    """Each time that a letter went out; the ledger of an early release has only the last."""
    moments = sorted({*letter.sent, *([letter.told_at] if letter.told_at else [])})
    back = letter.state == "failed"
    # What was told is read only where something was: of what waits the page knows nothing.
    by_person = bool(moments) and DecisionMade.model_validate_json(letter.decision).cause == "review"
    return [Told(at.astimezone(tz), letter.outcome, by_person, back and at == moments[-1]) for at in moments]
