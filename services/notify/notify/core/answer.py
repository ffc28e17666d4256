"""What the relay made of a letter."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Answer:
    """The relay took the letter, refuses it for good, or not now; `cause` names no address.

    `in doubt`: the whole letter was handed over and no answer came, so it may have been taken or not.
    `not tried`: we let go of it before it was handed over; it may go again after `pause` seconds. `slow_down`: the
    relay asks for fewer letters to this domain.
    """

    verdict: Literal["taken", "refused", "deferred", "in doubt", "not tried"]
    cause: str | None = None
    pause: float = 0.0
    slow_down: bool = False
