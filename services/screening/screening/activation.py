"""How a policy comes into force: one person proposes it, another approves it."""

import unicodedata
from typing import Any

import orjson
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from hiring.events.command import PolicyApproved, PolicyProposed
from hiring.events.reading import for_operators
from screening.core.policy import Policy
from screening.refusal import Refused
from screening.registry import frozen, lock_policies, note_first_applications, stored_policy

TOLD = 5
"""So many problems of one policy are told; `cohort policy check` tells them all."""

_FROZEN = "the version of this name is in force with other content and stays as it is: give the policy a new version"
# One that waits may be proposed anew, with another date or reason; one that is approved stays as it was approved.
_PROPOSE = """
INSERT INTO policies AS p (digest, programme, name, version, content, origin, effective_from, from_approval,
    proposed_by, proposed_why, proposed_at, proposers)
VALUES ($1, $2, $3, $4, $5, 'command', $6, $7, $8, $9, $10, ARRAY[$8])
ON CONFLICT (digest) DO UPDATE SET effective_from = excluded.effective_from, from_approval = excluded.from_approval,
    proposed_by = excluded.proposed_by, proposed_why = excluded.proposed_why, proposed_at = excluded.proposed_at,
    proposers = p.proposers || excluded.proposers
WHERE p.approved_at IS NULL
RETURNING digest
"""
# By the database's clock, read while no other approval can be under way: its order is that of the approvals. Whoever
# sent the command may be slow, or its clock; what was submitted meanwhile had no approved policy but the one before.
_APPROVE = """
UPDATE policies SET approved_by = $2, approved_why = $3, approved_at = now_,
    effective_from = CASE WHEN from_approval THEN now_ ELSE effective_from END
FROM (SELECT clock_timestamp() AS now_) AS clock WHERE digest = $1
"""


def validated(command: PolicyProposed) -> Policy:
    """The policy a command proposes. Raises Refused."""
    try:
        policy = Policy.model_validate(command.policy)
    except ValidationError as error:
        problems = error.errors(include_url=False, include_context=False, include_input=False)[:TOLD]
        raise Refused(f"it is not a policy: {'; '.join(map(_told, problems))}") from None
    if policy.digest() != command.digest:
        raise Refused("the digest is not that of the policy: send both by the release that runs here")
    if policy.programme != command.programme:
        raise Refused("the policy is for another programme than the command: name the same in both")
    return policy


def _told(problem: ErrorDetails) -> str:
    # What a policy's own checks say quotes its names.
    if problem["type"] == "policy":
        problem = {**problem, "msg": "makes no sense: `cohort policy check` says why"}
    return for_operators(problem, Policy)


def same_person(one: str, other: str) -> bool:
    """Whether two names are written for the same person, but for case, width and blanks."""
    return _plain(one) == _plain(other)


def _plain(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


async def propose(connection: Any, command: PolicyProposed) -> None:
    """Put a policy up for approval. Raises Refused."""
    policy = validated(command)
    await lock_policies(connection)
    if await frozen(connection, policy, command.digest):
        raise Refused(_FROZEN)
    stored = await connection.fetchval(
        _PROPOSE,
        command.digest,
        policy.programme,
        policy.name,
        policy.version,
        orjson.dumps(policy.content()).decode(),
        command.effective_from,
        command.from_approval,
        command.by,
        command.why,
        command.at,
    )
    if stored is None:
        raise Refused("the policy is approved already, from when it was approved for: nothing is left to propose")


def _as_seen(command: PolicyApproved, row: Any) -> bool:
    """Whether the policy judges from the moment on that the approver was told, where the command says which."""
    if command.from_approval or row["from_approval"]:
        return bool(row["from_approval"]) and (command.from_approval or command.effective_from is None)
    return command.effective_from in (None, row["effective_from"])


async def approve(connection: Any, command: PolicyApproved) -> None:
    """Bring a proposed policy into force, if it is not in force already. Raises Refused."""
    await lock_policies(connection)
    row = await connection.fetchrow(
        "SELECT programme, content::text AS content, effective_from, from_approval, proposers, approved_at"
        " FROM policies WHERE digest = $1",
        command.digest,
    )
    if row is None or row["programme"] != command.programme:
        raise Refused("no policy of this programme and digest is proposed: propose it first, or name another digest")
    if not _as_seen(command, row):
        raise Refused("the policy is proposed to judge from another moment on than the approval says: look at it again")
    if row["approved_at"] is not None:
        return
    if any(same_person(proposer, command.by) for proposer in row["proposers"]):
        raise Refused("who proposed a policy does not approve it: another person must")
    if (policy := stored_policy(row["content"])) is None:
        raise Refused("this release cannot read the policy, which an earlier one took: propose it anew")
    if await frozen(connection, policy, command.digest):
        raise Refused(_FROZEN)
    await connection.execute(_APPROVE, command.digest, command.by, command.why)
    await note_first_applications(connection, policy)
