"""`cohort explain`: every decision on one application, from screening's own table.

Its index finds them in a moment among millions. Where a deployment tells no such table, the topic is read from its
beginning; compaction has taken earlier decisions away there.
"""

from uuid import UUID

from cohort.addresses import Addresses
from cohort.from_topics import decisions_of
from cohort.service_tables import fetch
from cohort.stack.errors import StackError
from cohort.terminal import say
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
_NONE = (
    "there is no decision on the application {}: it is not known here, or not decided yet, "
    "or its candidate was forgotten"
)


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

    Raises StackError where there are none; asyncpg.PostgresError, KafkaError or OSError where nobody can be asked.
    """
    if not at.screening_dsn:
        return await _by_topic(at, application, language)
    found = await fetch(at.screening_dsn, _DECISIONS, application)
    if not found:
        raise StackError(_NONE.format(application))
    decisions = [DecisionMade.model_validate_json(data) for data, *_ in found]
    _, withdrawn_at, review_asked_at = found[-1]
    return "\n".join(tell(decisions, language, withdrawn_at, review_asked_at))


async def _by_topic(at: Addresses, application: UUID, language: Language) -> str:
    if not (found := await decisions_of(at.broker, application)):
        raise StackError(_NONE.format(application))
    more = at.page(f"/applications/{application}")
    say(
        "read from the topic, which keeps the last decision for certain and says nothing of a withdrawal"
        + (f"; {more}" if more else "")
    )
    return "\n".join(tell(found, language, None, None))
