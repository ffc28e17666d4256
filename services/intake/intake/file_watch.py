"""Whether a file has changed since it was last read; looked at when it is needed, at most once a second."""

import time
from collections.abc import Callable
from pathlib import Path

LOOK_EVERY_SECONDS = 1.0


class FileWatch:
    """Watches one file by its time, inode and size. `now` tells monotonic seconds."""

    def __init__(self, path: Path, now: Callable[[], float] = time.monotonic) -> None:
        self._path = path
        self._now = now
        self._stamp: object = ()
        self._look_again = now()

    def changed(self) -> bool:
        """True at first, and whenever the file has come, gone or changed since this was last True."""
        if self._now() < self._look_again:
            return False
        self._look_again = self._now() + LOOK_EVERY_SECONDS
        try:
            stat = self._path.stat()
            stamp = stat.st_mtime_ns, stat.st_ino, stat.st_size
        except OSError:
            stamp = None
        if stamp == self._stamp:
            return False
        self._stamp = stamp
        return True

    def forget(self) -> None:
        """Take the file as changed when it is looked at again: it could not be read."""
        self._stamp = ()
