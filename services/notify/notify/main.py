"""Notify's process: wiring only. `notify serve` (the default), `notify migrate`."""

import argparse
import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable
from typing import Any

from hiring import health, kafka, postgres, process
from hiring.consumer import BatchLoop, subscribe
from hiring.patience import Patience
from hiring.publishing import Publisher
from hiring.settings import load
from notify.consumer import NotifyStep
from notify.metrics import LetterMetrics
from notify.recorder import Recorder
from notify.sender import Sender
from notify.settings import NotifySettings
from notify.smtp import Relay
from notify.stationery import letter_writer
from notify.store import Ledger

GROUP = "notify"


@contextlib.asynccontextmanager
async def service(settings: NotifySettings) -> AsyncIterator[Awaitable[Any]]:
    """Everything running, in order; what is yielded ends when the process should."""
    conditions, metrics = health.Health(), LetterMetrics(GROUP)
    server = process.HttpServer(health.app(conditions, metrics.registry), settings)
    async with (
        server.serving() as serving,
        postgres.pool(settings, conditions) as pool,
        kafka.producing(settings, GROUP, conditions) as producer,
    ):
        ledger, publisher, stored = Ledger(pool), Publisher(producer), asyncio.Event()
        patience = Patience(conditions, metrics, "sender")
        sender = Sender(
            settings,
            ledger,
            Relay(settings, conditions),
            letter_writer(settings.sender),
            Recorder(ledger, publisher, patience, metrics),
            patience,
            metrics,
            stored,
        )
        loop = BatchLoop(
            NotifyStep(ledger, stored),
            publisher,
            conditions,
            metrics,
            group=GROUP,
            settings=settings,
        )
        # The subscription stops first: the sender then has everything it will ever have.
        async with sender.sending() as sending, subscribe(settings, loop, group=GROUP, client_id=GROUP):
            yield process.first_to_end(serving, loop.failed, sending)


def main() -> None:
    """The command `notify`."""
    parser = argparse.ArgumentParser(prog="notify", description=__doc__)
    parser.add_argument("verb", nargs="?", choices=["serve", "migrate"], default="serve")
    verb = parser.parse_args().verb
    settings = load(NotifySettings)
    if verb == "migrate":
        postgres.migrate(settings, "notify")
        return
    process.run(GROUP, settings, lambda: service(settings))
