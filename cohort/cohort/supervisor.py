"""Keeps parts running: names the one that dies with its last words, starts it again, stops all in order."""

import asyncio
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from cohort.plain_words import plain_words
from cohort.stack.causes import plain_cause
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
    """A part died too often, and the message names its log and the last it said; or it can be watched no longer."""


@dataclass(slots=True)
class _Watched:
    name: str
    part: Part
    child: Child
    deaths: list[float] = field(default_factory=list)
    watcher: asyncio.Task[None] | None = None


class Supervisor:
    """Starts parts in the order they are added, watches them, stops them in the opposite order.

    `changed` is called after every start, so that what runs can be recorded; `gave_up` ends with a StackError
    (mostly GaveUp) when a part died more often than `restarts` allows, or for whatever reason is watched no longer.
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
        """Stop every part, the last started first. What hinders one is said, and the others are stopped still."""
        watchers = [watched.watcher for watched in self._watched if watched.watcher is not None]
        for watcher in watchers:
            watcher.cancel()
        # A watcher in the middle of a start must have ended first: it would start what was just stopped.
        await asyncio.gather(*watchers, return_exceptions=True)
        if self.gave_up.done() and not self.gave_up.cancelled():
            self.gave_up.exception()  # asked for, so that asyncio does not complain where nobody waited for it
        for watched in reversed(self._watched):
            try:
                in_time = await watched.part.stop()
            except Exception as error:
                self._say(f"{watched.name} could not be stopped: {_words(error)}")
                continue
            if not in_time:
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
            self._give_up(error)
        except Exception as error:
            # Nobody watches the part from here on: better to stop all than to seem to run.
            gave_up = GaveUp(f"{watched.name} can be kept running no longer: {_words(error)}")
            gave_up.__cause__ = error
            self._give_up(gave_up)

    def _give_up(self, error: StackError) -> None:
        if not self.gave_up.done():
            self.gave_up.set_exception(error)


def _words(error: Exception) -> str:
    return plain_words(error) or f"{type(error).__name__}: {error}"


def _obituary(watched: _Watched, status: int) -> str:
    how = f"was ended by {signal.Signals(-status).name}" if status < 0 else f"ended with status {status}"
    if cause := plain_cause(watched.child.last_lines(200)):
        how += f": {cause}"
    last = watched.child.last_lines(15)
    words = "".join(f"\n    {line}" for line in last) if last else " (it said nothing)"
    return f"{watched.name} {how}; its log is {watched.child.log_path}; the last it said:{words}"
