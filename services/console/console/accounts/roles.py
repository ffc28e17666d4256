"""The roles of people at the console, and what each may see."""

from typing import Literal, get_args

Role = Literal["viewer", "reviewer", "operator", "auditor"]

ROLES: tuple[Role, ...] = get_args(Role)

SEES_DEAD_LETTERS: frozenset[Role] = frozenset({"operator"})
"""Who sees the record behind a dead letter: it may hold personal data."""
