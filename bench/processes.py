"""One process of ours under measurement: started, watched, stopped."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field

from bench import meter
from bench.entrants import ROOT
from bench.stand import Stand
from cohort.service import ServiceProcess
from cohort.stack.child import Child
from cohort.stack.ports import choose_ports
from cohort.stack.readiness import listens, wait_until_ready

_SAMPLE_SECONDS = 0.25


@dataclass(slots=True)
class Measured:
    """A running process and the sizes it had, in bytes, four a second."""

    pid: int
    port: int
    sizes: list[int] = field(default_factory=list)

    def cost(self) -> meter.Cost:
        """What it has cost until now."""
        return meter.cost([self.pid])

    def memory(self) -> dict[str, float]:
        """Peak in MiB, and the largest size in the second and in the last quarter of its life: flat or not."""
        quarter = max(1, len(self.sizes) // 4)
        return {
            "peak_mib": self.cost().peak_bytes / 2**20,
            "second_quarter_mib": max(self.sizes[quarter : 2 * quarter] or [0]) / 2**20,
            "last_quarter_mib": max(self.sizes[-quarter:] or [0]) / 2**20,
        }


@contextlib.asynccontextmanager
async def service(stand: Stand, name: str, settings: Mapping[str, object]) -> AsyncIterator[Measured]:
    """One of Cohort's services, ready, with its defaults but for `settings`."""
    (port,) = choose_ports([name], {}).values()
    process = ServiceProcess(
        name, {"kafka_bootstrap_servers": stand.kafka, **settings}, port, stand.folder / "logs" / f"{name}.log"
    )
    if "postgres_dsn" in settings:
        await process.migrate()
    child = await process.start()
    try:
        await process.wait_ready()
        async with _sampled(Measured(child.pid, port)) as measured:
            yield measured
    finally:
        await process.stop()


@contextlib.asynccontextmanager
async def module(stand: Stand, name: str, *words: str) -> AsyncIterator[Measured]:
    """A module of the bench that listens on `--port`, ready."""
    (port,) = choose_ports([name], {}).values()
    argv: Sequence[str] = [sys.executable, "-m", name, "--port", str(port), *words]
    child = Child(name, argv, dict(os.environ), stand.folder / "logs" / f"{name}.log", cwd=ROOT)
    await child.start()

    async def answers() -> bool:
        return listens(child, port)

    try:
        await wait_until_ready(child, answers, 30)
        async with _sampled(Measured(child.pid, port)) as measured:
            yield measured
    finally:
        await child.stop(signal.SIGTERM, 20)


@contextlib.asynccontextmanager
async def _sampled(measured: Measured) -> AsyncIterator[Measured]:
    async def sample() -> None:
        while True:
            measured.sizes.append(meter.resident(measured.pid))
            await asyncio.sleep(_SAMPLE_SECONDS)

    sampling = asyncio.create_task(sample())
    try:
        yield measured
    finally:
        sampling.cancel()
        await asyncio.gather(sampling, return_exceptions=True)
