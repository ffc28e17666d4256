"""The file of webhooks while intake runs: read again when it changes, slips logged, nothing lost without it."""

import asyncio
import itertools
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from hiring.process import running
from intake.hooks.register import Gone, Register

from .api_stand_in import api_stand_in
from .conftest import at_hooks
from .senders import GREENHOUSE, KEY

Write = Callable[[str], Path]


class At:
    """Monotonic seconds that a test turns on."""

    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def test_the_file_is_read_again_when_it_changes(write: Write, caplog: pytest.LogCaptureFixture) -> None:
    at, one = At(), "greenhouse:\n  campus: {keys: [%s], programme: p}\n"
    path = write(one % KEY)
    register = Register(path, at)

    def keys() -> tuple[bytes, ...]:
        at.seconds += 1
        found = register.find("greenhouse", "campus")
        return found.keys if found else ()

    def rewrite(text: str) -> None:
        path.write_text(text, encoding="utf-8")
        os.utime(path, ns=(time.time_ns(), time.time_ns() + int(at.seconds)))

    assert keys() == (KEY.encode(),)
    rewrite(one % "the next key")
    assert register.find("greenhouse", "campus").keys == (KEY.encode(),)  # type: ignore[union-attr]
    assert keys() == (b"the next key",)
    rewrite("greenhouse:\n  campus: {keys: [secret1], programme: p}\n")
    assert keys() == (b"the next key",), "a slip leaves the webhooks as they were"
    logged = str([vars(record) for record in caplog.records])
    assert "cannot be used" in logged and "secret1" not in logged
    path.unlink()
    for _ in range(2):
        at.seconds += 1
        with pytest.raises(Gone):
            register.find("greenhouse", "campus")
    write(one % "another key")
    assert keys() == (b"another key",)
    write("greenhouse: {}\n")
    assert keys() == ()


async def test_a_slip_is_logged_when_it_is_made(
    write: Write, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("intake.hooks.register.LOOK_EVERY_SECONDS", 0.01)
    path = write(f"greenhouse:\n  campus: {{keys: [{KEY}], programme: p}}\n")
    register = Register(path, itertools.count().__next__)
    register.look()
    write("greenhouse:\n  campus: {keys: [secret1], programme: AI bad-internships-2026}\n")
    async with asyncio.timeout(10), running(register.watching(), "webhooks"):
        while "cannot be used" not in caplog.text:
            await asyncio.sleep(0.01)
    assert "is no name of a programme" in str([vars(record) for record in caplog.records])
    assert caplog.text.count("cannot be used") == 1


async def test_while_the_file_is_gone_nobody_comes_in_and_nothing_is_lost(write: Write) -> None:
    path = write(f"greenhouse:\n  campus: {{keys: [{KEY}], programme: p}}\n")
    async with api_stand_in() as api, at_hooks(path, api) as hooks:
        path.unlink()
        response = await hooks.post(GREENHOUSE, GREENHOUSE.send(), source="campus")
        assert (response.status_code, "retry-after" in response.headers) == (503, True)


async def test_without_a_file_there_are_no_webhooks() -> None:
    assert Register(None).find("greenhouse", "campus") is None
