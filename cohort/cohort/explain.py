"""`cohort explain`: every decision on one application, from screening's own table.

Its index finds them in a moment among millions; the topic would have to be read from its beginning, and compaction
takes earlier decisions away there.
"""

from uuid import UUID

from cohort.addresses import Addresses
from cohort.service_tables import fetch
from cohort.stack.errors import StackError
from hiring.events.decision import DecisionMade
from hiring.explanation import tell
from hiring.explanation.words import Language
from hiring.identity import application_id

_DECISIONS = """
SELECT data,
    (SELECT w.at FROM withdrawn w WHERE w.application_id = d.application_id AND w.decision_id = d.decision_id),
    (SELECT r.at FROM review_requests r WHERE r.application_id = d.application_id AND r.decision_id = d.decision_id)
FROM decisions d WHERE application_id = $1 ORDER BY serial
"""


def named(application: str, source: str | None) -> UUID:
    """The application's id; with a source the text is what that HR system calls it. Raises StackError."""
    if source is not None:
        return application_id(source, application)
    try:
        return UUID(application)
    except ValueError:
        raise StackError(
            f"{application} is no application id: where it is what the HR system calls it, name its source by --source"
        ) from None


async def explain(at: Addresses, application: UUID, language: Language) -> str:
    """The decisions on an application, for a person to read.

    Raises StackError where there are none; asyncpg.PostgresError or OSError where the database cannot be asked.
    """
    found = await fetch(at.screening_dsn, _DECISIONS, application)
    if not found:
        raise StackError(
            f"there is no decision on the application {application}: it is not known here, or not decided yet, or its "
            "candidate was forgotten"
        )
    decisions = [DecisionMade.model_validate_json(data) for data, *_ in found]
    _, withdrawn_at, review_asked_at = found[-1]
    return "\n".join(tell(decisions, language, withdrawn_at, review_asked_at))
