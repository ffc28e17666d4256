"""From the relay's answer to what becomes of the letter. Pure."""

from dataclasses import dataclass
from typing import Literal, NamedTuple

from hiring.events.notification import LetterState
from notify.core import retry
from notify.core.answer import Answer


@dataclass(frozen=True, slots=True)
class Rules:
    """How often a letter is tried, and what is done where nobody knows whether it was taken.

    `resends`: how often a letter in doubt goes out again, each time after `doubt_seconds`; `hold_in_doubt`: never,
    an operator says what becomes of it.
    """

    max_attempts: int
    retry_seconds: float
    retry_longest_seconds: float
    resends: int
    doubt_seconds: float
    hold_in_doubt: bool = False


class Fate(NamedTuple):
    """The letter's next state; `queued` for `pause` seconds. `tried` and `doubts` are what this adds to the counts."""

    state: Literal["queued"] | LetterState
    cause: str | None = None
    pause: float = 0.0
    tried: int = 1
    doubts: int = 0


def fate(answer: Answer, attempts: int, doubts: int, rules: Rules, jitter: float) -> Fate:
    """What becomes of a letter that had so many attempts and doubts before this answer. `jitter`: 0 to 1.

    A letter that was not tried is never given up. One in doubt waits long, since a relay that is slow to
    answer mostly has taken it, and is given up rather than sent time and again.
    """
    if answer.verdict == "taken":
        return Fate("sent")
    if answer.verdict == "not tried":
        return Fate("queued", answer.cause, answer.pause, tried=0)
    doubt = int(answer.verdict == "in doubt")
    if doubt and rules.hold_in_doubt:
        return Fate("held", answer.cause, doubts=1)
    last = attempts + 1 >= rules.max_attempts
    if answer.verdict == "refused" or last or (doubt and doubts >= rules.resends):
        return Fate("failed", answer.cause, doubts=doubt)
    pause = (
        rules.doubt_seconds
        if doubt
        else retry.pause(attempts + 1, rules.retry_seconds, rules.retry_longest_seconds, jitter)
    )
    return Fate("queued", answer.cause, pause, doubts=doubt)
