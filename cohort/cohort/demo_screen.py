"""Shows a drive while it runs: a line a step on a terminal, and without one a plain line every two seconds."""

from collections import deque
from dataclasses import dataclass, field
from time import monotonic
from types import TracebackType

from rich.console import Console
from rich.live import Live
from rich.table import Table

from cohort.demo_arrival import Counts
from cohort.drive.sent import Fate, Sent
from cohort.tables import plain_table

PLAIN_SECONDS = 2.0
_RATE_SECONDS = 5.0
_WIDE = 60


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the way: how many came this far, per second of late, and how many wait before it."""

    name: str
    count: int
    rate: float
    lag: int | None


@dataclass(slots=True)
class Screen:
    """Shows the steps. `total` lines are to be sent, where that is known; `applications` are expected, once known."""

    console: Console
    total: int | None = None
    applications: int | None = None
    started: float = field(default_factory=monotonic)
    _live: Live | None = None
    _said: float = 0.0
    _history: deque[tuple[float, tuple[int, int, int]]] = field(default_factory=deque)

    def __enter__(self) -> "Screen":
        if self.console.is_terminal:
            # Drawn when there is news: a refresh thread would take its share of two cores.
            self._live = Live(console=self.console, auto_refresh=False, transient=True)
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live:
            self._live.stop()

    def show(self, sent: Sent | None, counts: Counts) -> None:
        """Show where the drive stands."""
        steps = self._steps(sent, counts)
        told = dict.fromkeys(Fate, 0) | (sent.counts if sent else {})
        beside = f"{told[Fate.REJECTED]:,} rejected at the door, {counts.dead:,} dead letters"
        if told[Fate.UNSENT]:
            beside += f", {told[Fate.UNSENT]:,} could not be sent"
        seconds = monotonic() - self.started
        if self._live:
            self._live.update(_table(steps, beside, seconds, self.console.width >= _WIDE), refresh=True)
        elif monotonic() - self._said >= PLAIN_SECONDS:
            self._said = monotonic()
            self.console.print(_plain(steps, beside, seconds), highlight=False, soft_wrap=True)

    def _steps(self, sent: Sent | None, counts: Counts) -> list[Step]:
        accepted = sent.counts[Fate.ACCEPTED] + sent.counts[Fate.LOGGED] if sent else 0
        now = monotonic()
        reached = (accepted, counts.decided, counts.emails)
        self._history.append((now, reached))
        while now - self._history[0][0] > _RATE_SECONDS:
            self._history.popleft()
        then, before = self._history[0]
        rates = [(new - old) / (now - then) if now > then else 0.0 for new, old in zip(reached, before, strict=True)]
        # Until all is sent nobody knows how many of the lines are repeats: then the lag is an upper bound.
        expected = accepted if self.applications is None else self.applications
        to_send = None if self.total is None else max(self.total - (len(sent) if sent else 0), 0)
        return [
            Step("accepted", accepted, rates[0], to_send),
            Step("decided", counts.decided, rates[1], max(expected - counts.decided, 0)),
            Step("e-mailed", counts.emails, rates[2], max(counts.decided - counts.emails, 0)),
        ]


def _table(steps: list[Step], beside: str, seconds: float, wide: bool) -> Table:
    table = plain_table("step", numbers=("so far", "a second", "waiting"), title=f"{seconds:,.0f} s")
    table.caption, table.caption_justify = beside, "left"
    if wide:
        # Else the columns move at each new digit.
        for column in table.columns[1:]:
            column.min_width = 10
    for step in steps:
        lag = "" if step.lag is None else f"{step.lag:,}"
        table.add_row(step.name, f"{step.count:,}", f"{step.rate:,.0f}", lag)
    return table


def _plain(steps: list[Step], beside: str, seconds: float) -> str:
    told = [
        f"{step.name} {step.count:,} ({step.rate:,.0f}/s" + (")" if step.lag is None else f", {step.lag:,} waiting)")
        for step in steps
    ]
    return "; ".join([f"{seconds:6.1f} s  " + told[0], *told[1:], beside])
