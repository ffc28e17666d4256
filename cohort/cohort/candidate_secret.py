"""The secret that candidate ids are made with: drawn once, kept with the data it belongs to."""

import secrets
from pathlib import Path

from cohort.stack.errors import StackError
from cohort.stack.private import private_folder
from hiring.private_file import private_file
from hiring.topics import APPLICATIONS


def candidate_secret(data: Path) -> Path:
    """The file of the secret below the folder `data`; drawn now where there is none and no application yet.

    StackError where applications are there and their secret is not: another would make every known person a new one.
    """
    path = data / "secrets" / "candidate"
    there = path.exists()
    if there and path.read_bytes().strip():
        return path
    if _applications(data):
        raise StackError(
            f"the secret behind the candidates' ids is {'empty' if there else 'gone'}: {path}. "
            "With another one every known person would become a new one: put it back from a copy, "
            "or begin anew in another folder by --data"
        )
    private_folder(path.parent)
    private_file(path, secrets.token_urlsafe(32))
    return path


def _applications(data: Path) -> bool:
    # A first segment that is empty: nothing was ever written to the partition.
    segments = (data / "kafka" / "log").glob(f"{APPLICATIONS}-*/*.log")
    return any(segment.stat().st_size or int(segment.stem) for segment in segments)
