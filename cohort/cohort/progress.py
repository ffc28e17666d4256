"""How far a long reading has come: a bar on a terminal, and without one a plain line every two seconds."""

from time import monotonic
from types import TracebackType

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from cohort.terminal import said, say

PLAIN_SECONDS = 2.0


class ReadingProgress:
    """Shown beside the results, on stderr, while entered."""

    def __init__(self) -> None:
        # Drawn when there is news: a refresh thread would take its share of two cores.
        self._bars = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=said(),
            auto_refresh=False,
            transient=True,
        )
        self._tasks: dict[str, TaskID] = {}
        self._shown = 0.0

    def __enter__(self) -> "ReadingProgress":
        if self._bars.console.is_terminal:
            self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bars.console.is_terminal:
            self._bars.stop()

    def show(self, what: str, done: int, total: int) -> None:
        """`done` of `total` records of `what` are read."""
        terminal = self._bars.console.is_terminal
        if monotonic() - self._shown < (0.1 if terminal else PLAIN_SECONDS) and done < total:
            return
        self._shown = monotonic()
        if not terminal:
            say(f"{what}: {done:,} of {total:,}")
            return
        if what not in self._tasks:
            self._tasks[what] = self._bars.add_task(what)
        self._bars.update(self._tasks[what], completed=done, total=total, refresh=True)
