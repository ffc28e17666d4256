"""The figures while they change: one look a second at the read model, however many pages are open."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from time import monotonic

from console.core.glance import Glance
from hiring.faults import is_transient

log = logging.getLogger(__name__)

EVERY_SECONDS = 1.0
# What is said of how long something waits changes though nothing is written.
_ANEW_SECONDS = 60.0


class Live:
    """Gives the figures now, and each time they are others. `look` asks the read model."""

    def __init__(self, look: Callable[[], Awaitable[Glance]]) -> None:
        self._look = look
        self._asking = asyncio.Lock()
        self._last: tuple[float, Glance] | None = None
        self._closed = asyncio.Event()

    async def now(self) -> Glance:
        """The figures, at most a second old. Raises what the database raises."""
        async with self._asking:
            if self._last is None or monotonic() - self._last[0] > EVERY_SECONDS * 0.9:
                self._last = (monotonic(), await self._look())
            return self._last[1]

    async def changes(self) -> AsyncIterator[Glance]:
        """The figures now, then whenever something was written, and each minute; ends when this is closed."""
        told: tuple[int, float] | None = None
        while not self._closed.is_set():
            try:
                glance = await self.now()
            except Exception as error:
                if not is_transient(error):
                    raise
                # Readiness says that the database is away; the page keeps what it shows.
                log.warning("the figures cannot be asked for", extra={"fault": type(error).__name__})
            else:
                if told is None or glance.changed != told[0] or monotonic() - told[1] > _ANEW_SECONDS:
                    told = glance.changed, monotonic()
                    yield glance
            try:
                async with asyncio.timeout(EVERY_SECONDS):
                    await self._closed.wait()
            except TimeoutError:
                pass

    def close(self) -> None:
        """End every stream: an open one would hold up the process's end."""
        self._closed.set()
