"""FastStream as documented for messages: one at a time in each of eight workers, its default acknowledgement."""

import asyncio

import asyncpg
from faststream import FastStream
from faststream.kafka import KafkaBroker

from bench.application import Application
from bench.contenders.place import place
from bench.work import INSERT, decided

at = place()
broker = KafkaBroker(at.kafka, acks="all", enable_idempotence=True, logger=None)
app = FastStream(broker, logger=None)
publisher = broker.publisher(at.output)
insert = INSERT.format(name=at.table)
database: asyncpg.Pool


@app.on_startup
async def connect() -> None:
    global database  # noqa: PLW0603 - as its documentation does
    database = await asyncpg.create_pool(at.dsn, min_size=8, max_size=8)


@broker.subscriber(at.topic, group_id=at.group, max_workers=8, auto_offset_reset="earliest")
async def screen(application: Application) -> None:
    row = decided(application)
    await database.execute(insert, *([column] for column in row))
    await publisher.publish(row.data, key=str(row.application_id).encode())


if __name__ == "__main__":
    asyncio.run(app.run())
