"""What candidates ask of their applications: to take one back, and that a person looks at a decision."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson

from hiring.events.command import ApplicationWithdrawn, ReviewRequested
from screening.refusal import Refused

_WITHDRAW = """
INSERT INTO withdrawals AS w (application_id, at) VALUES ($1, $2)
ON CONFLICT (application_id) DO UPDATE SET at = excluded.at WHERE w.at < excluded.at
"""
_WITHDRAWN = "SELECT at FROM withdrawn WHERE application_id = $1 AND decision_id = $2"
_STANDS = "SELECT decision_id, outcome, data FROM decisions WHERE application_id = $1 ORDER BY serial DESC LIMIT 1"
_REQUEST = "INSERT INTO review_requests (application_id, decision_id, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING"
_REQUESTED = "SELECT EXISTS (SELECT FROM review_requests WHERE application_id = $1 AND decision_id = $2)"


async def withdraw(connection: Any, command: ApplicationWithdrawn) -> None:
    """Note when an application was withdrawn, whether it is known yet or not; of several times the last."""
    await connection.execute(_WITHDRAW, command.application_id, command.at)


async def refuse_withdrawn(connection: Any, application: UUID, decision: UUID) -> None:
    """Raises Refused where the application was withdrawn after it was submitted with this decision."""
    at: datetime | None = await connection.fetchval(_WITHDRAWN, application, decision)
    if at is not None:
        raise Refused(
            f"the application was withdrawn at {at.astimezone(UTC):%Y-%m-%d %H:%M} UTC, and nothing is decided on it: "
            "if the candidate wants it back, have the HR system send it again"
        )


async def request(connection: Any, command: ReviewRequested) -> None:
    """Have a decision wait for a person, since its candidate asks for that. Raises Refused."""
    stands = await connection.fetchrow(_STANDS, command.application_id)
    if stands is None:
        raise Refused("there is no decision on the application: a person can look once there is one")
    if stands["decision_id"] != command.decision_id:
        raise Refused("another decision on the application stands by now: ask for a look at that one")
    if orjson.loads(stands["data"])["cause"] != "policy":
        raise Refused("a person has decided this already: what is new belongs into the application, sent again")
    if stands["outcome"] != "decline":
        why = "waits for a person already" if stands["outcome"] == "review" else "advances"
        raise Refused(f"the application {why}: only a look at a decline can be asked for")
    await refuse_withdrawn(connection, command.application_id, command.decision_id)
    await connection.execute(_REQUEST, command.application_id, command.decision_id, command.at)


async def requested(connection: Any, application: UUID, decision: UUID) -> bool:
    """Whether the candidate asks that a person looks at a decision."""
    found: bool = await connection.fetchval(_REQUESTED, application, decision)
    return found
