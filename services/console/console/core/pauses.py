"""Which letters are paused, from the commands that paused and resumed them. Pure."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from console.core.asked import Asked

PAUSED, RESUMED = "LettersPaused", "LettersResumed"
ALL = ""
"""The scope of what pauses every letter."""


class Pause(NamedTuple):
    """Letters that do not go out: a programme's, or all; who stopped them, when and why."""

    scope: str
    by: str
    why: str
    since: datetime


def pauses(obeyed: Iterable[Asked]) -> list[Pause]:
    """What is paused now, all letters first. `obeyed` are the commands that notify obeyed, in any order.

    A programme and all letters are paused and resumed apart: what is paused by both goes on when both are resumed.
    """
    standing: dict[str, Asked] = {}
    for asked in sorted(obeyed, key=lambda it: (it.at, it.command_id)):
        if asked.type in (PAUSED, RESUMED):
            standing[asked.about.get("programme") or ALL] = asked
    return [
        Pause(scope, asked.by, asked.why, asked.at) for scope, asked in sorted(standing.items()) if asked.type == PAUSED
    ]
