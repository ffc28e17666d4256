# /// script
# requires-python = ">=3.11,<3.13"
# dependencies = ["bytewax[kafka]>=0.21,<0.22", "psycopg[binary]>=3.2", "orjson>=3.11", "pydantic>=2.12"]
# ///
"""Bytewax with a batch operator around psycopg. It commits no offsets; its recovery store keeps its place.

An environment of its own: its newest release has no wheels for Python 3.13.
"""

import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import bytewax.operators as op
import psycopg
from bytewax._bytewax import cli_main
from bytewax.connectors.kafka import KafkaSink, KafkaSinkMessage, KafkaSource, KafkaSourceMessage
from bytewax.dataflow import Dataflow
from bytewax.recovery import RecoveryConfig, init_db_dir

from bench.contenders.place import Place, place
from bench.work import decide

INSERT = """
INSERT INTO {name} SELECT * FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[], %s::json[])
ON CONFLICT DO NOTHING
"""

Batch = Callable[[list[KafkaSourceMessage]], list[KafkaSinkMessage]]


def screener(at: Place) -> Batch:
    """Decides and stores a batch, and gives what is to be published."""
    database = psycopg.connect(at.dsn, autocommit=True)
    insert = INSERT.format(name=at.table)

    def screen(messages: list[KafkaSourceMessage]) -> list[KafkaSinkMessage]:
        rows = [decide(message.value) for message in messages]
        if rows:
            database.execute(insert, [list(column) for column in zip(*rows, strict=True)])
        return [KafkaSinkMessage(str(row.application_id).encode(), row.data.encode()) for row in rows]

    return screen


def flow(at: Place) -> Dataflow:
    dataflow = Dataflow("screening")
    source = KafkaSource([at.kafka], [at.topic], batch_size=2000)
    applications = op.input("in", dataflow, source)
    decisions = op.flat_map_batch("screen", applications, screener(at))
    config = {"acks": "all", "enable.idempotence": "true"}
    op.output("out", decisions, KafkaSink([at.kafka], at.output, add_config=config))
    return dataflow


def main() -> None:
    at = place()
    with tempfile.TemporaryDirectory() as folder:
        init_db_dir(Path(folder), 1)
        cli_main(flow(at), recovery_config=RecoveryConfig(folder), epoch_interval=timedelta(seconds=1))


if __name__ == "__main__":
    main()
