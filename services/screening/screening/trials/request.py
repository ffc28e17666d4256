"""Takes a request to try a policy, or refuses it."""

from typing import Any

import orjson

from hiring.events.command import PolicyTrialRequested
from screening.core.policy import Policy
from screening.policy_file import PolicyError, read_content
from screening.refusal import Refused
from screening.registry import stored_policy

MOST_WAITING = 20
"""So many trials may wait or be under way."""

_STORED = "SELECT content::text FROM policies WHERE digest = $1 AND programme = $2"
_WAITING = "SELECT count(*) FROM trials WHERE answer IS NULL"
_ADD = "INSERT INTO trials (command_id, programme, policy, against) VALUES ($1, $2, $3, $4)"


async def request(connection: Any, command: PolicyTrialRequested) -> None:
    """Put a trial into the table, to be run by whichever replica is free. Raises Refused."""
    policy = await _policy(connection, command)
    if command.against is not None:
        await _by_digest(connection, command.against, command.programme)
    await connection.execute("LOCK TABLE trials IN SHARE ROW EXCLUSIVE MODE")
    if await connection.fetchval(_WAITING) >= MOST_WAITING:
        raise Refused(f"{MOST_WAITING} trials wait already: ask again when some are answered")
    content = orjson.dumps(policy.content()).decode()
    await connection.execute(_ADD, command.command_id, command.programme, content, command.against)


async def _policy(connection: Any, command: PolicyTrialRequested) -> Policy:
    if command.digest is not None:
        return await _by_digest(connection, command.digest, command.programme)
    try:
        policy = read_content(command.policy)
    except PolicyError as error:
        raise Refused(f"it is not a policy that can be tried:\n{error}") from None
    if policy.programme != command.programme:
        raise Refused("the policy is for another programme than the command: name the same in both")
    return policy


async def _by_digest(connection: Any, digest: str, programme: str) -> Policy:
    content = await connection.fetchval(_STORED, digest, programme)
    if content is None:
        raise Refused("no policy of this programme and digest was proposed: name another, or send the whole policy")
    if (policy := stored_policy(content)) is None:
        raise Refused("this release cannot read the policy, which an earlier one took: send it anew")
    return policy
