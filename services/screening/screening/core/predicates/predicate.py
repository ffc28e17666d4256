"""A compiled condition, in two steps: `observe` takes what matters from a case, `judge` says what it makes of that.

A drive meets the same observations again and again, so each is judged and worded once.
Three-valued: `unknown` where the facts do not say. Neither step raises.
"""

from collections.abc import Callable, Hashable
from typing import Any, NamedTuple

from hiring.events.decision import Verdict
from screening.core.case import Case
from screening.core.decision import Change


class Finding(NamedTuple):
    """A verdict, in words what it rests on, and of a fail what would have passed."""

    verdict: Verdict
    observed: str
    change: Change | None = None


class Predicate(NamedTuple):
    """A compiled condition. `required` says in words what it asks for."""

    observe: Callable[[Case], Hashable]
    judge: Callable[[Any], Finding]
    required: str


def finding(holds: bool, observed: str, en: str, zh: str) -> Finding:
    """Passed; or failed, with the change."""
    return Finding("pass", observed) if holds else Finding("fail", observed, Change(en, zh))
