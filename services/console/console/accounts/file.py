"""The accounts of one machine, in a file: names, roles and hashes of passwords (argon2id)."""

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from console.accounts.roles import Role

NAME = r"^[a-z0-9][a-z0-9._@-]{0,62}$"
SHORTEST_PASSWORD = 12
_LONGEST_PASSWORD = 1000


class AccountsError(Exception):
    """What is wrong with the accounts or what was given for one, and what to do."""


class Account(BaseModel):
    """One person. `password` is a hash."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, StringConstraints(pattern=NAME)]
    role: Role
    password: str


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    accounts: list[Account]


class Passwords:
    """Hashes and checks. Both take a tenth of a second and some memory by intent: call them in a thread."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._nobody = self._hasher.hash("nobody's")

    def hash(self, password: str) -> str:
        """The hash to keep. Raises AccountsError where the password is too short or too long."""
        if not SHORTEST_PASSWORD <= len(password) <= _LONGEST_PASSWORD:
            raise AccountsError(f"a password has {SHORTEST_PASSWORD} to {_LONGEST_PASSWORD} characters")
        return self._hasher.hash(password)

    def fits(self, account: Account | None, password: str) -> bool:
        """Whether the password is this account's; for no account it takes as long, and is False."""
        try:
            self._hasher.verify(account.password if account else self._nobody, password[:_LONGEST_PASSWORD])
        except (VerificationError, InvalidHashError):
            return False
        return account is not None


class Accounts:
    """The accounts in a file, read again whenever it changes."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._mark: tuple[int, int, int] | None = None
        self._accounts: Mapping[str, Account] = {}

    @property
    def kept(self) -> bool:
        """Whether there is to be a file at all."""
        return self._path is not None

    def find(self, name: str) -> Account | None:
        """The account of that name. Raises AccountsError where the file is not usable."""
        return self._read().get(name)

    def __len__(self) -> int:
        return len(self._read())

    def _read(self) -> Mapping[str, Account]:
        if self._path is None:
            return {}
        try:
            found = self._path.stat()
        except OSError:
            return {}
        mark = (found.st_mtime_ns, found.st_size, found.st_ino)
        if mark != self._mark:
            self._accounts, self._mark = read(self._path), mark
        return self._accounts


def read(path: Path) -> dict[str, Account]:
    """The accounts in a file, by name; none where there is no file. Raises AccountsError."""
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise AccountsError(f"{path} cannot be read: {error.strerror}") from None
    try:
        accounts = _File.model_validate_json(text).accounts
    except ValidationError as error:
        place = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise AccountsError(f"{path} is no file of accounts: {place or 'it'} {error.errors()[0]['msg']}") from None
    return {account.name: account for account in accounts}


def add(path: Path, account: Account) -> bool:
    """Write the account into the file, in place of one of its name; whether that was there. AccountsError, OSError."""
    accounts = read(path)
    replaced = account.name in accounts
    accounts[account.name] = account
    _write(path, accounts)
    return replaced


def remove(path: Path, name: str) -> None:
    """Take the account out. Raises AccountsError where there is none, OSError."""
    accounts = read(path)
    if accounts.pop(name, None) is None:
        raise AccountsError(f"there is no account {name} in {path}")
    _write(path, accounts)


def named(name: str) -> str:
    """The name, as an account may have it. Raises AccountsError."""
    if not re.fullmatch(NAME, name):
        raise AccountsError(f"{name!r} is no account name: lower-case letters, digits and . _ @ - are, at most 63")
    return name


def _write(path: Path, accounts: Mapping[str, Account]) -> None:
    """The file whole or not at all, and only for its owner."""
    told = {"accounts": [accounts[name].model_dump() for name in sorted(accounts)]}
    new = path.with_name(f".{path.name}.new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
        out.write(json.dumps(told, indent=2) + "\n")
        out.flush()
        os.fsync(out.fileno())
    new.replace(path)
