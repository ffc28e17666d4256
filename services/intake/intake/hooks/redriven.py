"""Deliveries that were set aside and come once more: mapped by the webhook and the mapping as they are now."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from hiring.consumer import Received
from hiring.consumer.batch import bury
from hiring.consumer.record import Record
from hiring.consumer.redriven import GivenAgain
from hiring.events.dead_letter import DELIVERIES, DeadLetter
from hiring.events.envelope import Outgoing
from intake import problems
from intake.core.split import Accepted, split
from intake.erased import Again
from intake.hooks.counting import HookMetrics
from intake.hooks.delivery import Acknowledged, Refused, mapped, payload_of
from intake.hooks.register import Gone, Register
from intake.hooks.set_aside import GROUP
from intake.hooks.webhook import Webhook

log = logging.getLogger(__name__)

AT_ONCE = 8
"""So many are mapped at a time; and once a system has kept so many waiting in vain, no more of it is asked."""
SECONDS = 20.0
"""No delivery is begun later: what asks a system's API must not hold up the submissions behind it."""

_NOT_SET_UP = "no webhook is set up for this system and source: set it up and redrive this again, or discard it"
_NO_FILE = "the file of webhooks is not there (HIRING_HOOKS_FILE): put it back and redrive this again"
_NO_TIME = "the deliveries before it took too long: redrive it again"
_FAULT = "intake met a fault with it ({fault}), and its log says where: report it, and redrive this when that is mended"
_AWAY = "the system's own API did not tell the facts of this event: see that it answers and redrive this again"


class RedrivenDeliveries:
    """Makes submissions of deliveries that were set aside; each that makes none is a dead letter again."""

    def __init__(
        self,
        secret: bytes,
        phone_region: str | None,
        register: Register,
        metrics: HookMetrics,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._secret = secret
        self._phone_region = phone_region
        self._register = register
        self._metrics = metrics
        self._now = now

    async def again(self, deliveries: Iterable[Received]) -> tuple[list[Again], list[Outgoing]]:
        """What they submit, and the dead letters of those that submit nothing still. Ends within half a minute."""
        gate, clock = asyncio.Semaphore(AT_ONCE), asyncio.get_running_loop().time
        until = clock() + SECONDS
        in_vain: Counter[str] = Counter()

        async def one(received: Received) -> Again | Outgoing | None:
            async with gate:
                if clock() > until:
                    return self._still(received, _NO_TIME)
                if in_vain[received.record.topic] >= AT_ONCE:
                    return self._still(received, _AWAY)
                made = await self._one(received, in_vain)
                if not isinstance(made, Accepted):
                    return made
                assert isinstance(received.record, GivenAgain)
                return Again(received.record, made)

        made = await asyncio.gather(*(one(received) for received in deliveries))
        return [it for it in made if isinstance(it, Again)], [it for it in made if isinstance(it, Outgoing)]

    async def _one(self, received: Received, in_vain: Counter[str]) -> Accepted | Outgoing | None:
        """What becomes of one; `in_vain` counts by webhook how often in a row its system's API did not answer."""
        record = received.record
        system, _, source = record.topic.removeprefix(DELIVERIES).partition("/")
        try:
            webhook = self._register.find(system, source)
        except Gone:
            return self._still(received, _NO_FILE)
        if webhook is None:
            return self._still(received, _NOT_SET_UP)
        outcome, silent = "set-aside", 0
        try:
            accepted = await self._submitted(webhook, record)
            outcome = "accepted"
            return accepted
        except Acknowledged as acknowledged:
            # Nobody wants an application of it any more.
            outcome = acknowledged.outcome
            return None
        except Refused as refused:
            return bury(record, refused.flaw, refused.detail, GROUP, self._now())
        except problems.Problem:
            silent = in_vain[record.topic] + 1
            return self._still(received, _AWAY)
        except Exception as error:
            # At the door it would be one answer 500; here it would end the process, and every one after it.
            log.exception("a delivery that came once more cannot be mapped")
            return self._still(received, _FAULT.format(fault=type(error).__name__))
        finally:
            in_vain[record.topic] = silent
            self._metrics.delivery(system, source, outcome)
            log.info("a delivery came once more", extra={"system": system, "source": source, "outcome": outcome})

    async def _submitted(self, webhook: Webhook, record: Record) -> Accepted:
        headers = {name.encode(): (value or b"").decode().encode("latin-1") for name, value in record.headers}
        read = await mapped(webhook, payload_of(webhook, record.value or b"", headers))
        for target in read.unread:
            self._metrics.unread(webhook.system.name, webhook.source, target)
        came = datetime.fromtimestamp(record.timestamp / 1000, UTC)
        return split(read.submission, self._secret, came, self._phone_region)

    def _still(self, received: Received, why: str) -> Outgoing:
        """A dead letter as before, with a reason that is not the delivery's."""
        assert isinstance(received.event, DeadLetter)
        return bury(received.record, received.event.flaw, why, GROUP, self._now())
