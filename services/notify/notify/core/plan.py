"""What a batch of contacts and decisions changes in the ledger. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from pydantic import BaseModel

from hiring.consumer.step import Tombstone
from hiring.events.contact import ContactGiven
from hiring.events.decision import DecisionMade
from hiring.topics import CONTACTS, DECISIONS


@dataclass(slots=True)
class Plan:
    """Rows to delete, then rows to write; no key twice, each in the order of its key."""

    forgotten_candidates: set[str] = field(default_factory=set)
    forgotten_applications: set[UUID] = field(default_factory=set)
    contacts: dict[str, ContactGiven] = field(default_factory=dict)
    decisions: dict[UUID, DecisionMade] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.contacts or self.decisions or self.forgotten_candidates or self.forgotten_applications)


def plan(batch: Iterable[BaseModel | Tombstone]) -> Plan:
    """The batch's effect: the newest contact of each candidate, each decision once, and who is forgotten."""
    planned = Plan()
    for event in batch:
        if isinstance(event, ContactGiven):
            known = planned.contacts.get(event.candidate_id)
            if known is None or known.given_at <= event.given_at:
                planned.contacts[event.candidate_id] = event
        elif isinstance(event, DecisionMade):
            planned.decisions.setdefault(event.decision_id, event)
        elif isinstance(event, Tombstone):
            _forget(planned, event)
    # Replicas that write the same rows take their locks in one order, and so cannot deadlock.
    planned.contacts = dict(sorted(planned.contacts.items()))
    planned.decisions = dict(sorted(planned.decisions.items()))
    return planned


def _forget(planned: Plan, tombstone: Tombstone) -> None:
    """What came before the tombstone is gone; what comes after it stands."""
    if tombstone.topic == CONTACTS:
        planned.contacts.pop(tombstone.key, None)
        planned.forgotten_candidates.add(tombstone.key)
    elif tombstone.topic == DECISIONS:
        try:
            application = UUID(tombstone.key)
        except ValueError:
            return  # No decision ever had such a key.
        planned.forgotten_applications.add(application)
        planned.decisions = {
            id_: decision for id_, decision in planned.decisions.items() if decision.application_id != application
        }
