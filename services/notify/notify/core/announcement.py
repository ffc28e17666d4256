"""What one letter tells one person: the decisions on their applications to a programme, together."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from hiring.events.decision import DecisionMade

_BEST_FIRST = {"advance": 0, "review": 1, "decline": 2}


@dataclass(frozen=True, slots=True)
class Addressee:
    """What a letter needs of a contact: the name as given, the normalised address, the locale."""

    name: str
    email: str
    locale: str


@dataclass(frozen=True, slots=True)
class Announcement:
    """One letter: `decisions` of one candidate and programme, the best news first, at least one.

    `message_id` with its angle brackets. `corrects`: an earlier letter was about one of these applications, and
    said something else. `status_url`: the candidate's own page, where there is one. `date` is the
    letter's; without one it is that of the newest decision.
    """

    decisions: tuple[DecisionMade, ...]
    message_id: str
    corrects: bool = False
    status_url: str | None = None
    date: datetime | None = None


def best_first(decisions: Iterable[DecisionMade]) -> tuple[DecisionMade, ...]:
    """Decisions in the order in which a letter tells them: advance, review, decline; then by their ids."""
    return tuple(sorted(decisions, key=lambda it: (_BEST_FIRST[it.outcome], it.decision_id)))
