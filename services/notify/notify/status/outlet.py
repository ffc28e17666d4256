"""Out to Kafka: a wish is noted when every in-sync replica has it, and not before."""

import asyncio
import logging
from typing import Protocol

from aiokafka.errors import KafkaError

from hiring.events.envelope import Outgoing
from hiring.faults import is_transient
from hiring.publishing import Publisher

log = logging.getLogger(__name__)

# Sooner than a proxy in front gives up, and than a person does.
_SECONDS = 10.0


class Unavailable(Exception):
    """Kafka has not acknowledged. The wish may be in the log: the same one can be given again."""


class Outlet(Protocol):
    """What the pages need of the way out. Returns when the broker has the record, or raises Unavailable."""

    async def publish(self, record: Outgoing) -> None: ...


class KafkaOutlet:
    """Publishes through the process's producer. `failed` ends when only a new process helps."""

    def __init__(self, publisher: Publisher, timeout_seconds: float = _SECONDS) -> None:
        self.failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._publisher = publisher
        self._timeout = timeout_seconds

    async def publish(self, record: Outgoing) -> None:
        """Hand over one wish."""
        try:
            async with asyncio.timeout(self._timeout):
                await self._publisher.publish([record])
        except (KafkaError, OSError) as error:
            # TimeoutError is an OSError.
            log.warning("a wish was not acknowledged", extra={"fault": type(error).__name__})
            if not is_transient(error) and not self.failed.done():
                self.failed.set_exception(error)
            raise Unavailable from error
