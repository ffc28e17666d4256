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

RESTARTS = 5
WITHIN_SECONDS = 60.0


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
    part died too often within a minute.
    """

    def __init__(self, say: Say, changed: Callable[["Supervisor"], None]) -> None:
        self.gave_up: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._say = say
        self._changed = changed
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

    async def _watch(self, watched: _Watched) -> None:
        try:
            while True:
                status = await watched.child.wait()
                obituary = _obituary(watched, status)
                now = time.monotonic()
                watched.deaths = [death for death in watched.deaths if now - death < WITHIN_SECONDS] + [now]
                if len(watched.deaths) > RESTARTS:
                    raise GaveUp(obituary)
                self._say(f"{obituary}\n{watched.name} is started again")
                # The first death may be chance: no pause. Then longer each time.
                await asyncio.sleep(min(2.0 ** (len(watched.deaths) - 2), 8.0) if len(watched.deaths) > 1 else 0)
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
