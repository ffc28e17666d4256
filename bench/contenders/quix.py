# /// script
# requires-python = ">=3.11"
# dependencies = ["quixstreams>=3.28,<4", "psycopg[binary]>=3.2", "orjson>=3.11"]
# ///
"""Quix Streams with a batching sink to Postgres. An environment of its own: it refuses the project's pydantic."""

import psycopg
from quixstreams import Application
from quixstreams.sinks import BatchingSink, SinkBatch

from bench.contenders.place import place
from bench.work import decide

# psycopg's placeholders instead of asyncpg's; the statement is the same.
INSERT = """
INSERT INTO {name} SELECT * FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[], %s::json[])
ON CONFLICT DO NOTHING
"""


class Decisions(BatchingSink):
    """Writes each partition's batch in one statement, when a checkpoint is due."""

    def __init__(self, dsn: str, table: str) -> None:
        super().__init__()
        self._database = psycopg.connect(dsn, autocommit=True)
        self._insert = INSERT.format(name=table)

    def write(self, batch: SinkBatch) -> None:
        rows = [item.value for item in batch]
        self._database.execute(self._insert, [list(column) for column in zip(*rows, strict=True)])


def main() -> None:
    at = place()
    app = Application(
        broker_address=at.kafka,
        consumer_group=at.group,
        auto_offset_reset="earliest",
        commit_every=2000,
        auto_create_topics=False,
        producer_extra_config={"acks": "all", "enable.idempotence": True},
        loglevel="WARNING",
    )
    decided = app.dataframe(app.topic(at.topic, value_deserializer="bytes")).apply(decide)
    decided.sink(Decisions(at.dsn, at.table))
    output = app.topic(at.output, key_serializer="bytes", value_serializer="bytes")
    decided.apply(lambda row: row.data.encode()).to_topic(output)
    app.run()


if __name__ == "__main__":
    main()
