"""Screening's memory over a long drive: what one process holds while it screens everything the topic has."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

from aiokafka import AIOKafkaConsumer

from bench import processes
from bench.intake import bulk
from bench.stand import Stand, ends
from hiring.topics import APPLICATIONS

Say = Callable[[str], None]


async def measure(stand: Stand, size: int, say: Say) -> dict[str, Any]:
    """Screen `size` applications in one process; those that the topic lacks are uploaded first."""
    async with AIOKafkaConsumer(bootstrap_servers=stand.kafka) as consumer:
        if (there := await ends(consumer, APPLICATIONS)) < size:
            await bulk(stand, size - there, lambda _: None)
        total = await ends(consumer, APPLICATIONS)
    begun = time.perf_counter()
    async with processes.service(stand, "screening", {"postgres_dsn": stand.dsn}) as screening:
        while await stand.committed("screening") < total:
            await asyncio.sleep(0.1)
        result = {
            "applications": total,
            "applications_per_second": total / (time.perf_counter() - begun),
            "cpu_seconds_per_100k": screening.cost().cpu_seconds / total * 100_000,
            **screening.memory(),
        }
    say(f"screening over {total:,}: peak {result['peak_mib']:.0f} MiB")
    return result
