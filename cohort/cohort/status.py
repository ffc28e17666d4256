"""What a running pipeline holds, and whether its parts are well."""

import asyncio
from collections.abc import Mapping, Sequence

import asyncpg
import httpx
import psutil
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from cohort.addresses import Addresses
from cohort.console_access import ACCOUNT
from cohort.stack.runfile import Mark
from cohort.tables import plain_table
from hiring.topics import TOPICS

GROUPS = ("intake", "screening", "notify")

_DECISIONS = """
SELECT CASE outcome WHEN 'review' THEN 'to a person' ELSE outcome END, count(*) FROM decisions GROUP BY 1 ORDER BY 1
"""
# As `cohort review` lists them: by the index of those that went to a person.
_WAITING = """
SELECT 'wait for a person now', count(*) FROM decisions d WHERE outcome = 'review'
AND serial = (SELECT max(n.serial) FROM decisions n WHERE n.application_id = d.application_id)
"""


def addresses(at: Addresses) -> list[str]:
    """Where to reach the pipeline, a line each; no secrets."""
    console = f"console       {at.console_url}  (log in as {ACCOUNT}; the password is in {at.console_password})"
    return [
        *([console] if at.console_url else []),
        f"intake        {at.intake_url}  (POST /v1/applications, POST /v1/applications/bulk)",
        f"Kafka         {at.kafka}  (topic hiring.submissions)",
        f"letters       {at.mailbox}",
        f"logs          {at.logs}",
    ]


async def show(at: Addresses, processes: Mapping[str, Mark], console: Console) -> bool:
    """Print parts, topics and counts; return whether everything is ready."""
    console.print("\n".join(addresses(at)), highlight=False, markup=False, soft_wrap=True)
    readiness = await _readiness(at)
    console.print(_parts(readiness, processes))
    try:
        console.print(await _topics(at))
        console.print(await _counts(at))
    except (KafkaError, asyncpg.PostgresError, OSError) as error:
        console.print(f"cannot be asked now: {type(error).__name__}", markup=False)
        return False
    return all(words == "ready" for words in readiness.values())


async def _readiness(at: Addresses) -> dict[str, str]:
    urls = {"intake": at.intake_url, "screening": at.screening_url, "notify": at.notify_url}
    if at.console_url:
        urls["console"] = at.console_url
    async with httpx.AsyncClient(timeout=3, trust_env=False) as client:
        answers = await asyncio.gather(*(client.get(f"{url}/readyz") for url in urls.values()), return_exceptions=True)
    return {name: _words(answer) for name, answer in zip(urls, answers, strict=True)}


def _words(answer: httpx.Response | BaseException) -> str:
    if isinstance(answer, BaseException):
        return f"does not answer ({type(answer).__name__})"
    if answer.status_code == 200:
        return "ready"
    wrong = {name: why for name, why in answer.json().items() if why != "ok" and name != "ready"}
    return "not ready: " + ", ".join(f"{name}: {why}" for name, why in wrong.items())


def _parts(readiness: Mapping[str, str], processes: Mapping[str, Mark]) -> Table:
    table = plain_table("part", "state", numbers=("process", "memory"))
    for name, mark in processes.items():
        process = mark.process()
        if process is None:
            table.add_row(name, "ended", str(mark.pid), "")
            continue
        table.add_row(name, escape(readiness.get(name, "runs")), str(mark.pid), f"{_mib(process)} MiB")
    return table


def _mib(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss) // 1024**2
    except psutil.Error:
        return 0


async def _topics(at: Addresses) -> Table:
    table = plain_table("topic", numbers=("records", *(f"{group}\nlag" for group in GROUPS)))
    consumer = AIOKafkaConsumer(bootstrap_servers=at.kafka)
    admin = AIOKafkaAdminClient(bootstrap_servers=at.kafka)
    try:
        await consumer.start()
        await admin.start()
        committed = {group: await admin.list_consumer_group_offsets(group) for group in GROUPS}
        described = await admin.describe_topics([topic.name for topic in TOPICS])
        partitions_of = {topic["topic"]: [p["partition"] for p in topic["partitions"]] for topic in described}
        for topic in TOPICS:
            partitions = [TopicPartition(topic.name, p) for p in partitions_of.get(topic.name, ())]
            ends = await consumer.end_offsets(partitions)
            begins = await consumer.beginning_offsets(partitions)
            lags = [_lag(ends, begins, committed[group]) for group in GROUPS]
            table.add_row(topic.name, f"{sum(ends.values()) - sum(begins.values()):,}", *lags)
    finally:
        await consumer.stop()
        await admin.close()
    return table


def _lag(ends: Mapping[TopicPartition, int], begins: Mapping[TopicPartition, int], committed: Mapping) -> str:  # type: ignore[type-arg]
    if not any(partition in committed for partition in ends):
        return ""
    done = {p: committed[p].offset if p in committed else begins[p] for p in ends}
    return f"{sum(end - max(done[p], begins[p]) for p, end in ends.items()):,}"


async def _counts(at: Addresses) -> Table:
    table = plain_table("count", "of", numbers=("records",))
    for dsn, what, query in (
        (at.screening_dsn, "decisions made", _DECISIONS),
        (at.screening_dsn, "applications", _WAITING),
        (at.notify_dsn, "letters", "SELECT state, count(*) FROM letters GROUP BY 1 ORDER BY 1"),
    ):
        connection = await asyncpg.connect(dsn, timeout=5)
        try:
            rows: Sequence[asyncpg.Record] = await connection.fetch(query)
        finally:
            await connection.close()
        for name, count in rows:
            table.add_row(what, name, f"{count:,}")
    return table
