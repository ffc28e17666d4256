"""What a batch of contacts, decisions and commands changes in the ledger. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from typing import NamedTuple, TypeVar
from uuid import UUID

import orjson

from hiring.consumer.step import Received, Tombstone
from hiring.events.command import (
    ApplicationWithdrawn,
    CandidateErased,
    Command,
    LetterSettled,
    LettersPaused,
    LettersResumed,
    ReviewRequested,
)
from hiring.events.contact import ContactGiven
from hiring.events.decision import DecisionMade
from hiring.topics import CONTACTS, DECISIONS
from hiring.tracing import Followed

Key = TypeVar("Key", UUID, str)

ALL = ""
"""The scope of a pause of every programme."""

# What no letter and no status page tells, and what would be most of a row.
_NOT_TOLD = {"rules", "tracks", "decided_by", "note"}


class Entry(NamedTuple):
    """A decision as the ledger takes it. `last`: no later one of its application is in the batch.

    `wished_at` is when the candidate applied: a later withdrawal or erasure concerns it. `says` is a digest of what
    its letter tells. Where its record stood: partition and offset.
    """

    decision_id: UUID
    application_id: UUID
    candidate_id: str
    programme: str
    outcome: str
    says: str
    wished_at: datetime
    decided_at: datetime
    decision: str
    last: bool
    partition: int
    offset: int


class Switch(NamedTuple):
    """Letters of a scope, a programme or ALL, are paused or go on from a moment, as an operator said."""

    scope: str
    paused: bool
    at: datetime
    by: str
    why: str


@dataclass(slots=True)
class Plan:
    """Rows to delete, then rows to write, then commands; no key twice, each in the order of its key."""

    forgotten_candidates: set[str] = field(default_factory=set)
    forgotten_applications: dict[UUID, tuple[int, int]] = field(default_factory=dict)
    """With where the tombstone stood, partition and offset: what comes after it stands."""
    contacts: dict[str, ContactGiven] = field(default_factory=dict)
    entries: dict[UUID, Entry] = field(default_factory=dict)
    withdrawn: dict[UUID, datetime] = field(default_factory=dict)
    erased: dict[str, datetime] = field(default_factory=dict)
    switches: dict[str, Switch] = field(default_factory=dict)
    reviews_asked: dict[UUID, datetime] = field(default_factory=dict)
    settled: list[LetterSettled] = field(default_factory=list)
    commands: dict[UUID, bytes | None] = field(default_factory=dict)
    """Every command, with the key of its record: each is answered."""
    followed: Followed[UUID] | None = None
    """The traces that its decisions came in, where any did."""

    def __bool__(self) -> bool:
        return any(getattr(self, name) for name in self.__slots__)


def plan(batch: Iterable[Received]) -> Plan:
    """The batch's effect: the newest of each contact, decision and command, and who is forgotten."""
    planned = Plan()
    for received in batch:
        event = received.event
        match event:
            case ContactGiven():
                known = planned.contacts.get(event.candidate_id)
                if known is None or known.given_at <= event.given_at:
                    planned.contacts[event.candidate_id] = event
            case DecisionMade():
                _enter(planned, event, received)
            case Tombstone():
                _forget(planned, event, received)
            case Command():
                planned.commands[event.command_id] = received.record.key
                _obey(planned, event)
    return _in_order(planned)


def says(decision: DecisionMade) -> str:
    """A digest of what a letter tells of a decision: two of the same digest tell a candidate the same."""
    told = (
        decision.outcome,
        decision.track,
        decision.unit,
        decision.cause,
        [(it.en, it.zh, it.change and (it.change.en, it.change.zh)) for it in decision.reasons],
    )
    return blake2b(orjson.dumps(told), digest_size=12).hexdigest()


def _enter(planned: Plan, decision: DecisionMade, received: Received) -> None:
    entry = Entry(
        decision.decision_id,
        decision.application_id,
        decision.candidate_id,
        decision.programme,
        decision.outcome,
        says(decision),
        decision.submitted_at or decision.decided_at,
        decision.decided_at,
        decision.model_dump_json(exclude=_NOT_TOLD),
        True,
        received.record.partition,
        received.record.offset,
    )
    # Of a repeated one the last place in the log: that is where it stands.
    planned.entries.pop(decision.decision_id, None)
    planned.entries[decision.decision_id] = entry


def _forget(planned: Plan, tombstone: Tombstone, received: Received) -> None:
    """What came before the tombstone is gone; what comes after it stands."""
    if tombstone.topic == CONTACTS:
        planned.contacts.pop(tombstone.key, None)
        planned.forgotten_candidates.add(tombstone.key)
    elif tombstone.topic == DECISIONS:
        try:
            application = UUID(tombstone.key)
        except ValueError:
            return  # No decision ever had such a key.
        planned.forgotten_applications[application] = received.record.partition, received.record.offset
        planned.entries = {id_: entry for id_, entry in planned.entries.items() if entry.application_id != application}


def _obey(planned: Plan, command: Command) -> None:
    match command:
        case ApplicationWithdrawn():
            _newest(planned.withdrawn, command.application_id, command.at)
        case CandidateErased():
            _newest(planned.erased, command.candidate_id, command.at)
        case ReviewRequested():
            _newest(planned.reviews_asked, command.decision_id, command.at)
        case LettersPaused() | LettersResumed():
            paused = isinstance(command, LettersPaused)
            switch = Switch(command.programme or ALL, paused, command.at, command.by, command.why)
            known = planned.switches.get(switch.scope)
            if known is None or known.at <= switch.at:
                planned.switches[switch.scope] = switch
        case LetterSettled():
            planned.settled.append(command)


def _newest(times: dict[Key, datetime], key: Key, at: datetime) -> None:
    times[key] = max(at, times.get(key, at))


def _in_order(planned: Plan) -> Plan:
    """Replicas that write the same rows mostly take their locks in one order; where Postgres ends one of two that do
    not, it is done again."""
    last = {entry.application_id: entry.decision_id for entry in planned.entries.values()}
    planned.contacts = dict(sorted(planned.contacts.items()))
    planned.entries = {
        id_: entry._replace(last=last[entry.application_id] == id_) for id_, entry in sorted(planned.entries.items())
    }
    planned.forgotten_applications = dict(sorted(planned.forgotten_applications.items()))
    planned.withdrawn = dict(sorted(planned.withdrawn.items()))
    planned.erased = dict(sorted(planned.erased.items()))
    return planned
