"""What was done when, and in which moments a letter may go out without the ledger hearing of it."""

import contextlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from time import monotonic

IN_HAND_SECONDS = 1.0
"""A letter's result is in the ledger within this time after the mail server kept it, where nothing hinders."""


@dataclass(slots=True)
class Disturbance:
    """When a letter may go out without notify's ledger hearing of it (monotonic seconds), and why."""

    begin: float
    end: float
    kind: str

    def covers(self, at: float) -> bool:
        """Whether a letter that was kept at this moment may have been in hand."""
        return self.begin - IN_HAND_SECONDS <= at <= self.end + IN_HAND_SECONDS


@dataclass(slots=True)
class Journal:
    """What happened, in order, and since when."""

    begun: float = field(default_factory=monotonic)
    lines: list[str] = field(default_factory=list)
    disturbances: list[Disturbance] = field(default_factory=list)
    zombies: Counter[bool] = field(default_factory=Counter)
    """Processes that were woken, by whether their partitions had moved."""
    loud: bool = False

    def note(self, text: str) -> None:
        self.lines.append(f"{monotonic() - self.begun:7.2f} s  {text}")
        if self.loud:
            print(self.lines[-1], flush=True)

    @contextlib.contextmanager
    def disturbing(self, kind: str, is_so: bool = True, lasting: float = 0.0) -> Iterator[None]:
        """Note a disturbance as long as the block and `lasting` seconds more, where there is one."""
        disturbance = Disturbance(monotonic(), float("inf"), kind)
        if not is_so:
            yield
            return
        self.disturbances.append(disturbance)
        try:
            yield
        finally:
            disturbance.end = monotonic() + lasting
