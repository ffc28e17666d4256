"""What the places of a pipeline say about a drive: the matter that an account compares."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from cohort.drive.sent import Place


@dataclass(frozen=True, slots=True)
class Dead:
    """A dead letter of a record that stood at `place` on `hiring.submissions`."""

    place: Place
    flaw: str


@dataclass(frozen=True, slots=True)
class Decided:
    """A row of screening's table `decisions`."""

    application_id: UUID
    decision_id: UUID
    outcome: str
    track: str | None


@dataclass(frozen=True, slots=True)
class Published:
    """A record of `hiring.decisions`; `reasons` are pairs of the rule and its English text."""

    application_id: UUID
    decision_id: UUID
    outcome: str
    track: str | None
    reasons: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class LetterRow:
    """A row of notify's table `letters`; `message_id` without angle brackets, one for all that one letter tells.

    `cause` is why a letter is not sent; the state `waiting` is that of a letter put off for longer.
    """

    application_id: UUID
    decision_id: UUID
    state: str
    message_id: str
    cause: str | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything found. What belongs to other drives may be among it: only the ids that were sent count."""

    dead: Sequence[Dead]
    decided: Sequence[Decided]
    published: Sequence[Published]
    letters: Sequence[LetterRow]
    emails: Sequence[str]
    """The Message-ID of every e-mail, without angle brackets, repeats included."""
