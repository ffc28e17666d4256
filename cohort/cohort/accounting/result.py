"""The account of a drive: what came in, what came out, and everything that does not match."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What does not match, and where it is missing or doubled."""

    NOT_SENT = "no door took the line, or not as what it is"
    VANISHED = "on hiring.submissions, but neither taken nor a dead letter"
    NO_DECISION = "no decision in screening's table"
    SEVERAL_DECISIONS = "several decisions in screening's table"
    NOT_PUBLISHED = "decision not on hiring.decisions"
    NOT_STORED = "decision on hiring.decisions, not in screening's table"
    DISAGREES = "hiring.decisions and screening's table tell different outcomes"
    NO_LETTER = "no letter in notify's table"
    SEVERAL_LETTERS = "several letters in notify's table"
    STRAY_LETTER = "letter in notify's table for a decision nobody made"
    LETTER_NOT_SENT = "letter in notify's table, but not sent"
    NO_EMAIL = "letter sent, but no e-mail in the mailbox"
    REPEATED_EMAIL = "the same e-mail more than once in the mailbox"


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """One thing that does not match. `subject` is an application id, or says which line."""

    kind: Kind
    subject: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Repeated:
    """What happened more than once, beyond the first: at-least-once delivery at work."""

    dead_letters: int
    decisions_published: int
    emails: int
    emails_explained: int
    """Of these e-mails: letters that were in hand when notify was killed."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why applications got an outcome: the rule, its English text, and how many decisions name it."""

    outcome: str
    rule: str
    text: str
    count: int


@dataclass(frozen=True, slots=True)
class Account:
    """Lines are what was sent; applications are what they name. received = rejected + dead + unsent + accepted lines.

    `decisions` counts by track (None: no track) and outcome; `rejected` counts lines by `field: problem`, a line
    with two problems twice; `dead_letters` counts lines by flaw.
    """

    received: int
    rejected_lines: int
    dead_lines: int
    accepted_lines: int
    unique: int
    duplicates: int
    corrections: int
    """Accepted lines that say something else of an application than an earlier one did."""
    rejected: Mapping[str, int]
    dead_letters: Mapping[str, int]
    decisions: Mapping[tuple[str | None, str], int]
    reasons: Sequence[Reason]
    letters_sent: int
    told_together: int
    """Decisions that stand in the letter of another one, to the same person."""
    untold: Mapping[str, int]
    """Decisions of which no letter goes out, by why: a later one stands, or says the same."""
    waiting: Mapping[str, int]
    """Decisions whose letter goes out later, by what it waits for."""
    emails: int
    repeated: Repeated
    discrepancy_counts: Mapping[Kind, int]
    discrepancies: Sequence[Discrepancy]
    """The first 20 of each kind."""

    @property
    def complete(self) -> bool:
        """Whether every line is accounted for, to the last e-mail."""
        return not self.discrepancy_counts
