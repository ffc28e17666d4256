"""The hook door, with every system set up by a file as an operator writes it, and the systems' APIs beside it."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from fastapi import FastAPI

from hiring.events.envelope import Outgoing
from hiring.health import Health
from hiring.metrics import Metrics
from intake.api import create_app
from intake.core.split import Accepted
from intake.metrics import DoorMetrics
from intake.settings import IntakeSettings

from .api_stand_in import ApiStandIn, api_stand_in
from .senders import SENDERS, Sender, Sent


class Outlet:
    """Keeps what was published, and the dead letters among it beside; raises `fault` once."""

    def __init__(self) -> None:
        self.published: list[Accepted] = []
        self.dead: list[Outgoing] = []
        self.fault: Exception | None = None

    async def publish(self, records: Any) -> None:
        if (fault := self.fault) is not None:
            self.fault = None
            raise fault
        if isinstance(records, Accepted):
            self.published.append(records)
        else:
            self.dead += [record for wave in records.waves for record in wave]

    async def publish_all(self, many: Any) -> None:
        raise AssertionError("a delivery is one application")


@dataclass
class Hooks:
    """The door as the systems meet it: each has a source of the name `from-SYSTEM`."""

    app: FastAPI
    http: httpx.AsyncClient
    outlet: Outlet
    api: ApiStandIn
    file: Path

    async def post(self, sender: Sender, sent: Sent, source: str | None = None) -> httpx.Response:
        body, headers = sent
        url = f"/v1/hooks/{sender.system}/{source or f'from-{sender.system}'}"
        return await self.http.post(url, content=body, headers={"content-type": "application/json"} | headers)

    async def metric(self, name: str, **labels: str) -> float:
        text = (await self.http.get("/metrics")).text
        told = ",".join(f'{label}="{value}"' for label, value in labels.items())
        line = next((line for line in text.splitlines() if line.startswith(f"{name}{{{told}}}")), "0")
        return float(line.split()[-1])

    def records(self) -> dict[str, Outgoing]:
        """What was published last, by topic."""
        return {record.topic: record for wave in self.outlet.published[-1].waves for record in wave}


@pytest.fixture
async def hooks(tmp_path: Path) -> AsyncIterator[Hooks]:
    async with api_stand_in() as api:
        for sender in SENDERS:
            api.answers |= sender.answers
        file = tmp_path / "hooks.yaml"
        file.write_text(
            yaml.safe_dump({one.system: {f"from-{one.system}": one.config(api.url)} for one in SENDERS}),
            encoding="utf-8",
        )
        async with at_hooks(file, api) as hooks:
            yield hooks


class at_hooks:  # noqa: N801 - a context manager, named for how it reads
    """The door on a file of webhooks."""

    def __init__(self, file: Path, api: ApiStandIn, **changes: Any) -> None:
        metrics, outlet = Metrics("intake"), Outlet()
        given = {"candidate_secret": "a secret of the tests", "max_body_bytes": 20_000, "hooks_file": file}
        settings = IntakeSettings(**given | changes)
        app = create_app(settings, outlet, DoorMetrics(metrics.registry, metrics.dead), Health(), metrics.registry)
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        http = httpx.AsyncClient(transport=transport, base_url="http://intake")
        self._hooks = Hooks(app, http, outlet, api, file)

    async def __aenter__(self) -> Hooks:
        return self._hooks

    async def __aexit__(self, *_: object) -> None:
        await self._hooks.http.aclose()


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str], Path]:
    """Writes a file of webhooks."""

    def writing(text: str) -> Path:
        path = tmp_path / "hooks.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return writing
