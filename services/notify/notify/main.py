"""Notify's process: wiring only. `notify serve` (the default), `notify migrate`."""

import argparse
import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable
from typing import Any

from prometheus_client import CollectorRegistry
from starlette.applications import Starlette

from hiring import health, kafka, postgres, process, tracing
from hiring.consumer import BatchLoop, subscribe
from hiring.patience import Patience
from hiring.publishing import Publisher
from hiring.settings import load
from notify.bounces import Bounces, Door, Maildir
from notify.calendar_file import CalendarError, read_calendar
from notify.composing import composer
from notify.consumer import GROUP, NotifyStep
from notify.core.calendar import Calendar
from notify.core.letter import LetterWriter
from notify.core.person import ruler
from notify.dkim_signing import Signer, UnusableKey, signer
from notify.housekeeping import Housekeeping
from notify.ledger.claiming import Claiming
from notify.ledger.entering import Entering
from notify.ledger.looking import Looking
from notify.ledger.results import Results
from notify.ledger.tending import Tending
from notify.metrics import LetterMetrics
from notify.rates import MailRates
from notify.recorder import Recorder
from notify.sender import Sender
from notify.settings import NotifySettings
from notify.smtp import Relay
from notify.stationery import UnusableTemplates, letter_writer, plain_names
from notify.status.metrics import PageMetrics
from notify.status.outlet import KafkaOutlet
from notify.status.routes import StatusPages
from notify.status.tokens import Tokens
from notify.status.writing import Writing


@contextlib.asynccontextmanager
async def service(settings: NotifySettings) -> AsyncIterator[Awaitable[Any]]:
    """Everything running, in order; what is yielded ends when the process should."""
    writer, calendar, signing = prepared(settings)
    conditions = health.Health.awaiting("broker", "consumer", "database", "smtp")
    metrics = LetterMetrics(GROUP)
    door, pages = Door(settings.bounce_key), status_pages(settings, metrics.registry)
    routes = [*health.routes(conditions, metrics.registry), door.route(), *(pages.routes() if pages else ())]
    app = Starlette(routes=routes)
    server = process.HttpServer(app, settings)
    async with (
        tracing.exporting(GROUP, settings) as traces,
        server.serving() as serving,
        postgres.pool(settings, conditions) as pool,
        kafka.producing(settings, GROUP, conditions) as producer,
    ):
        publisher, stored = Publisher(producer), asyncio.Event()
        outlet = KafkaOutlet(publisher)
        if pages is not None:
            pages.connect(Looking(pool), outlet)
        patience = Patience(conditions, metrics, "sender")
        recorder = Recorder(Results(pool), publisher, patience, metrics)
        relay = Relay(settings, conditions, signing)
        sender = Sender(
            settings,
            Claiming(pool),
            ruler(calendar, hold_in_doubt=settings.rules.hold_in_doubt, domain=relay.sender.domain),
            relay,
            composer(writer, pages.url if pages else None),
            MailRates(settings.mail_per_second, settings.mail_per_domain, metrics.throttled),
            recorder,
            patience,
            metrics,
            stored,
            traces,
        )
        bounces = Bounces(Results(pool), recorder, patience, metrics)
        door.open(bounces)
        maildir = Maildir(settings.bounce_maildir, bounces, conditions)
        tending = Housekeeping(Tending(pool), recorder, patience, metrics, settings.waiting_alarm_seconds)
        step = NotifyStep(Entering(pool), stored, recorder.tell, traces)
        loop = BatchLoop(step, publisher, conditions, metrics, group=GROUP, settings=settings)
        # The subscription stops first: the sender then has everything it will ever have.
        async with (
            sender.sending() as sending,
            process.running(tending.keep(), "housekeeping") as keeping,
            process.running(maildir.keep(), "bounces") as reading,
            subscribe(settings, loop, group=GROUP, client_id=GROUP),
        ):
            yield process.first_to_end(serving, loop.failed, outlet.failed, sending, keeping, reading)


def prepared(settings: NotifySettings) -> tuple[LetterWriter, Calendar, Signer | None]:
    """What letters are written, timed and signed by. Exits with a plain message where it is not usable."""
    try:
        writer = letter_writer(settings.sender, settings.templates_dir)
        return writer, read_calendar(settings.letters_file), signer(settings)
    except (UnusableTemplates, CalendarError, UnusableKey) as error:
        raise SystemExit(str(error)) from None


def status_pages(settings: NotifySettings, registry: CollectorRegistry) -> StatusPages | None:
    """The candidates' pages, where an address for them is set."""
    if settings.public_url is None:
        return None
    tokens, writing = Tokens(settings.keys, settings.links_hold), Writing(plain_names(settings.templates_dir))
    return StatusPages(tokens, settings.public_url, writing, PageMetrics(registry))


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
