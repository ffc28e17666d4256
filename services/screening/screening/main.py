"""Screening's process: wiring only. `screening serve` (the default), `screening migrate`."""

import argparse
import contextlib
from collections.abc import AsyncIterator, Awaitable
from typing import Any

from hiring import health, kafka, postgres, process
from hiring.consumer import BatchLoop, subscribe
from hiring.metrics import Metrics
from hiring.publishing import Publisher
from hiring.settings import load
from screening.consumer import ScreeningStep
from screening.programmes import PolicyError, Programmes, load_programmes
from screening.settings import ScreeningSettings
from screening.store import DecisionStore

GROUP = "screening"


@contextlib.asynccontextmanager
async def service(settings: ScreeningSettings, programmes: Programmes) -> AsyncIterator[Awaitable[Any]]:
    """Everything running, in order; what is yielded ends when the process should."""
    conditions, metrics = health.Health(), Metrics(GROUP)
    server = process.HttpServer(health.app(conditions, metrics.registry), settings)
    async with (
        server.serving() as serving,
        postgres.pool(settings, conditions) as pool,
        kafka.producing(settings, GROUP, conditions) as producer,
    ):
        step = ScreeningStep(programmes, DecisionStore(pool))
        loop = BatchLoop(step, Publisher(producer), conditions, metrics, group=GROUP, settings=settings)
        async with subscribe(settings, loop, group=GROUP, client_id=GROUP):
            yield process.first_to_end(serving, loop.failed)


def main() -> None:
    """The command `screening`."""
    parser = argparse.ArgumentParser(prog="screening", description=__doc__)
    parser.add_argument("verb", nargs="?", choices=["serve", "migrate"], default="serve")
    verb = parser.parse_args().verb
    settings = load(ScreeningSettings)
    if verb == "migrate":
        postgres.migrate(settings, "screening")
        return
    try:
        programmes = load_programmes(settings.policies)
    except PolicyError as error:
        raise SystemExit(str(error)) from None
    process.run(GROUP, settings, lambda: service(settings, programmes))
