"""The life of a service's process: start, serve until told to stop or until something fails, stop in order."""

import asyncio
import contextlib
import gc
import logging
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from contextlib import AbstractAsyncContextManager
from typing import Any

import uvicorn

from hiring import logs
from hiring.settings import Settings

log = logging.getLogger(__name__)

Service = Callable[[], AbstractAsyncContextManager[Awaitable[Any]]]
"""Enters with everything running and yields what, when it ends, ends the process; leaves in order."""


def run(service: str, settings: Settings, start: Service) -> None:
    """Run until SIGTERM or SIGINT (status 0) or until something unexpected happens (status 1).

    A status other than 0 asks the supervisor for a new process, which goes on from the committed offsets.
    """
    logs.configure(service, settings.log_level)
    # A batch in flight is some hundred thousand objects that reference counting frees by itself: the collector
    # looking through them costs a fifth of the throughput.
    gc.collect()
    gc.freeze()
    gc.set_threshold(1_000_000, 50, 100)
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        status = runner.run(_serve(start))
    sys.exit(status)


async def _serve(start: Service) -> int:
    told = False
    serving = asyncio.current_task()
    assert serving is not None

    def stop() -> None:
        nonlocal told
        if not told:
            told = True
            # The cancellation unwinds the service's context: each part drains and stops in its turn.
            serving.cancel()

    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop)
    try:
        async with start() as ended:
            log.info("started")
            await ended
            raise RuntimeError("a part of the service ended by itself")
    except asyncio.CancelledError:
        if not told:
            raise
    except Exception:
        log.exception("failed")
        return 1
    log.info("stopped")
    return 0


class HttpServer(uvicorn.Server):
    """Uvicorn without its own signal handling: the process decides when to stop."""

    def __init__(self, app: Any, settings: Settings) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                host=settings.http_host,
                port=settings.http_port,
                log_config=None,
                access_log=False,
                timeout_graceful_shutdown=int(settings.drain_seconds),
                lifespan="off",
                # Uvicorn's five seconds are shorter than what most clients keep a connection for: they would send into
                # one that is just being closed.
                timeout_keep_alive=75,
            )
        )

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    @contextlib.asynccontextmanager
    async def serving(self) -> AsyncIterator[asyncio.Task[None]]:
        """Serve inside the block; on leaving, answer what was begun and close. Yields the serving task."""
        task = asyncio.create_task(self.serve())
        try:
            yield task
        finally:
            self.should_exit = True
            await asyncio.gather(task, return_exceptions=True)


@contextlib.asynccontextmanager
async def running(part: Coroutine[Any, Any, None], name: str) -> AsyncIterator[asyncio.Task[None]]:
    """Run a part inside the block; yields its task, which is cancelled on leaving."""
    task = asyncio.create_task(part, name=name)
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop]:
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop
    return uvloop.new_event_loop


async def first_to_end(*parts: asyncio.Future[Any]) -> None:
    """Wait until any of the parts ends, and raise what it raised. The others are left as they are."""
    done, _ = await asyncio.wait(parts, return_when=asyncio.FIRST_COMPLETED)
    for part in done:
        part.result()
