"""What the console of a data folder needs: the key of its sessions, and an account for whoever runs it."""

import asyncio
import os
import secrets
import sys
from dataclasses import dataclass
from pathlib import Path

from cohort.stack.child import Child
from cohort.stack.errors import StackError
from cohort.stack.private import private_folder
from hiring.private_file import private_file
from hiring.settings import as_environment

ACCOUNT = "operator"
_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class ConsoleAccess:
    """The files that the console reads, and the one that its password is told in; only their owner reads them."""

    session_keys: Path
    accounts: Path
    password: Path


def files(data: Path) -> ConsoleAccess:
    """Where they are, below a data folder."""
    folder = data / "secrets"
    return ConsoleAccess(folder / "console-sessions", folder / "console-accounts.json", folder / "console-password")


def console_access(data: Path) -> ConsoleAccess:
    """The files, with a key drawn now where there is none yet. Raises OSError."""
    at = files(data)
    private_folder(at.session_keys.parent)
    if not (at.session_keys.exists() and at.session_keys.read_bytes().strip()):
        private_file(at.session_keys, secrets.token_urlsafe(32))
    return at


async def make_account(at: ConsoleAccess, log: Path) -> None:
    """The account, where there is no file of accounts yet. Raises StackError, OSError.

    Who adds, changes or removes accounts by `console account` is left alone.
    """
    if at.accounts.exists():
        return
    # It stays in this file, and is in nobody's terminal, log or list of processes.
    private_file(at.password, secrets.token_urlsafe(15) + "\n")
    verb = ["account", "add", ACCOUNT, "--role", "operator", "--password-file", str(at.password)]
    environment = {**os.environ, **as_environment({"accounts_file": at.accounts})}
    child = Child("console account", [sys.executable, "-m", "console", *verb], environment, log)
    await child.start()
    try:
        status = await asyncio.wait_for(child.wait(), _SECONDS)
    except TimeoutError:
        child.kill()
        status = await child.wait()
    if status != 0:
        words = "\n".join(child.last_lines())
        raise StackError(f"the console's account could not be made; its log is {log}:\n{words}")
