"""Console's process: wiring only. `console serve` (the default), `migrate`, `rebuild`, `account`."""

import argparse
import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Awaitable
from datetime import timedelta
from typing import Any

import asyncpg
from aiokafka.errors import KafkaError
from starlette.applications import Starlette
from starlette.middleware import Middleware

from console.accounts import verb
from console.accounts.file import Accounts, Passwords
from console.accounts.login import Login
from console.accounts.organisation import organisation
from console.accounts.sessions import Sessions
from console.acting import CONDITION, acting
from console.asking import Asking
from console.consumer import ConsoleStep
from console.core.gauges import Gauges
from console.dead_letter_record import DeadRecords
from console.feeding import NAME, Feeding
from console.gauging import Gauging
from console.settings import ConsoleSettings
from console.store import rebuilding
from console.store.asked import AskedReading
from console.store.browsing import Browsing
from console.store.claims import Claims
from console.store.failing_again import FailingAgain
from console.store.letters import LettersReading
from console.store.policies import PoliciesReading
from console.store.reading import Reading
from console.store.reviews import ReviewReading
from console.store.trials import TrialsReading
from console.web.access import Access
from console.web.answering import Parts
from console.web.headers import Headers
from console.web.live import Live
from console.web.pages import Pages
from console.web.rendering import Rendering
from hiring import health, kafka, postgres, process
from hiring.metrics import Metrics
from hiring.publishing import Publisher
from hiring.settings import load


@contextlib.asynccontextmanager
async def service(settings: ConsoleSettings) -> AsyncIterator[Awaitable[Any]]:
    """Everything running, in order; what is yielded ends when the process should."""
    conditions = health.Health.awaiting("broker", "consumer", "database", "read model", CONDITION)
    metrics = Metrics(NAME)
    console = pages(settings)
    app = Starlette(
        routes=[*health.routes(conditions, metrics.registry), *console.routes()], middleware=[Middleware(Headers)]
    )
    server = process.HttpServer(app, settings)
    async with (
        server.serving() as serving,
        postgres.pool(settings, conditions) as pool,
        kafka.producing(settings, NAME, conditions) as producer,
    ):
        model, asked, gauges = Reading(pool), AskedReading(pool), Gauges()
        asking = Asking(Publisher(producer), asked)
        console.connect(
            Parts(
                model=model,
                browsing=Browsing(pool),
                asked=asked,
                policies=PoliciesReading(pool),
                trials=TrialsReading(pool),
                letters=LettersReading(pool),
                records=DeadRecords(settings),
                failing=FailingAgain(pool),
                live=Live(model.glance),
                gauges=gauges,
                asking=asking,
                reviews=ReviewReading(pool),
                claims=Claims(pool),
            )
        )
        feeding = Feeding(settings, pool, conditions, metrics)
        acts, subscription = acting(settings, pool, producer, conditions, metrics)
        try:
            # What acts waits for what feeds, and ends first.
            async with (
                process.running(Gauging(settings, gauges, feeding.current_group).run(), "gauging") as gauging,
                process.running(feeding.run(), "feeding") as fed,
                subscription,
            ):
                yield process.first_to_end(serving, fed, acts.failed, asking.failed, gauging)
        finally:
            console.close()


def pages(settings: ConsoleSettings) -> Pages:
    """The pages. Exits with a plain message where sessions have no key."""
    if not settings.keys:
        raise SystemExit(
            "The settings are not usable: sessions are signed with HIRING_SESSION_KEYS. Name a file in "
            "HIRING_SESSION_KEYS_FILE with what `openssl rand -hex 32` prints"
        )
    rendering = Rendering()
    sessions = Sessions(settings.keys, timedelta(hours=settings.session_hours))
    provider = organisation(settings, settings.keys)
    mark = provider.mark if provider else None
    login = Login(Accounts(settings.accounts_file), sessions, Passwords(), organisation_mark=mark)
    access = Access(login, rendering, secure=settings.secure_cookies, organisation=provider)
    return Pages(access, rendering)


async def rebuild(settings: ConsoleSettings) -> str:
    """Empty the read model; what runs reads the topics anew. Returns what was done, for a person to read.

    Exits with a plain message where that is not possible.
    """
    conditions = health.Health()
    try:
        found = await rebuilding.ranges(settings, list(ConsoleStep.contracts))
        async with postgres.pool(settings, conditions) as pool:
            number = await rebuilding.begin_anew(pool, found)
    except (KafkaError, asyncpg.PostgresError, OSError) as error:
        raise SystemExit(f"nothing was changed: {type(error).__name__}: {error}") from None
    records = sum(end - begin for begin, end in found.values())
    return f"the read model is empty and is made anew from {records:,} records (generation {number})"


def main() -> None:
    """The command `console`."""
    parser = argparse.ArgumentParser(prog="console", description=__doc__)
    verbs = parser.add_subparsers(dest="verb")
    verbs.add_parser("serve", help="feed the read model and answer for the pages")
    verbs.add_parser("migrate", help="bring the database up to date")
    verbs.add_parser("rebuild", help="empty the read model and make it anew from the topics")
    verb.add_to(verbs)
    arguments = parser.parse_args()
    if arguments.verb == "account":
        verb.run(arguments)
        return
    settings = load(ConsoleSettings)
    match arguments.verb:
        case "migrate":
            postgres.migrate(settings, "console")
        case "rebuild":
            sys.stdout.write(asyncio.run(rebuild(settings)) + "\n")
        case _:
            process.run(NAME, settings, lambda: service(settings))
