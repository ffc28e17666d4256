"""What the ledger's statements share: columns for unnest, a letter at rest, and how a change is noted."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from hiring.events.notification import LetterState

AT_REST = "decision_id, application_id, candidate_id, state, message_id, attempts, cause, changed_at"
"""The columns of an AtRest, in order."""
OF_LETTER = ", ".join(f"l.{column}" for column in AT_REST.split(", "))
"""The same, of the row that a statement calls `l`."""


class AtRest(NamedTuple):
    """A letter that came to rest, as the ledger has it."""

    decision_id: UUID
    application_id: UUID
    candidate_id: str
    state: LetterState
    message_id: str | None
    attempts: int
    cause: str | None
    changed_at: datetime


def noted(state: str, cause: str) -> str:
    """SQL for `changes` with one more: the state and cause are SQL expressions."""
    return f"l.changes || jsonb_build_object('state', {state}, 'at', now(), 'cause', {cause})"


_UNSENT = "l.state IN ('queued', 'held')"


def fall(why: str, published: str = f"l.published AND NOT {_UNSENT}") -> str:
    """SQL for the SET of letters whose decision falls: what is not sent yet never will be.

    Both are SQL expressions. One that is being sent at this moment is let go by its worker, or comes back.
    """
    unsent = _UNSENT
    return f"""
    fallen = {why},
    state = CASE WHEN {unsent} THEN 'suppressed' ELSE l.state END,
    cause = CASE WHEN {unsent} THEN {why} ELSE l.cause END,
    due_at = CASE WHEN {unsent} THEN NULL ELSE l.due_at END,
    published = {published},
    changed_at = CASE WHEN {unsent} THEN now() ELSE l.changed_at END,
    changes = CASE WHEN {unsent} THEN {noted("'suppressed'", why)} ELSE l.changes END
    """


def columns(rows: Sequence[tuple[Any, ...]]) -> list[list[Any]]:
    """Rows as arrays for unnest."""
    return [list(column) for column in zip(*rows, strict=True)]
