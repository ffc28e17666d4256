"""How two policies differ, as it is told on a topic: in sentences, and no more of them than fit a record. Pure."""

from collections.abc import Sequence

import orjson

from screening.core.policy import Policy
from screening.whatif.diff import differences
from screening.whatif.remarks import remarks


def changes(before: Policy, after: Policy) -> list[str]:
    """How a policy differs from an earlier one, a sentence each, and what may have been overlooked."""
    told = [str(change) for change in differences(before, after)] or ["the two say the same"]
    return told + [f"remark: {remark}" for remark in remarks(before, after)]


def fitting(lines: Sequence[str], room: int) -> tuple[str, ...]:
    """As many of the lines as fit `room` bytes of JSON; where some do not, the last line says how many."""
    sizes = [size(line) for line in lines]
    if sum(sizes) <= room:
        return tuple(lines)
    room -= 200
    fit = 0
    while fit < len(lines) and sizes[fit] <= room:
        room -= sizes[fit]
        fit += 1
    return (*lines[:fit], f"and {len(lines) - fit:,} lines more, which do not fit here: see the policy itself")


def size(line: str) -> int:
    """Bytes of a line in JSON, with the comma after it."""
    return len(orjson.dumps(line)) + 1
