"""`hiring.notification.recorded.v1`: what became of the letter that announces a decision."""

from typing import Literal
from uuid import UUID

from hiring.events.fields import Digest, Event, Moment

LetterState = Literal["sent", "failed"]


class NotificationRecorded(Event):
    """Key: application_id. notification_id is derived from the decision and the state. No address is in it."""

    notification_id: UUID
    decision_id: UUID
    application_id: UUID
    candidate_id: Digest
    state: LetterState
    message_id: str
    attempts: int
    cause: str | None = None
    recorded_at: Moment
