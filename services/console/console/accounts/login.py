"""Logging in with a name and a password of this machine, and which sessions hold, however they began."""

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
    """Lets people in, and says whether who came in is still welcome.

    `organisation_mark` is that of sessions that a provider began; without it there are none.
    """

    def __init__(
        self,
        accounts: Accounts,
        sessions: Sessions,
        passwords: Passwords,
        attempts: Attempts | None = None,
        organisation_mark: str | None = None,
    ) -> None:
        self.sessions = sessions
        self._organisation_mark = organisation_mark
        self._accounts = accounts
        self._passwords = passwords
        self._attempts = attempts or Attempts(monotonic)
        # A hash takes 64 MiB while it is made.
        self._hashing = asyncio.Semaphore(_AT_ONCE)

    @property
    def local(self) -> bool:
        """Whether this machine has accounts of its own."""
        return self._accounts.kept

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
        """Whose session this is: None too where the account has gone, or has another role or password since, or
        where the organisation's roles are mapped otherwise since. Raises AccountsError.
        """
        session = self.sessions.read(cookie)
        if session is None:
            return None
        if session.by_organisation:
            return session if session.mark == self._organisation_mark else None
        account = self._accounts.find(session.name)
        if account is None or account.role != session.role or _mark(account) != session.mark:
            return None
        return session


def _mark(account: Account) -> str:
    """Changes with the password and tells nothing of it."""
    return hashlib.sha256(account.password.encode()).hexdigest()[:16]
