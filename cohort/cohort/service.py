"""One of Cohort's services as a child process of the command."""

import asyncio
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

import httpx

from cohort.stack.child import Child
from cohort.stack.errors import StackError
from cohort.stack.readiness import wait_until_ready
from hiring.settings import as_environment

MIGRATION_SECONDS = 120.0


class ServiceProcess:
    """A service run as `python -m NAME`, configured by settings alone, as it would be anywhere else."""

    def __init__(self, name: str, settings: Mapping[str, object], port: int, log_path: Path) -> None:
        self.name = name
        self.url = f"http://127.0.0.1:{port}"
        self._environment = {**os.environ, **as_environment({**settings, "http_port": port})}
        self._log_path = log_path
        self.child: Child | None = None

    async def migrate(self) -> None:
        """Bring the service's database up to date; StackError with its words where that fails."""
        child = Child(f"{self.name} migrate", self._argv("migrate"), self._environment, self._log_path)
        await child.start()
        try:
            status = await asyncio.wait_for(child.wait(), MIGRATION_SECONDS)
        except TimeoutError:
            child.kill()
            status = await child.wait()
        if status != 0:
            words = "\n".join(child.last_lines())
            raise StackError(f"{self.name} could not migrate its database; its log is {self._log_path}:\n{words}")

    async def start(self) -> Child:
        """Start the service; StackError when it cannot be executed. It is not ready yet: see `wait_ready`."""
        self.child = Child(self.name, self._argv(), self._environment, self._log_path)
        await self.child.start()
        return self.child

    async def wait_ready(self, timeout_seconds: float = 60.0) -> None:
        """Return when the service says it is ready; StackError when it does not in time or has ended."""
        if self.child is None:
            raise StackError(f"{self.name} was not started")
        async with httpx.AsyncClient(base_url=self.url, timeout=2, trust_env=False) as client:

            async def ready() -> bool:
                try:
                    return (await client.get("/readyz")).status_code == 200
                except httpx.HTTPError:
                    return False

            await wait_until_ready(self.child, ready, timeout_seconds)

    async def stop(self, grace_seconds: float = 45.0) -> bool:
        """Ask the service to finish what it has begun and end; False where it had to be killed after that."""
        return True if self.child is None else await self.child.stop(signal.SIGTERM, grace_seconds)

    def _argv(self, *verb: str) -> list[str]:
        return [sys.executable, "-m", self.name, *verb]


async def ready(services: list[ServiceProcess]) -> None:
    """Wait until all of them are ready. Raises StackError."""
    await asyncio.gather(*(service.wait_ready() for service in services))
