"""What a trial of a policy came to: whom it names as examples, and how many would end elsewhere. Pure."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Literal, NamedTuple
from uuid import UUID

from hiring.events.answer import PolicyTried

State = Literal["tried", "problem", "waits"]


class TrialLine(NamedTuple):
    """A trial as the page of its policy lists it.

    `at` is when it was tried, or asked for while it is under way; `by` is None where the command is not known here.
    `flipped` would end with another outcome, `moved` with the same on another track or unit; None as long as unknown.
    """

    command_id: UUID
    at: datetime
    by: str | None
    state: State
    flipped: int | None
    moved: int | None


def elsewhere(tried: PolicyTried) -> tuple[int | None, int | None]:
    """How many would end with another outcome, and how many with the same elsewhere, as far as the result says so."""
    comparison = (tried.result or {}).get("comparison")
    told = comparison if isinstance(comparison, dict) else {}
    return _count(told.get("flipped")), _count(told.get("moved"))


def applications_in(tried: PolicyTried) -> set[UUID]:
    """The applications that a trial names as examples, with what rules observed of them."""
    return {UUID(it["application_id"]) for it in _examples(tried)}


def without(tried: PolicyTried, gone: Collection[UUID]) -> PolicyTried:
    """The trial without these examples; its figures count them still, which tell nothing of anybody."""
    examples = _examples(tried)
    left = [it for it in examples if UUID(it["application_id"]) not in gone]
    if tried.result is None or len(left) == len(examples):
        return tried
    comparison = {**tried.result["comparison"], "examples": left}
    return tried.model_copy(update={"result": {**tried.result, "comparison": comparison}})


def _count(value: Any) -> int | None:
    return value if type(value) is int and 0 <= value < 2**63 else None


def _examples(tried: PolicyTried) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = ((tried.result or {}).get("comparison") or {}).get("examples") or []
    return found
