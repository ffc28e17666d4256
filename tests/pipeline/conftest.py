"""The whole pipeline, started once for all tests of this folder: real Kafka, Postgres, SMTP and services."""

from collections.abc import AsyncIterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from cohort.pipeline import Pipeline, running


@pytest.fixture(scope="session")
async def pipeline() -> AsyncIterator[Pipeline]:
    with TemporaryDirectory(prefix="pipeline-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        # A short lease and session, so that what a kill leaves behind is taken up again within the test's patience.
        settings = {"lease_seconds": 3, "kafka_session_timeout_ms": 6000}
        async with running(folder, print, settings) as started:
            yield started
