"""The whole pipeline, started once for all tests of this folder: real Kafka, Postgres, SMTP and services."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from cohort.pipeline import Pipeline, running
from cohort.stack.postgres import PostgresServer

from .collector import Collector, collecting
from .notify_stand import Place, own_place, postgres_server


@pytest.fixture(scope="session")
def collector() -> Iterator[Collector]:
    """Where the pipeline's services send their spans."""
    with collecting() as listening:
        yield listening


@pytest.fixture(scope="session")
async def pipeline(collector: Collector) -> AsyncIterator[Pipeline]:
    with TemporaryDirectory(prefix="pipeline-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        # A short lease and session, so that what a kill leaves behind is taken up again within the test's patience.
        # Nothing is traced but what a test asks for.
        traced = {"trace_ratio": 1e-12, "trace_endpoint": collector.url}
        settings = {"lease_seconds": 3, "kafka_session_timeout_ms": 6000, **traced}
        async with running(folder, print, settings) as started:
            yield started


@pytest.fixture(scope="session")
async def notify_server() -> AsyncIterator[PostgresServer]:
    """A Postgres for the tests that need notify's tables and no pipeline."""
    async with postgres_server() as running:
        yield running


@pytest.fixture
async def place(notify_server: PostgresServer) -> AsyncIterator[Place]:
    """A database of notify's own, migrated and empty."""
    async with own_place(notify_server) as one:
        yield one
