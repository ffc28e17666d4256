"""The webhooks as they are now: the file is looked at again every second."""

import asyncio
import logging
import time
from collections.abc import Callable
from pathlib import Path

from intake.file_watch import LOOK_EVERY_SECONDS, FileWatch
from intake.hooks.documents import FileError
from intake.hooks.webhook import Webhook, Webhooks, read_webhooks

log = logging.getLogger(__name__)


class Gone(Exception):
    """The file is not there: nobody is let in, and everybody is to come again."""


class Register:
    """Finds a webhook by system and source. `now` tells monotonic seconds. No path: there are none."""

    def __init__(self, path: Path | None, now: Callable[[], float] = time.monotonic) -> None:
        self._path = path
        self._watch = FileWatch(path, now) if path is not None else None
        self._webhooks: Webhooks | None = {}

    def find(self, system: str, source: str) -> Webhook | None:
        """None for one that is not set up. Raises Gone."""
        self.look()
        if self._webhooks is None:
            raise Gone
        return self._webhooks.get((system, source))

    def look(self) -> None:
        """Read the file where it has changed; what is wrong with it is told in the log."""
        if self._path is not None and self._watch is not None and self._watch.changed():
            self._read(self._path, self._watch)

    async def watching(self) -> None:
        """Look every second, for ever: a mistake is logged when it is made, not when the next delivery comes."""
        while self._path is not None:
            self.look()
            await asyncio.sleep(LOOK_EVERY_SECONDS)

    def _read(self, path: Path, watch: FileWatch) -> None:
        try:
            found = read_webhooks(path)
        except FileError as error:
            # A slip in an edit by hand must not turn deliveries away.
            log.error("the file of webhooks cannot be used; they stay as they were", extra={"why": str(error)})
        except OSError as error:
            if self._webhooks is not None:
                log.error("the file of webhooks is gone; nobody is let in", extra={"why": error.strerror})
            self._webhooks = None
            watch.forget()
        else:
            self._webhooks = found
            log.info("webhooks read", extra={"webhooks": len(found)})
