"""A file of secrets, or of what says who may do what: written whole, and for its owner's eyes unless said otherwise."""

import os
from pathlib import Path


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
