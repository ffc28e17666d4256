"""Who gets in, who does not, and what a login is worth."""

import argparse
import json
import stat
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from console.accounts import verb
from console.accounts.file import Account, AccountsError, Passwords, add, read, remove
from console.accounts.sessions import Sessions
from console.accounts.throttle import LONGEST_SECONDS, Throttle

from .site import KEY, PASSWORD, QUICK, Clock, Site


@pytest.mark.parametrize(
    "path", ["/", "/applications", "/applications/x", "/dead-letters", "/dead-letters/0/1", "/other"]
)
async def test_nothing_is_shown_before_a_login(visitor: Any, path: str) -> None:
    answer = await visitor.get(path)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/login")
    assert (await visitor.get("/live")).status_code == 401


async def test_a_login_leads_to_where_one_wanted_to_go(visitor: Any) -> None:
    answer = await visitor.log_in("viewer", next_="/dead-letters?topic=x")
    assert (answer.status_code, answer.headers["location"]) == (303, "/dead-letters?topic=x")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=strict" in cookie and "max-age=43200" in cookie
    assert (await visitor.get("/")).status_code == 200


@pytest.mark.parametrize("elsewhere", ["https://evil.example", "//evil.example", "/\\evil.example", "/login", "x", ""])
async def test_a_login_leads_nowhere_else(visitor: Any, elsewhere: str) -> None:
    assert (await visitor.log_in("viewer", next_=elsewhere)).headers["location"] == "/"


async def test_a_wrong_name_and_a_wrong_password_are_told_alike(visitor: Any) -> None:
    wrong = [await visitor.log_in("viewer", "no password of theirs"), await visitor.log_in("nobody", "no password")]
    assert [it.status_code for it in wrong] == [401, 401]
    assert all("do not belong together" in it.text for it in wrong)
    assert (await visitor.get("/")).status_code == 303


async def test_a_form_without_its_token_does_nothing(visitor: Any, site: Site) -> None:
    form = {"name": "viewer", "password": PASSWORD}
    assert (await visitor.post("/login", data=form)).status_code == 403
    form["token"] = await visitor.token()
    visitor.cookies.clear()
    assert (await visitor.post("/login", data=form)).status_code == 403, "the token of another browser"
    form["token"] = await visitor.token()
    forged = await visitor.post("/login", data=form, headers={"sec-fetch-site": "cross-site"})
    assert forged.status_code == 403


async def test_a_link_from_elsewhere_logs_nobody_out(visitor: Any) -> None:
    assert (await visitor.log_in("viewer")).status_code == 303
    session = dict(visitor.cookies)
    # With such a request a browser sends no strict cookie.
    visitor.cookies.clear()
    link = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}
    page = await visitor.get("/actions?before=x", headers=link)
    assert page.status_code == 200 and 'content="0;url=/actions?before=x"' in page.text, "asked again, by our page"
    assert (await visitor.get("/login", headers=link)).status_code == 200
    assert "console_session" not in visitor.cookies, "the form leaves the session where it is"
    visitor.cookies.update(session)
    assert (await visitor.get("/actions", headers=link | {"sec-fetch-site": "same-origin"})).status_code == 200


async def test_a_form_that_is_none_of_ours_is_not_even_read(visitor: Any) -> None:
    long = {"token": await visitor.token(), "name": "x" * 40_000, "password": "x"}
    assert (await visitor.post("/login", data=long)).status_code == 413

    async def endless() -> AsyncIterator[bytes]:
        yield b"name=x"

    headers = {"content-type": "application/x-www-form-urlencoded"}
    assert (await visitor.post("/login", content=endless(), headers=headers)).status_code == 413


async def test_who_fails_often_waits_and_nobody_else_does(visitor: Any, site: Site) -> None:
    for _ in range(5):
        assert (await visitor.log_in("viewer", "not this one either")).status_code in (401, 429)
    answer = await visitor.log_in("viewer")
    assert answer.status_code == 429, "the right password waits too"
    assert int(answer.headers["retry-after"]) >= 1
    assert (await visitor.log_in("operator")).status_code == 303
    visitor.cookies.clear()
    site.clock.now += 3
    assert (await visitor.log_in("viewer")).status_code == 303


