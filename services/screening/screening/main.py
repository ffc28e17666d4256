"""Screening's process: wiring only. `screening serve` (the default), `screening migrate`."""

import argparse
import contextlib
from collections.abc import AsyncIterator, Awaitable, Sequence
from datetime import UTC, datetime
from typing import Any

from hiring import health, kafka, postgres, process, tracing
from hiring.consumer import BatchLoop, subscribe
from hiring.metrics import Metrics
from hiring.patience import Patience
from hiring.publishing import Publisher
from hiring.settings import load
from screening.commands import Commands
from screening.consumer import GROUP, ScreeningStep
from screening.core.policy import Policy
from screening.known_policies import KnownPolicies
from screening.metrics import DecisionMetrics
from screening.programmes import PolicyError, read_folder
from screening.registry import Registry
from screening.settings import ScreeningSettings
from screening.shadow import Shadow, read_shadows
from screening.store import DecisionStore
from screening.trials.child import TrialProcess
from screening.trials.runner import TrialRunner
from screening.trials.table import TrialTable


@contextlib.asynccontextmanager
async def service(
    settings: ScreeningSettings, seeds: Sequence[Policy], shadows: Sequence[Policy] = ()
) -> AsyncIterator[Awaitable[Any]]:
    """Everything running, in order; what is yielded ends when the process should. `seeds` are the files' policies."""
    conditions, metrics = health.Health.awaiting("broker", "consumer", "database"), Metrics(GROUP)
    server = process.HttpServer(health.app(conditions, metrics.registry), settings)
    async with (
        tracing.exporting(GROUP, settings) as traces,
        server.serving() as serving,
        postgres.pool(settings, conditions) as pool,
        kafka.producing(settings, GROUP, conditions) as producer,
    ):
        registry = Registry(pool)
        publisher, patience = Publisher(producer), Patience(conditions, metrics)
        await patience.until_done("policies", lambda: registry.open(seeds, datetime.now(UTC)))
        policies = KnownPolicies(pool, publisher)
        await patience.until_done("policies", policies.tell)
        shadow = Shadow(shadows, metrics.registry) if shadows else None
        commands = Commands(pool, registry, metrics.registry)
        counted = DecisionMetrics(metrics.registry, lambda: registry.programmes)
        step = ScreeningStep(
            registry, DecisionStore(pool), commands, shadow=shadow, metrics=counted, traces=traces, policies=policies
        )
        loop = BatchLoop(step, publisher, conditions, metrics, group=GROUP, settings=settings)
        trials = TrialRunner(
            TrialTable(pool, settings.lease_seconds),
            TrialProcess(settings.trial_seconds, settings.trial_memory_mb),
            publisher,
            patience,
            metrics.registry,
            settings.lease_seconds,
        )
        async with (
            subscribe(settings, loop, group=GROUP, client_id=GROUP),
            process.running(trials.run(), "trials"),
        ):
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
        seeds, shadows = read_folder(settings.policies), read_shadows(settings.shadow_policies)
    except PolicyError as error:
        raise SystemExit(str(error)) from None
    process.run(GROUP, settings, lambda: service(settings, seeds, shadows))
