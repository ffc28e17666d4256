"""Feeds the read model: one generation after another, each by a consumer group of its own."""

import asyncio
import logging

import asyncpg

from console.consumer import ConsoleStep, PassingOver
from console.store.rebuilding import begin_anew, fell_behind, generation, ranges
from console.store.writing import Writing
from hiring.consumer import BatchLoop, subscribe
from hiring.faults import is_transient
from hiring.health import Health
from hiring.metrics import Metrics
from hiring.patience import Patience
from hiring.settings import Settings

log = logging.getLogger(__name__)

NAME = "console"
LOOK_SECONDS = 1.0


def group(number: int) -> str:
    """The consumer group of a generation: a new one begins at the topics' beginning."""
    return NAME if number == 1 else f"{NAME}-{number}"


class Feeding:
    """Runs until something fails that only a new process mends."""

    def __init__(self, settings: Settings, pool: asyncpg.Pool, health: Health, metrics: Metrics) -> None:
        self._settings = settings
        self._pool = pool
        self._health = health
        self._metrics = metrics
        self._patience = Patience(health, metrics, "read model")

    async def run(self) -> None:
        """Feed the generation there is; once another has begun, feed that."""
        while True:
            number = await self._patience.until_done("generation", lambda: generation(self._pool))
            if await self._patience.until_done("topics", self._outdated):
                continue
            log.info("reading", extra={"generation": number})
            await self._feed(number)

    async def current_group(self) -> str:
        """The consumer group of the generation there is. Raises what asyncpg raises."""
        return group(await generation(self._pool))

    async def _outdated(self) -> bool:
        """Whether the topics are others than were read, as after they were made anew; the read model then is, too."""
        found = await ranges(self._settings, list(ConsoleStep.contracts))
        if not await fell_behind(self._pool, found):
            self._health.set("read model", True)
            return False
        log.error("the topics hold less than was read of them: the read model is made anew")
        try:
            await begin_anew(self._pool, found)
        except asyncpg.InsufficientPrivilegeError:
            why = "the topics hold less than was read of them: run `console rebuild` with the database owner's login"
            self._health.set("read model", False, why)
            return False
        return True

    async def _feed(self, number: int) -> None:
        outlived = asyncio.Event()
        writing = Writing(self._pool, number)
        step = ConsoleStep(writing, outlived.set)
        loop = BatchLoop(
            step, PassingOver(writing), self._health, self._metrics, group=group(number), settings=self._settings
        )
        async with subscribe(self._settings, loop, group=group(number), client_id=NAME):
            watching = asyncio.create_task(self._until_outlived(number, outlived))
            try:
                await asyncio.wait({watching, loop.failed}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                watching.cancel()
            for part in (loop.failed, watching):
                if part.done():
                    part.result()

    async def _until_outlived(self, number: int, outlived: asyncio.Event) -> None:
        """Return once a later generation has begun: a batch met it, or, where none comes, the database says so."""
        while not outlived.is_set():
            try:
                async with asyncio.timeout(LOOK_SECONDS):
                    await outlived.wait()
            except TimeoutError:
                try:
                    if await generation(self._pool) != number:
                        return
                except Exception as error:
                    # The pool's own probe says in readiness that the database is away.
                    if not is_transient(error):
                        raise
