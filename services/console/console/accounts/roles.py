"""The roles of people at the console, and what each may see."""

from collections.abc import Collection
from typing import Literal, get_args

Role = Literal["viewer", "reviewer", "operator", "auditor"]

ROLES: tuple[Role, ...] = get_args(Role)

MOST_CAPABLE_FIRST: tuple[Role, ...] = ("operator", "reviewer", "auditor", "viewer")
"""A session has one role: of several that a provider gives, the first in this order."""

SEES_DEAD_LETTERS: frozenset[Role] = frozenset({"operator"})
"""Who sees the record behind a dead letter: it may hold personal data."""

REVIEWS: frozenset[Role] = frozenset({"reviewer", "operator"})
"""Who decides what went to a person."""

OPERATES: frozenset[Role] = frozenset({"operator"})
"""Who redrives and discards, pauses letters, proposes and approves policies."""


def most_capable(roles: Collection[Role]) -> Role | None:
    """The role of a session for who has these; None for who has none."""
    return next((role for role in MOST_CAPABLE_FIRST if role in roles), None)
