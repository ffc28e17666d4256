"""The console of the compose project, as a person meets it who has docker compose and a browser, and no Python."""

import re
from uuid import UUID

import httpx
import pytest

from .compose import Compose, until
from .sending import SOURCE, send

pytestmark = [pytest.mark.containers, pytest.mark.timeout(420)]

PASSWORD = "correct horse battery"


def log_in(visitor: httpx.Client, name: str, password: str) -> int:
    """The status of logging in; 303 leads to the page."""
    token = re.search(r'name="token" value="([^"]+)"', visitor.get("/login").text)
    assert token
    form = {"token": token[1], "next": "/", "name": name, "password": password}
    return visitor.post("/login", data=form).status_code


def browser(pipeline: Compose) -> httpx.Client:
    return httpx.Client(base_url=pipeline.console_url, trust_env=False, timeout=10)


def shown(visitor: httpx.Client, ids: set[UUID]) -> int:
    """How many of the applications have a page that tells a decision."""
    pages = [visitor.get(f"/applications/{id_}") for id_ in ids]
    return sum(1 for page in pages if page.status_code == 200 and "ai-internships-2026" in page.text)


async def test_a_drive_is_seen_by_who_logs_in_with_the_drawn_password(pipeline: Compose) -> None:
    assert pipeline.health("console") == "healthy"
    password = (pipeline.secrets / "console-password").read_text()
    accepted = await send(pipeline.intake_url, pipeline.key_for(SOURCE), 20, "seen")
    with browser(pipeline) as visitor:
        assert visitor.get("/").headers["location"] == "/login"
        assert log_in(visitor, "operator", password + "?") == 401
        assert log_in(visitor, "operator", password) == 303
        await until(lambda: shown(visitor, accepted) == len(accepted), "every application has its page")
        assert visitor.get("/").status_code == 200


def test_an_account_is_added_by_the_documented_command_and_stays(pipeline: Compose) -> None:
    pipeline("run", "--rm", "accounts", "add", "li.na", "--role", "viewer", typed=f"{PASSWORD}\n{PASSWORD}\n")
    # As every `up` does it: what is there is left alone.
    told = pipeline("run", "--rm", "accounts").stdout
    assert told == "there are accounts already: nothing is changed\n"
    assert pipeline("run", "--rm", "accounts", "list").stdout == "li.na  viewer\noperator  operator\n"
    with browser(pipeline) as visitor:
        assert log_in(visitor, "li.na", PASSWORD) == 303


def test_the_console_reads_its_accounts_and_cannot_change_them(pipeline: Compose) -> None:
    attempt = "import os; p = os.environ['HIRING_ACCOUNTS_FILE']; print(open(p).read()[:12]); open(p, 'w')"
    done = pipeline("exec", "-T", "console", "python", "-c", attempt, check=False)
    assert done.stdout == '{\n  "account\n'
    assert "Read-only file system" in done.stderr


async def test_the_read_model_is_made_anew_by_the_documented_command(pipeline: Compose) -> None:
    accepted = await send(pipeline.intake_url, pipeline.key_for(SOURCE), 20, "anew")
    with browser(pipeline) as visitor:
        log_in(visitor, "operator", (pipeline.secrets / "console-password").read_text())
        await until(lambda: shown(visitor, accepted) == len(accepted), "every application has its page")
        generation = int(pipeline.psql("console", "SELECT generation FROM read_model"))
        done = pipeline("run", "--rm", "migrate-console", "rebuild")
        assert f"(generation {generation + 1})" in done.stdout
        await until(lambda: shown(visitor, accepted) == len(accepted), "every application has its page again")
    await until(lambda: pipeline.health("console") == "healthy", "the console is ready again")
