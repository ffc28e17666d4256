"""`hiring.policy.known.v1`: a policy as it stands, on `hiring.policies`. Each later one replaces the one before."""

from typing import Any

from hiring.events.command import Person, Why
from hiring.events.fields import Digest, Event, Moment, Slug


class PolicyKnown(Event):
    """Key: digest. A policy that was proposed; once it is approved, by whom and why.

    It judges what is submitted from `effective_from` on, without one from the beginning, as soon as it is approved.
    With `from_approval` that is the moment of its approval, and until then `effective_from` is when it was proposed.
    One that came with the release has `file` for its people. For a reader who does not know how policies are written,
    `sentences` say in English what it says, and `changes` how it differs from the policy that judged when it was
    proposed (None where none did). What is longer than a record may be is cut, and the last line says so.
    """

    digest: Digest
    programme: Slug
    name: str
    version: str
    policy: dict[str, Any]
    effective_from: Moment | None
    from_approval: bool = False
    proposed_by: Person
    proposed_why: Why
    proposed_at: Moment
    approved_by: Person | None = None
    approved_why: Why | None = None
    approved_at: Moment | None = None
    sentences: tuple[str, ...] = ()
    changes: tuple[str, ...] | None = None
