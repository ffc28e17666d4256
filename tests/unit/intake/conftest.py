"""What the tests of intake share: an application as an HR system sends it, and the doors on an outlet in memory."""

import copy
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from hiring.events.envelope import Outgoing
from hiring.health import Health
from intake.api import create_app
from intake.core.split import Accepted
from intake.metrics import DoorMetrics
from intake.openapi import EXAMPLE
from intake.outlet import Unavailable
from intake.settings import IntakeSettings


@pytest.fixture
def application() -> Callable[..., dict[str, Any]]:
    """A full application as JSON data, with top-level fields replaced; each call gives a fresh one."""
    return lambda **changes: copy.deepcopy(EXAMPLE) | changes


@dataclass
class MemoryOutlet:
    """Keeps what was published; `faults` are raised one after another, None lets one pass."""

    published: list[Accepted] = field(default_factory=list)
    commands: list[Any] = field(default_factory=list)
    groups: list[int] = field(default_factory=list)
    faults: list[Exception | None] = field(default_factory=list)

    async def publish(self, records: Any) -> None:
        if isinstance(records, Accepted):
            await self.publish_all([records])
        else:
            self._fail()
            self.commands.append(records)

    async def publish_all(self, many: Sequence[Accepted]) -> None:
        self._fail()
        self.groups.append(len(many))
        self.published += many

    def records(self) -> list[Outgoing]:
        """Every record of the commands, in the order of the waves."""
        return [record for command in self.commands for wave in command.waves for record in wave]

    def _fail(self) -> None:
        if self.faults and (fault := self.faults.pop(0)):
            raise fault


@dataclass
class Doors:
    """Intake's HTTP side and what stands behind it."""

    app: FastAPI
    http: httpx.AsyncClient
    outlet: MemoryOutlet
    health: Health
    away: Exception = field(default_factory=Unavailable)


@asynccontextmanager
async def at_doors(**changes: Any) -> AsyncIterator[Doors]:
    """Doors with other settings."""
    given = {"candidate_secret": "a secret of the tests", "max_body_bytes": 20_000, "max_line_bytes": 5_000}
    outlet, health, registry = MemoryOutlet(), Health(), CollectorRegistry()
    app = create_app(IntakeSettings(**given | changes), outlet, DoorMetrics(registry), health, registry)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://intake") as http:
        yield Doors(app, http, outlet, health)


@pytest.fixture
async def doors() -> AsyncIterator[Doors]:
    async with at_doors() as opened:
        yield opened


@pytest.fixture
def doors_with() -> Callable[..., Any]:
    """Doors with other settings, as an asynchronous context."""
    return at_doors
