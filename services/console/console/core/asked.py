"""A command as the console keeps it: who asked for what, when and why; nothing says who a candidate is. Pure."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from hiring.events.command import Command

_WHOSE = {"command_id", "by", "why", "at"}
# A policy's content is on a topic of its own; a candidate's pseudonym is no page's business.
_LEFT_OUT = {"policy", "candidate_id"}


class Asked(NamedTuple):
    """One command; `about` are its own fields, as JSON data."""

    command_id: UUID
    type: str
    application_id: UUID | None
    by: str
    why: str
    at: datetime
    about: dict[str, Any]


def asked(command: Command) -> Asked:
    """The command as it is kept; its type is the name of its class: `ReviewGiven`."""
    return Asked(
        command.command_id,
        type(command).__name__,
        getattr(command, "application_id", None),
        command.by,
        command.why,
        command.at,
        command.model_dump(mode="json", exclude=_WHOSE | _LEFT_OUT, exclude_none=True),
    )
