"""The process: wiring only. `intake serve` (the default), `intake sources`.

HTTP at once, Kafka as soon as it is there, and an orderly end.
"""

import argparse
from collections.abc import AsyncIterator, Awaitable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from hiring import kafka, process, tracing
from hiring.consumer import BatchLoop, subscribe
from hiring.health import Health
from hiring.metrics import Metrics
from hiring.publishing import Publisher
from hiring.settings import load
from intake import sources_verb
from intake.api import create_app
from intake.consumer import IntakeStep
from intake.erased import Erasures
from intake.metrics import DoorMetrics
from intake.outlet import KafkaOutlet, Outlet
from intake.settings import IntakeSettings
from intake.tracing import TracedDoors, TracedOutlet

GROUP = "intake"


@asynccontextmanager
async def service(settings: IntakeSettings) -> AsyncIterator[Awaitable[Any]]:
    """Everything running; what is yielded ends when the process should.

    On leaving, HTTP answers what was begun, then the Kafka door drains, then the producer stops.
    """
    conditions, metrics = Health.awaiting("broker", "consumer"), Metrics(GROUP)
    doors = DoorMetrics(metrics.registry, metrics.dead)
    outlet = KafkaOutlet(conditions, timeout_seconds=settings.accept_timeout_seconds)
    async with tracing.exporting(GROUP, settings) as traces:
        out: Outlet = outlet if traces is None else TracedOutlet(outlet, traces)
        app = create_app(settings, out, doors, conditions, metrics.registry)
        server = process.HttpServer(app if traces is None else TracedDoors(app, traces), settings)
        webhooks = process.running(app.state.webhooks.watching(), "webhooks")
        async with AsyncExitStack() as broker_side, webhooks, server.serving() as serving:
            producer = await broker_side.enter_async_context(kafka.producing(settings, GROUP, conditions))
            await broker_side.enter_async_context(outlet.through(producer))
            redriven = {"deliveries": app.state.redriven, "erasures": Erasures(settings)}
            step = IntakeStep(settings.pseudonym_key, doors, settings.phone_region, traces, **redriven)
            loop = BatchLoop(step, Publisher(producer), conditions, metrics, group=GROUP, settings=settings)
            await broker_side.enter_async_context(subscribe(settings, loop, group=GROUP, client_id=GROUP))
            yield process.first_to_end(serving, loop.failed, outlet.failed)


def main() -> None:
    """The command `intake`."""
    parser = argparse.ArgumentParser(prog="intake", description=__doc__)
    verbs = parser.add_subparsers(dest="verb")
    verbs.add_parser("serve", help="open the doors")
    sources_verb.add_to(verbs)
    arguments = parser.parse_args()
    if arguments.verb == "sources":
        sources_verb.run(arguments)
        return
    settings = load(IntakeSettings)
    process.run(GROUP, settings, lambda: service(settings))
