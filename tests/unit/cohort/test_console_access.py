"""The console's key and first account are made once, and the password stands in its file only."""

import json
from pathlib import Path

from cohort.console_access import ACCOUNT, console_access, files, make_account
from console.accounts.file import Passwords, read


async def test_an_account_is_made_once_and_its_password_is_told_in_its_file_only(tmp_path: Path) -> None:
    log = tmp_path / "console.log"
    at = console_access(tmp_path)
    await make_account(at, log)
    password = at.password.read_text().strip()
    assert len(password) >= 20
    account = read(at.accounts)[ACCOUNT]
    assert (account.role, Passwords().fits(account, password)) == ("operator", True)
    assert password not in log.read_text() + at.accounts.read_text()
    assert {path.stat().st_mode & 0o777 for path in (at.session_keys, at.accounts, at.password)} == {0o600}

    at.accounts.write_text(json.dumps({"accounts": []}))
    await make_account(at, log)
    assert read(at.accounts) == {}, "who removed the account has it removed"
    assert at.password.read_text().strip() == password


def test_the_key_of_sessions_stays_from_start_to_start(tmp_path: Path) -> None:
    drawn = console_access(tmp_path).session_keys.read_text()
    assert len(drawn) >= 32
    assert console_access(tmp_path).session_keys.read_text() == drawn
    files(tmp_path).session_keys.write_text("\n")
    assert len(console_access(tmp_path).session_keys.read_text()) >= 32
