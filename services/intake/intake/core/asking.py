"""What HR systems ask besides applying, as records: to withdraw an application, and to erase a person."""

from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID

from hiring import identity
from hiring.events import APPLICATION_WITHDRAWN, CANDIDATE_ERASED
from hiring.events.command import ApplicationWithdrawn, CandidateErased
from hiring.events.commanding import command_record
from hiring.events.envelope import Outgoing
from hiring.topics import CONTACTS

SOURCE = "/cohort/intake"
WITHDRAWN = "withdrawn by the HR system that the application came from"
ERASED = "erasure asked for by an HR system"


class Asked(NamedTuple):
    """A command as it is published."""

    command_id: str
    key: str
    """The application's id, or the candidate's pseudonym, which is for no HR system to know."""
    waves: tuple[tuple[Outgoing, ...], ...]


def withdraw(source: str, external_id: str, at: datetime) -> Asked:
    """The command to withdraw an application. The same moment gives the same command."""
    name = identity.application_name(source, external_id)
    id_ = identity.event_id(UUID(name), f"{APPLICATION_WITHDRAWN}\n{at.astimezone(UTC).isoformat()}".encode())
    command = ApplicationWithdrawn(
        command_id=UUID(id_), by=source, why=WITHDRAWN, at=at, application_id=UUID(name), source=source
    )
    return Asked(id_, name, ((command_record(APPLICATION_WITHDRAWN, command, name, SOURCE),),))


def erase(secret: bytes, email: str, by: str, at: datetime) -> Asked:
    """The command to forget a person by their normalised e-mail, then the tombstone of how to reach them.

    `by` is the HR system that asks. Every service must know of the erasure before the contact is gone.
    """
    candidate = identity.candidate_id(secret, email)
    content = f"{CANDIDATE_ERASED}\n{candidate}\n{at.astimezone(UTC).isoformat()}"
    id_ = identity.event_id(identity.APPLICATIONS, content.encode())
    command = CandidateErased(command_id=UUID(id_), by=by, why=ERASED, at=at, candidate_id=candidate)
    tombstone = Outgoing(CONTACTS, candidate.encode(), None)
    return Asked(id_, candidate, ((command_record(CANDIDATE_ERASED, command, candidate, SOURCE),), (tombstone,)))
