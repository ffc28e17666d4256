"""Folders of personal data: only their owner looks into them."""

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


def passable() -> int:
    """The mode of a folder on the way to Postgres's data: as root, Postgres runs as another account."""
    return 0o711 if os.geteuid() == 0 else 0o700
