"""Tells every policy of the table on `hiring.policies`, as it stands: the console reads no other service's tables."""

import asyncio
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import asyncpg
import orjson

from hiring.events import POLICY_KNOWN
from hiring.events.envelope import Outgoing, cloudevent_headers
from hiring.events.policy import PolicyKnown
from hiring.identity import event_id
from hiring.publishing import Publisher
from hiring.topics import POLICIES
from screening.in_force import ALWAYS
from screening.registry import stored_policy
from screening.whatif.describe import sentences
from screening.whatif.telling import changes, fitting, size

SOURCE = "/cohort/screening"
LARGEST = 1_000_000
"""Bytes of an event: what it says in sentences is cut to that, so that it is less than its topic takes."""

_EVENTS = uuid5(NAMESPACE_URL, "https://cohort.invalid/policies")
_STATES = """
SELECT digest, effective_from, from_approval, proposed_by, proposed_why, proposed_at, approved_by, approved_why,
    approved_at
FROM policies WHERE $1::text[] IS NULL OR digest = ANY($1) ORDER BY proposed_at
"""
# A policy's content never changes: it is its digest. Nor does what is approved, so what `judged` when it was proposed
# is the same whenever it is asked.
_CONTENTS = """
SELECT programme, name, version, content::text AS content, (
    SELECT j.content::text FROM policies j
    WHERE j.programme = p.programme AND j.digest <> p.digest AND j.approved_at <= $2 AND j.effective_from <= $2
    ORDER BY j.effective_from DESC, j.approved_at DESC LIMIT 1) AS judged
FROM policies p WHERE digest = $1
"""


class KnownPolicies:
    """The topic, fed from the table."""

    def __init__(self, pool: asyncpg.Pool, publisher: Publisher) -> None:
        self._pool = pool
        self._publisher = publisher

    async def tell(self, digests: Iterable[str] | None = None) -> None:
        """Publish these policies, or all there are, as they stand, until none has changed since it was read.

        Whoever publishes reads the table again after that: whichever replica published last, what it published last is
        what the table says, or its next record will be. Raises asyncpg.PostgresError, OSError, TimeoutError or
        KafkaError; then call it again.
        """
        asked, told = None if digests is None else list(digests), dict[str, asyncpg.Record]()
        while asked != []:
            states = {state["digest"]: state for state in await self._pool.fetch(_STATES, asked)}
            changed = {digest: state for digest, state in states.items() if state != told.get(digest)}
            for state in changed.values():
                if (event := await self._event(state)) is not None:
                    await self._publisher.publish([event])
            asked, told = list(changed), told | changed

    async def _event(self, state: asyncpg.Record) -> Outgoing | None:
        (stored,) = await self._pool.fetch(_CONTENTS, state["digest"], state["proposed_at"])
        # A large one takes a while to be put into words, and decisions go on meanwhile.
        value = await asyncio.to_thread(_value, dict(state), dict(stored))
        if value is None:
            return None
        at = state["approved_at"] or state["proposed_at"]
        headers = cloudevent_headers(POLICY_KNOWN, event_id(_EVENTS, value), SOURCE, at, state["digest"])
        return Outgoing(POLICIES, state["digest"].encode(), value, headers)


def _value(state: dict[str, Any], stored: dict[str, Any]) -> bytes | None:
    if (policy := stored_policy(stored["content"])) is None:
        # The later release that took it has told it, and in better words.
        return None
    before = None if stored["judged"] is None else stored_policy(stored["judged"])
    known = PolicyKnown(
        **{**state, "effective_from": None if state["effective_from"] == ALWAYS else state["effective_from"]},
        programme=stored["programme"],
        name=stored["name"],
        version=stored["version"],
        policy=orjson.loads(stored["content"]),
    )
    return in_words(known, list(sentences(policy)), None if before is None else changes(before, policy))


def in_words(known: PolicyKnown, says: Sequence[str], differs: Sequence[str] | None) -> bytes:
    """The event with these sentences, as many as fit it: first those of how it differs."""
    room = LARGEST - len(known.model_dump_json().encode())
    kept = None if differs is None else fitting(differs, room)
    room -= sum(map(size, kept or ()))
    told = known.model_copy(update={"sentences": fitting(says, room), "changes": kept})
    return told.model_dump_json().encode()
