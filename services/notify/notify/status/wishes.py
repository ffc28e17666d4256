"""What a candidate asks for on their page, as records for `hiring.commands`. Pure.

The ids are derived: who presses twice, or again after a lost answer, gives one command.
"""

from datetime import UTC, datetime
from uuid import UUID

from hiring import identity
from hiring.events import APPLICATION_WITHDRAWN, REVIEW_REQUESTED
from hiring.events.command import ApplicationWithdrawn, ReviewRequested
from hiring.events.commanding import command_record
from hiring.events.envelope import Outgoing
from notify.recorder import SOURCE
from notify.status.content import Application
from notify.status.tokens import Wish

_BY = "candidate"
_WHY = "asked for by the candidate on the status page"
_PAGE = "status-page"


def command(wish: Wish, application: Application, now: datetime) -> Outgoing:
    """The command for a wish about an application."""
    return _review(application, now) if wish == "review" else _withdrawal(application, now)


def _review(application: Application, now: datetime) -> Outgoing:
    id_ = identity.event_id(application.decision_id, REVIEW_REQUESTED.encode())
    asked = ReviewRequested(
        command_id=UUID(id_),
        by=_BY,
        why=_WHY,
        at=now,
        application_id=application.application_id,
        decision_id=application.decision_id,
    )
    return command_record(REVIEW_REQUESTED, asked, application.number, SOURCE)


def _withdrawal(application: Application, now: datetime) -> Outgoing:
    # Who applies once more may withdraw once more: that is another command.
    wished = application.wished_at.astimezone(UTC).isoformat()
    id_ = identity.event_id(application.application_id, f"{APPLICATION_WITHDRAWN}\n{_PAGE}\n{wished}".encode())
    asked = ApplicationWithdrawn(
        command_id=UUID(id_),
        by=_BY,
        why=_WHY,
        # A source's clock may be ahead of ours, and what was submitted after `at` would stand.
        at=max(now, application.wished_at),
        application_id=application.application_id,
        source=_PAGE,
    )
    return command_record(APPLICATION_WITHDRAWN, asked, application.number, SOURCE)
