"""How long a candidate's application takes at a steady rate: from its 202 to the decision, and to the e-mail."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

import orjson
from aiokafka import AIOKafkaConsumer, TopicPartition

from bench.load import lines
from bench.raw_http import Connection
from bench.stand import PARTITIONS
from cohort.pipeline import running
from cohort.stack.letters import read_mailbox
from hiring.topics import DECISIONS

Say = Callable[[str], None]

_CONNECTIONS = 64
_WARM_UP_SECONDS = 5.0
_PATIENCE_SECONDS = 60.0


class Times:
    """When each application was posted, accepted, decided and e-mailed; seconds since the epoch, by its id."""

    def __init__(self) -> None:
        self.posted: dict[str, float] = {}
        self.accepted: dict[str, float] = {}
        self.decided: dict[str, float] = {}
        self.decisions: dict[str, str] = {}
        self.mailed: dict[str, float] = {}

    def milliseconds(self, begin: dict[str, float], end: dict[str, float]) -> dict[str, float]:
        """p50, p99 and the longest, over the applications that were accepted in the measured time."""
        spans = [(end[id_] - begin[id_]) * 1000 for id_ in self.accepted]
        cuts = quantiles(spans, n=100, method="inclusive")
        return {"p50": cuts[49], "p99": cuts[98], "max": max(spans)}


async def measure(rate: int, seconds: float, say: Say) -> dict[str, Any]:
    """Run the whole pipeline, post `rate` applications a second one by one, and follow each."""
    with TemporaryDirectory(prefix="bench-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        async with running(folder, lambda _: None) as pipeline:
            at = pipeline.addresses
            times = Times()
            async with AIOKafkaConsumer(bootstrap_servers=at.kafka, fetch_max_wait_ms=20) as consumer:
                consumer.assign([TopicPartition(DECISIONS, number) for number in range(PARTITIONS)])
                await consumer.seek_to_beginning()
                following = asyncio.create_task(_follow(consumer, times))
                port = urlsplit(at.intake_url).port
                assert port is not None
                bodies = list(dict.fromkeys(lines(int(rate * (seconds + _WARM_UP_SECONDS) * 1.1))))
                warm = int(rate * _WARM_UP_SECONDS)
                await _post(port, bodies[:warm], rate, Times())
                late = await _post(port, bodies[warm : warm + int(rate * seconds)], rate, times)
                await _until(lambda: times.accepted.keys() <= times.decided.keys())
                wanted = {times.decisions[id_]: id_ for id_ in times.accepted}
                await _until(lambda: _mailed(at.mailbox, wanted, times))
                following.cancel()
                await asyncio.gather(following, return_exceptions=True)
    result: dict[str, Any] = {
        "per_second": rate,
        "applications": len(times.accepted),
        "client_late_ms_max": late * 1000,
        "post_to_accept_ms": times.milliseconds(times.posted, times.accepted),
        "accept_to_decision_ms": times.milliseconds(times.accepted, times.decided),
        "accept_to_email_ms": times.milliseconds(times.accepted, times.mailed),
    }
    for name in ("post_to_accept_ms", "accept_to_decision_ms", "accept_to_email_ms"):
        say(f"at {rate}/s {name}: " + ", ".join(f"{key} {value:.1f}" for key, value in result[name].items()))
    return result


async def _follow(consumer: AIOKafkaConsumer, times: Times) -> None:
    async for record in consumer:
        now = time.time()
        id_ = record.key.decode()
        times.decided.setdefault(id_, now)
        times.decisions[id_] = orjson.loads(record.value)["decision_id"]


async def _post(port: int, bodies: list[bytes], rate: int, times: Times) -> float:
    """Post on a fixed timetable; return by how many seconds the client was late at most."""
    idle = [await Connection.open(port) for _ in range(_CONNECTIONS)]
    late = 0.0
    tasks: list[asyncio.Task[None]] = []

    async def post(connection: Connection, body: bytes) -> None:
        posted = time.time()
        try:
            status, answer = await connection.post(b"/v1/applications", body)
            accepted = time.time()
        finally:
            idle.append(connection)
        if status != 202:
            raise RuntimeError(f"HTTP {status}")
        id_ = orjson.loads(answer)["application_id"]
        times.posted[id_], times.accepted[id_] = posted, accepted

    begun = time.perf_counter()
    for number, body in enumerate(bodies):
        due = begun + number / rate
        while (early := due - time.perf_counter()) > 0 or not idle:
            await asyncio.sleep(max(early, 0.0005))
        late = max(late, -early)
        task = asyncio.create_task(post(idle.pop(), body))
        tasks.append(task)
    await asyncio.gather(*tasks)
    for connection in idle:
        connection.close()
    return late


def _mailed(mailbox: Path, wanted: dict[str, str], times: Times) -> bool:
    for letter in read_mailbox(mailbox):
        id_ = wanted.get(letter.message_id.strip("<>").partition("@")[0])
        if id_ is not None:
            times.mailed.setdefault(id_, letter.path.stat().st_mtime)
    return times.accepted.keys() <= times.mailed.keys()


async def _until(fact: Callable[[], bool]) -> None:
    end = time.monotonic() + _PATIENCE_SECONDS
    while not fact():
        if time.monotonic() > end:
            raise TimeoutError("applications are missing at the other end of the pipeline")
        await asyncio.sleep(0.2)
