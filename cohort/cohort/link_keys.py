"""The key that the links in letters are signed with: drawn once, kept with the data it belongs to."""

import secrets
from pathlib import Path

from cohort.stack.private import private_folder
from hiring.private_file import private_file


def link_keys(data: Path) -> Path:
    """The file of keys below the folder `data`, drawn now where there is none. OSError.

    Another key ends the links of earlier letters, and nothing else is lost by it.
    """
    path = data / "secrets" / "links"
    if not (path.exists() and path.read_bytes().strip()):
        private_folder(path.parent)
        private_file(path, secrets.token_urlsafe(32))
    return path