def test_waits_double_and_end() -> None:
    clock = Clock()
    throttle = Throttle(clock, free=2)
    waits = []
    for _ in range(15):
        throttle.failed("x")
        waits.append(throttle.wait("x"))
        clock.now += waits[-1]
    assert waits[:5] == [0.0, 2.0, 4.0, 8.0, 16.0]
    assert max(waits) == LONGEST_SECONDS
    clock.now += LONGEST_SECONDS + 1
    throttle.failed("x")
    assert throttle.wait("x") == 0.0


async def test_logging_out_ends_the_session_and_needs_the_token(visitor: Any) -> None:
    await visitor.log_in("viewer")
    assert (await visitor.post("/logout")).status_code == 403
    answer = await visitor.post("/logout", data={"token": await visitor.token("/")})
    assert answer.status_code == 303
    assert (await visitor.get("/")).status_code == 303


async def test_a_session_ends_with_its_account_its_role_and_its_password(visitor: Any, site: Site) -> None:
    def change(**fields: str) -> None:
        told = {"name": "viewer", "role": "viewer", "password": QUICK.hash(PASSWORD)} | fields
        add(site.accounts, Account.model_validate(told))

    for end in (lambda: remove(site.accounts, "viewer"), lambda: change(role="operator"), change):
        change()
        visitor.cookies.clear()
        assert (await visitor.log_in("viewer")).status_code == 303
        assert (await visitor.get("/")).status_code == 200
        end()
        assert (await visitor.get("/")).status_code == 303


def test_a_cookie_holds_so_long_and_by_any_of_the_keys() -> None:
    cookie = Sessions([KEY], timedelta(hours=12)).begin("li.na", "viewer", "m")
    rotated = Sessions(["n" * 32, KEY], timedelta(hours=12))
    assert (session := rotated.read(cookie)) is not None and session.name == "li.na"
    assert Sessions(["n" * 32], timedelta(hours=12)).read(cookie) is None
    assert Sessions(["n" * 32], timedelta(hours=12)).read(rotated.begin("a", "viewer", "m")), "the newest key signs"
    assert Sessions([KEY], timedelta(seconds=-1)).read(cookie) is None
    assert rotated.read(cookie[:-2] + "xx") is None
    assert rotated.read(rotated.visit()) is None, "a visitor is nobody"


def test_accounts_are_their_owners_only_and_hold_no_password(tmp_path: Path) -> None:
    path = tmp_path / "accounts.json"
    hashed = Passwords().hash(PASSWORD)
    assert not add(path, Account(name="li.na", role="operator", password=hashed))
    assert add(path, Account(name="li.na", role="viewer", password=hashed)), "one of its name is replaced"
    assert hashed.startswith("$argon2id$")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert PASSWORD not in path.read_text()
    assert [it.role for it in read(path).values()] == ["viewer"]


async def test_a_broken_file_of_accounts_lets_nobody_in_and_says_so(visitor: Any, site: Site) -> None:
    site.accounts.write_text(json.dumps({"accounts": [{"name": "x", "role": "king", "password": "y"}]}))
    with pytest.raises(AccountsError, match=r"accounts\.0\.role"):
        read(site.accounts)
    assert (await visitor.get("/login")).status_code == 503


def test_the_verb_adds_lists_and_removes(tmp_path: Path, monkeypatch: Any, capsys: Any) -> None:
    path, password = tmp_path / "accounts.json", tmp_path / "password"
    password.write_text(PASSWORD + "\n")
    monkeypatch.setenv("HIRING_ACCOUNTS_FILE", str(path))
    parser = argparse.ArgumentParser()
    verb.add_to(parser.add_subparsers())

    def act(*words: str) -> str:
        verb.run(parser.parse_args(["account", *words]))
        return str(capsys.readouterr().out)

    assert act("add", "li.na", "--role", "operator", "--password-file", str(password)) == "li.na is added: operator\n"
    assert Passwords().fits(read(path)["li.na"], PASSWORD)
    assert act("list") == "li.na  operator\n"
    act("remove", "li.na")
    assert act("list") == ""
    password.write_text("short")
    for words, why in (
        (("add", "Li Na", "--role", "viewer", "--password-file", str(password)), "is no account name"),
        (("add", "li.na", "--role", "viewer", "--password-file", str(password)), "12 to 1000 characters"),
        (("remove", "li.na"), "there is no account li.na"),
    ):
        with pytest.raises(SystemExit, match=why):
            act(*words)
