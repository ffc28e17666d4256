"""Keeps parts running: names the one that dies with its last words, starts it again, stops all in order."""

import asyncio
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from cohort.stack.child import Child
from cohort.stack.errors import StackError

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Restarts:
    """How often a part may die `within` so many seconds, and the longest pause before it is started again."""

    most: int = 5
    within: float = 60.0
    longest_pause: float = 8.0


USUAL = Restarts()


class Part(Protocol):
    """Something that runs as one child process. `start` may be called again after the process ended."""

    async def start(self) -> Child: ...
    async def stop(self, grace_seconds: float = ...) -> bool: ...


class GaveUp(StackError):
    """A part died too often; the message names it, its log and the last lines it said."""


@dataclass(slots=True)
class _Watched:
    name: str
    part: Part
    child: Child
    deaths: list[float] = field(default_factory=list)
    watcher: asyncio.Task[None] | None = None


class Supervisor:
    """Starts parts in the order they are added, watches them, stops them in the opposite order.

    `changed` is called after every start, so that what runs can be recorded; `gave_up` ends with GaveUp when a
    part died more often than `restarts` allows.
    """

    def __init__(self, say: Say, changed: Callable[["Supervisor"], None], restarts: Restarts = USUAL) -> None:
        self.gave_up: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._say = say
        self._changed = changed
        self._restarts = restarts
        self._watched: list[_Watched] = []

    async def add(self, name: str, part: Part) -> None:
        """Start a part and watch it from now on. Raises StackError where it cannot be started."""
        watched = _Watched(name, part, await part.start())
        watched.watcher = asyncio.create_task(self._watch(watched), name=f"watch-{name}")
        self._watched.append(watched)
        self._changed(self)

    def pids(self) -> dict[str, int]:
        """The processes that run, by name, in the order their parts were added."""
        return {watched.name: watched.child.pid for watched in self._watched if watched.child.alive()}

    async def stop(self) -> None:
        """Stop every part, the last started first."""
        for watched in self._watched:
            if watched.watcher is not None:
                watched.watcher.cancel()
        for watched in reversed(self._watched):
            if not await watched.part.stop():
                self._say(f"{watched.name} did not stop in time and was killed")

    def _pause(self, deaths: int) -> float:
        return min(2.0 ** min(deaths - 2, 10), self._restarts.longest_pause) if deaths > 1 else 0.0

    async def _watch(self, watched: _Watched) -> None:
        try:
            while True:
                status = await watched.child.wait()
                obituary = _obituary(watched, status)
                now = time.monotonic()
                watched.deaths = [death for death in watched.deaths if now - death < self._restarts.within] + [now]
                if len(watched.deaths) > self._restarts.most:
                    raise GaveUp(obituary)
                self._say(f"{obituary}\n{watched.name} is started again")
                # The first death may be chance: no pause. Then longer each time.
                await asyncio.sleep(self._pause(len(watched.deaths)))
                watched.child = await watched.part.start()
                self._changed(self)
        except StackError as error:
            if not self.gave_up.done():
                self.gave_up.set_exception(error)


def _obituary(watched: _Watched, status: int) -> str:
    how = f"was ended by {signal.Signals(-status).name}" if status < 0 else f"ended with status {status}"
    last = watched.child.last_lines(15)
    words = "".join(f"\n    {line}" for line in last) if last else " (it said nothing)"
    return f"{watched.name} {how}; its log is {watched.child.log_path}; the last it said:{words}"
