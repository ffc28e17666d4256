"""Notify's letters a second into the mail sink, over a drive that is already decided."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

from aiokafka import AIOKafkaConsumer

from bench import processes
from bench.load import preload
from bench.stand import Stand, ends
from cohort.stack.mail_sink import MailSink
from cohort.stack.ports import choose_ports
from hiring.topics import NOTIFICATIONS

Say = Callable[[str], None]


async def measure(stand: Stand, letters: int, say: Say) -> dict[str, Any]:
    """Have screening decide about `letters` applications, then let one notify process send every letter."""
    records = await preload(stand.kafka, letters, waves=(0, 1), seed=7)
    del records
    await stand.postgres.create_database("notify")
    async with processes.service(stand, "screening", {"postgres_dsn": stand.dsn}):
        async with AIOKafkaConsumer(bootstrap_servers=stand.kafka) as consumer:
            total = await ends(consumer, "hiring.applications")
        while await stand.committed("screening") < total:
            await asyncio.sleep(0.1)
    expected = await stand.database.fetchval("SELECT count(*) FROM decisions")
    dsn = stand.postgres.dsn("notify")
    async with (
        AIOKafkaConsumer(bootstrap_servers=stand.kafka) as consumer,
        _sink(stand) as (directory, port),
        processes.service(stand, "notify", {"postgres_dsn": dsn, "smtp_port": port}) as notify,
    ):
        first: tuple[float, int] | None = None
        while True:
            sent, now = await ends(consumer, NOTIFICATIONS), time.perf_counter()
            if first is None and sent:
                first = now, sent
            if first and sent >= expected:
                break
            await asyncio.sleep(0.05)
        result = {
            "letters": expected,
            "letters_per_second": (sent - first[1]) / (now - first[0]),
            "cpu_seconds_per_100k": notify.cost().cpu_seconds / expected * 100_000,
            **notify.memory(),
        }
        kept = sum(1 for path in directory.iterdir() if path.suffix == ".eml")
        if kept != expected:
            raise RuntimeError(f"the sink holds {kept} letters, expected {expected}")
    say(f"notify: {result['letters_per_second']:,.0f} e-mails/s")
    return result


@contextlib.asynccontextmanager
async def _sink(stand: Stand) -> AsyncIterator[Any]:
    (port,) = choose_ports(["mailbox"], {}).values()
    sink = MailSink(stand.folder / "mailbox", port, stand.folder / "logs" / "mailbox.log")
    await sink.start()
    try:
        await sink.wait_ready()
        yield sink.directory, port
    finally:
        await sink.stop()
