"""A person's verdict on a decision that went to a person."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import orjson

from hiring.events.command import ReviewGiven
from hiring.identity import decision_id
from screening.core.policy import Policy
from screening.refusal import Refused
from screening.registry import stored_policy
from screening.stored_decision import COLUMNS, StoredDecision, submitted_later
from screening.wishes import refuse_withdrawn, requested

# Two reviewers' verdicts come one after another, and the second sees the first. Whatever is being stored beside them
# is there once the table is locked, so that no verdict stands over a revision that it could not see.
_LOCK = "LOCK TABLE decisions IN SHARE ROW EXCLUSIVE MODE"
# In the order in which they came to stand.
_DECISIONS = """
SELECT application_id::text, settles::text, decision_id::text, outcome, track, decided_at, data FROM decisions
WHERE application_id = $1 ORDER BY serial
"""
_POLICY = "SELECT content::text FROM policies WHERE digest = $1"
_SUBMITTED_AGAIN = "SELECT submitted_at FROM resubmissions WHERE application_id = $1 AND settles = $2"
_INSERT = """
INSERT INTO decisions (application_id, settles, decision_id, outcome, track, decided_at, data,
    source_partition, source_offset)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
"""


class Given(NamedTuple):
    """A verdict as it stands: the decision it made, of which programme, and whether it was given just now."""

    decision: StoredDecision
    programme: str
    new: bool


async def review(connection: Any, command: ReviewGiven) -> Given:
    """Store a reviewer's verdict; one that stands already is given back as it is. Raises Refused."""
    await connection.execute(_LOCK)
    decisions = [StoredDecision(*row) for row in await connection.fetch(_DECISIONS, command.application_id)]
    asked = await requested(connection, command.application_id, command.decision_id)
    reviewed, given = named(command, decisions, asked)
    if given is None:
        await refuse_withdrawn(connection, command.application_id, command.decision_id)
    again: datetime | None = await connection.fetchval(_SUBMITTED_AGAIN, command.application_id, reviewed.settles)
    record = orjson.loads((reviewed if again is None else submitted_later(reviewed, again)).data)
    content = await connection.fetchval(_POLICY, record["policy"]["digest"])
    policy = None if content is None else stored_policy(content)
    made = verdict(command, reviewed, record, policy)
    if given is not None:
        return Given(same(given, made), record["programme"], new=False)
    await connection.execute(_INSERT, *made[:COLUMNS])
    return Given(made, record["programme"], new=True)


def named(
    command: ReviewGiven, decisions: Sequence[StoredDecision], asked: bool = False
) -> tuple[StoredDecision, StoredDecision | None]:
    """The decision that a command names, and the verdict it has already, among an application's. Raises Refused.

    `decisions` are in the order in which they came to stand; `asked`: the candidate asks that a person looks at it.
    """
    reviewed = next((one for one in decisions if UUID(one.decision_id) == command.decision_id), None)
    if reviewed is None:
        raise Refused("the application has no such decision: name one that is listed as waiting for a person")
    if reviewed.outcome != "review" and not asked:
        raise Refused(
            "the decision does not wait for a person: only one whose outcome is review does, or at which the candidate "
            "asks for a look"
        )
    given = next((one for one in decisions if UUID(one.settles) == command.decision_id), None)
    if given is None and decisions[-1] is not reviewed:
        raise Refused("the application has changed and was decided anew: look at its latest decision")
    return reviewed, given


def verdict(
    command: ReviewGiven, reviewed: StoredDecision, record: Mapping[str, Any], policy: Policy | None
) -> StoredDecision:
    """The decision that a verdict makes of the reviewed one, whose JSON is `record`. Raises Refused.

    `policy` is the one that sent it to a person, where it is known: track and unit are held to it.
    """
    track, unit = _place(command, record, policy)
    id_ = decision_id(
        command.application_id, record["revision"], record["policy"]["digest"], f"review\n{reviewed.decision_id}"
    )
    data = {
        **record,
        "decision_id": id_,
        "cause": "review",
        "outcome": command.verdict,
        "track": track,
        "unit": unit,
        # Why a person was asked is no reason for what they made of it, except that it did not persuade them.
        "reasons": record["reasons"] if command.verdict == "decline" else [],
        "decided_at": command.at.isoformat(),
        "decided_by": command.by,
        "reviewed": reviewed.decision_id,
        "note": command.why,
    }
    return StoredDecision(
        reviewed.application_id,
        reviewed.decision_id,
        id_,
        command.verdict,
        track,
        command.at,
        orjson.dumps(data),
    )


def same(given: StoredDecision, made: StoredDecision) -> StoredDecision:
    """The verdict that stands, where a later one says the same. Raises Refused."""
    if _said(given) != _said(made):
        raise Refused("another verdict on this decision was given before, and stands")
    return given


def _said(decision: StoredDecision) -> tuple[Any, ...]:
    record = orjson.loads(decision.data)
    return record["outcome"], record["track"], record["unit"]


def _place(command: ReviewGiven, record: Mapping[str, Any], policy: Policy | None) -> tuple[str | None, str | None]:
    """For which track and unit: the verdict's own, or those of the reviewed decision."""
    if command.verdict == "decline":
        if command.track or command.unit:
            raise Refused("a decline names no track and no unit: leave them out")
        return record["track"], record["unit"]
    track = command.track or record["track"]
    # Of a unit chosen for another track it is not known whether the candidate would be wanted there.
    unit = command.unit or (record["unit"] if track == record["track"] else None)
    if policy is not None:
        units = {one.id: [unit.id for unit in one.units] for one in policy.tracks}
        if track is None or track not in units:
            raise Refused(f"the policy has no such track: name one of {', '.join(units)}")
        if unit is not None and unit not in units[track]:
            raise Refused(f"the track has no such unit: name one of {', '.join(units[track])}")
    return track, unit
