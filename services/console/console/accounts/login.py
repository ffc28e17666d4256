"""Logging in with a name and a password of this machine. Another way in ends in `Sessions.begin` just the same."""

import asyncio
import hashlib
from dataclasses import dataclass
from time import monotonic

from console.accounts.file import Account, Accounts, Passwords
from console.accounts.sessions import Session, Sessions
from console.accounts.throttle import Attempts

_AT_ONCE = 2


@dataclass(frozen=True, slots=True)
class Refused:
    """Nobody was let in; `wait_seconds` until the next try, 0 where it may follow at once."""

    wait_seconds: float = 0.0


class Login:
    """Lets people in, and says whether who came in is still welcome."""

    def __init__(self, accounts: Accounts, sessions: Sessions, passwords: Passwords, attempts: Attempts | None = None):
        self.sessions = sessions
        self._accounts = accounts
        self._passwords = passwords
        self._attempts = attempts or Attempts(monotonic)
        # A hash takes 64 MiB while it is made.
        self._hashing = asyncio.Semaphore(_AT_ONCE)

    def anybody(self) -> bool:
        """Whether there are accounts at all. Raises AccountsError."""
        return len(self._accounts) > 0

    async def enter(self, name: str, password: str, address: str) -> str | Refused:
        """The cookie of a new session, where name and password belong together. Raises AccountsError."""
        if wait := self._attempts.wait(name, address):
            return Refused(wait)
        account = self._accounts.find(name)
        # Counted before it is known: many tries at the same time are many.
        self._attempts.failed(name, address)
        async with self._hashing:
            fits = await asyncio.to_thread(self._passwords.fits, account, password)
        if account is None or not fits:
            return Refused(self._attempts.wait(name, address))
        self._attempts.passed(name, address)
        return self.sessions.begin(account.name, account.role, _mark(account))

    def session(self, cookie: str | None) -> Session | None:
        """Whose session this is: None too where the account has gone, or has another role or password since."""
        session = self.sessions.read(cookie)
        if session is None:
            return None
        account = self._accounts.find(session.name)
        if account is None or account.role != session.role or _mark(account) != session.mark:
            return None
        return session


def _mark(account: Account) -> str:
    """Changes with the password and tells nothing of it."""
    return hashlib.sha256(account.password.encode()).hexdigest()[:16]
