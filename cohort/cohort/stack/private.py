"""Folders of personal data and files of secrets: only their owner looks into them."""

from __future__ import annotations

import os
import stat
from pathlib import Path

UMASK = 0o077
"""What children are started with: whatever they write, only their account reads it."""


def private_folder(path: Path, mode: int = 0o700) -> None:
    """Make the folder, or give one that is there exactly this mode. OSError when neither can be done."""
    path.mkdir(mode=mode, parents=True, exist_ok=True)
    if stat.S_IMODE(path.stat().st_mode) != mode:
        path.chmod(mode)


def private_file(path: Path, text: str, mode: int = 0o600) -> None:
    """Write the file whole: whatever ends this in the middle, `path` holds the text or is as it was. OSError."""
    new = path.with_name(f".{path.name}.new")
    new.unlink(missing_ok=True)
    before = path.stat() if path.exists() else None
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as out:
        os.fchmod(out.fileno(), mode)
        if before is not None and os.geteuid() == 0:
            # A service may run as another account, which then goes on reading it.
            os.fchown(out.fileno(), before.st_uid, before.st_gid)
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    new.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def passable() -> int:
    """The mode of a folder on the way to Postgres's data: as root, Postgres runs as another account."""
    return 0o711 if os.geteuid() == 0 else 0o700
