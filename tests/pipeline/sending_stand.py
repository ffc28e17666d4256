"""A sender between a real ledger and a relay on a real socket. What it publishes is kept in a list."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any, cast

from aiosmtpd.smtp import SMTP

from hiring.events.envelope import Outgoing
from hiring.health import Health
from hiring.patience import Patience
from hiring.publishing import Publisher
from notify.composing import composer
from notify.core.calendar import AT_ONCE
from notify.core.person import ruler
from notify.dkim_signing import signer
from notify.metrics import LetterMetrics
from notify.rates import MailRates
from notify.recorder import Recorder
from notify.sender import Sender
from notify.settings import NotifySettings
from notify.smtp import Relay
from notify.stationery import letter_writer

from .notify_stand import Place


@contextlib.asynccontextmanager
async def listening(handler: Any, **options: Any) -> AsyncIterator[int]:
    """An SMTP server of aiosmtpd with this handler; yields its port."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(handler, loop=loop, **options), "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


class Kept(list[Outgoing]):
    async def publish(self, records: Sequence[Outgoing]) -> None:
        self.extend(records)


@contextlib.asynccontextmanager
async def sending(
    place: Place, port: int, metrics: LetterMetrics | None = None, kept: Kept | None = None, **more: object
) -> AsyncIterator[Recorder]:
    settings = NotifySettings.model_validate({**place.settings, "smtp_port": port, "lease_seconds": 1.0, **more})
    health, metrics = Health(), metrics or LetterMetrics("notify")
    patience = Patience(health, metrics)
    recorder = Recorder(place.results, cast(Publisher, Kept() if kept is None else kept), patience, metrics)
    sender = Sender(
        settings,
        place.claiming,
        ruler(AT_ONCE, hold_in_doubt=settings.rules.hold_in_doubt, domain="example.com"),
        Relay(settings, health, signer(settings)),
        composer(letter_writer(settings.sender)),
        MailRates(settings.mail_per_second, settings.mail_per_domain, metrics.throttled),
        recorder,
        patience,
        metrics,
        asyncio.Event(),
    )
    async with sender.sending() as ended:
        yield recorder
        assert not ended.done()


async def until(fact: Callable[[], Awaitable[bool]], seconds: float = 30) -> None:
    async with asyncio.timeout(seconds):
        while not await fact():
            await asyncio.sleep(0.02)


def at_rest(place: Place) -> Callable[[], Awaitable[bool]]:
    async def fact() -> bool:
        return not await place.pool.fetchval("SELECT count(*) FROM letters WHERE NOT published")

    return fact
