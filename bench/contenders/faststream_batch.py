"""FastStream as documented for batches: `batch=True`, models decoded by it, `publish_batch`."""

import asyncio

import asyncpg
from faststream import FastStream
from faststream.kafka import KafkaBroker
from faststream.middlewares import AckPolicy

from bench.application import Application
from bench.contenders.place import place
from bench.work import INSERT, decided

at = place()
broker = KafkaBroker(at.kafka, acks="all", enable_idempotence=True, max_batch_size=2**20, logger=None)
app = FastStream(broker, logger=None)
publisher = broker.publisher(at.output, batch=True)
insert = INSERT.format(name=at.table)
database: asyncpg.Connection


@app.on_startup
async def connect() -> None:
    global database  # noqa: PLW0603 - as its documentation does
    database = await asyncpg.connect(at.dsn)


@broker.subscriber(
    at.topic,
    group_id=at.group,
    batch=True,
    max_records=2000,
    auto_offset_reset="earliest",
    # The work must not be lost: what fails is read again.
    ack_policy=AckPolicy.NACK_ON_ERROR,
)
async def screen(applications: list[Application]) -> None:
    rows = [decided(application) for application in applications]
    await database.execute(insert, *map(list, zip(*rows, strict=True)))
    await publisher.publish(*(row.data for row in rows))


if __name__ == "__main__":
    asyncio.run(app.run())
