"""The webhooks as they are now: the file is looked at again at most once a second."""

import logging
import time
from collections.abc import Callable
from pathlib import Path

from intake.hooks.documents import FileError
from intake.hooks.webhook import Webhook, Webhooks, read_webhooks

log = logging.getLogger(__name__)

LOOK_EVERY_SECONDS = 1.0


class Gone(Exception):
    """The file is not there: nobody is let in, and everybody is to come again."""


class Register:
    """Finds a webhook by system and source. `now` tells monotonic seconds. No path: there are none."""

    def __init__(self, path: Path | None, now: Callable[[], float] = time.monotonic) -> None:
        self._path = path
        self._now = now
        self._stamp: object = ()
        self._look_again = now()
        self._webhooks: Webhooks | None = {}

    def find(self, system: str, source: str) -> Webhook | None:
        """None for one that is not set up. Raises Gone."""
        if self._path is not None and self._now() >= self._look_again:
            self._look_again = self._now() + LOOK_EVERY_SECONDS
            self._look(self._path)
        if self._webhooks is None:
            raise Gone
        return self._webhooks.get((system, source))

    def _look(self, path: Path) -> None:
        try:
            stat = path.stat()
            stamp = stat.st_mtime_ns, stat.st_ino, stat.st_size
            if stamp == self._stamp:
                return
            found = read_webhooks(path)
        except FileError as error:
            # A slip in an edit by hand must not turn deliveries away.
            log.error("the file of webhooks cannot be used; they stay as they were", extra={"why": str(error)})
            self._stamp = stamp
            return
        except OSError as error:
            if self._webhooks is not None:
                log.error("the file of webhooks is gone; nobody is let in", extra={"why": error.strerror})
            self._webhooks, self._stamp = None, ()
            return
        self._webhooks, self._stamp = found, stamp
        log.info("webhooks read", extra={"webhooks": len(found)})
