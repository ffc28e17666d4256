"""`hiring.notification.recorded.v1`: what became of the letter that announces a decision."""

from typing import Literal
from uuid import UUID

from hiring.events.fields import Digest, Event, Moment

LetterState = Literal["sent", "failed", "suppressed", "held"]


class NotificationRecorded(Event):
    """Key: application_id. notification_id is derived from decision, state and moment. No address is in it.

    `suppressed`: it will not be sent, and `cause` says why; one that nobody ever tried to send has no message_id.
    `held`: a person has to say what becomes of it. A letter that was sent may fail later, when it comes back.
    Decisions announced by one letter have its message_id in common.
    """

    notification_id: UUID
    decision_id: UUID
    application_id: UUID
    candidate_id: Digest
    state: LetterState
    message_id: str | None
    attempts: int
    cause: str | None = None
    recorded_at: Moment
