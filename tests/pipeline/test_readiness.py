"""Readiness tells the truth within seconds, and liveness only asks for a restart where one helps."""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import psutil
import pytest

from cohort.pipeline import Pipeline

pytestmark = pytest.mark.stack

SOON_SECONDS = 20


@contextmanager
def held(pid: int) -> Iterator[None]:
    """A process and its children, stopped without ending: their connections stay open and nothing answers."""
    processes = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    for process in processes:
        process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        for process in processes:
            if process.is_running():
                process.send_signal(signal.SIGCONT)


async def told(url: str) -> dict[str, Any]:
    async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=5) as client:
        answer = await client.get("/readyz")
        alive = await client.get("/livez")
    report: dict[str, Any] = answer.json()
    return {**report, "status": answer.status_code, "alive": alive.status_code == 200}


async def until(fact: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(SOON_SECONDS):
        while not await fact():
            await asyncio.sleep(0.2)


@pytest.mark.parametrize(
    ("part", "condition", "services"),
    [("kafka", "broker", ["intake", "screening", "notify"]), ("postgres", "database", ["screening", "notify"])],
)
async def test_a_part_that_is_away_is_told_by_whoever_needs_it_and_forgotten_when_it_is_back(
    pipeline: Pipeline, part: str, condition: str, services: list[str]
) -> None:
    pids = pipeline.supervisor.pids()
    with held(pids[part]):
        for name in services:
            url = pipeline.services[name].url

            async def away(url: str = url) -> bool:
                report = await told(url)
                assert report["alive"], "a restart would not bring it back"
                return report["status"] == 503 and report[condition] != "ok"

            await until(away)
    for service in pipeline.services.values():

        async def back(url: str = service.url) -> bool:
            return (await told(url))["status"] == 200

        await until(back)
    assert pipeline.supervisor.pids() == pids, "nobody had to be restarted"
