"""How fast the console's read model is fed, and how long its pages take once every application is in it."""

import asyncio
import re
import statistics
import time
from collections.abc import Callable
from typing import Any

import asyncpg
import httpx
from aiokafka import AIOKafkaConsumer

from bench import processes
from bench.load import preload
from bench.stand import Stand, ends
from console.accounts.file import Account, Passwords, add
from hiring.topics import APPLICATIONS, DECISIONS, POLICIES

Say = Callable[[str], None]

_PASSWORD = "correct horse battery"
_LOOKS = 20


async def measure(stand: Stand, applications: int, say: Say) -> dict[str, Any]:
    """Decide about `applications`, feed one console with them, then ask for each page `_LOOKS` times."""
    await preload(stand.kafka, applications)
    async with processes.service(stand, "screening", {"postgres_dsn": stand.dsn}):
        await _until_read(stand, "screening", [APPLICATIONS])
    say(f"console: {applications:,} applications are decided")
    await stand.postgres.create_database("console")
    accounts = stand.folder / "accounts.json"
    add(accounts, Account(name="bench", role="operator", password=Passwords().hash(_PASSWORD)))
    settings = {"postgres_dsn": stand.postgres.dsn("console"), "accounts_file": accounts, "session_keys": "k" * 40}
    begun = time.perf_counter()
    async with processes.service(stand, "console", settings) as console:
        records = await _until_read(stand, "console", [APPLICATIONS, DECISIONS, POLICIES])
        seconds = time.perf_counter() - begun
        result: dict[str, Any] = {
            "applications": applications,
            "records_per_second": records / seconds,
            "cpu_seconds_per_100k": console.cost().cpu_seconds / records * 100_000,
            **console.memory(),
        }
        say(f"console: fed {result['records_per_second']:,.0f} records/s")
        result["pages_ms"] = await _pages(f"http://127.0.0.1:{console.port}", settings["postgres_dsn"])
    for path, milliseconds in result["pages_ms"].items():
        say(f"console: {path} {milliseconds:.1f} ms")
    return result


async def _until_read(stand: Stand, group: str, topics: list[str]) -> int:
    """Wait until a group has read these topics to their ends; how many records that are."""
    async with AIOKafkaConsumer(bootstrap_servers=stand.kafka) as consumer:
        total = sum([await ends(consumer, topic) for topic in topics])
    while await stand.committed(group) < total:
        await asyncio.sleep(0.1)
    return total


async def _pages(url: str, dsn: Any) -> dict[str, float]:
    """The median of each page, in milliseconds, by a visitor who is logged in."""
    connection = await asyncpg.connect(dsn)
    application = await connection.fetchval("SELECT application_id FROM applications OFFSET 1000 LIMIT 1")
    await connection.close()
    lists = ("/applications", "/applications?outcome=decided", "/applications?outcome=review&order=oldest")
    others = ("/reviews", "/letters", "/policies", "/dead-letters")
    paths = ("/", "/gauges", f"/applications/{application}", *lists, *others)
    found = {}
    async with httpx.AsyncClient(base_url=url, timeout=60, trust_env=False) as visitor:
        page = (await visitor.get("/login")).text
        token = re.search(r'name="token" value="([^"]+)"', page)
        form = {"token": token[1] if token else "", "next": "/", "name": "bench", "password": _PASSWORD}
        await visitor.post("/login", data=form)
        for path in paths:
            took = []
            for _ in range(_LOOKS):
                begun = time.perf_counter()
                answer = await visitor.get(path)
                took.append(time.perf_counter() - begun)
                if answer.status_code != 200:
                    raise RuntimeError(f"{path} was answered {answer.status_code}")
                # The figures are looked for once a second: each of these looks.
                await asyncio.sleep(1.0 if path == "/" else 0.0)
            found["/applications/ID" if application and str(application) in path else path] = (
                statistics.median(took) * 1000
            )
    return found
