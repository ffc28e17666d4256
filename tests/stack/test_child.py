import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

from cohort.stack.child import Child
from cohort.stack.errors import StackError
from cohort.stack.readiness import wait_until_ready


def _python(code: str, log: Path, **more: object) -> Child:
    return Child("child", [sys.executable, "-u", "-c", code], None, log, **more)  # type: ignore[arg-type]


def test_it_ends_and_its_last_lines_are_known(folder: Path) -> None:
    async def run() -> None:
        child = _python("import sys; [print(n) for n in range(20)]; sys.exit(7)", folder / "log")
        await child.start()
        assert await child.wait() == 7
        assert not child.alive()
        assert child.returncode == 7
        assert child.last_lines(3) == ["17", "18", "19"]

    asyncio.run(run())


def test_stop_asks_first(folder: Path) -> None:
    async def run() -> None:
        code = "import signal, sys, time; signal.signal(15, lambda *_: sys.exit(3)); print('up'); time.sleep(600)"
        child = _python(code, folder / "log")
        await child.start()
        await _said(child, "up")
        assert await child.stop()
        assert child.returncode == 3
        assert await child.stop()

    asyncio.run(run())


def test_stop_kills_what_does_not_listen(folder: Path) -> None:
    async def run() -> None:
        code = "import signal, time; signal.signal(15, signal.SIG_IGN); print('up'); time.sleep(600)"
        child = _python(code, folder / "log")
        await child.start()
        await _said(child, "up")
        assert not await child.stop(grace_seconds=0.2)
        assert child.returncode == -signal.SIGKILL

    asyncio.run(run())


def test_it_has_a_session_of_its_own(folder: Path) -> None:
    async def run() -> None:
        child = _python("import time; time.sleep(600)", folder / "log")
        await child.start()
        assert os.getsid(child.pid) == child.pid != os.getsid(0)
        with pytest.raises(StackError, match="already running"):
            await child.start()
        child.kill()
        assert await child.wait() == -signal.SIGKILL

    asyncio.run(run())


def test_last_lines_are_of_this_start_only(folder: Path) -> None:
    async def run() -> None:
        child = _python("import os; print('pid', os.getpid())", folder / "log")
        for _ in range(2):
            await child.start()
            await child.wait()
            assert child.last_lines() == [f"pid {child.pid}"]
        assert len((folder / "log").read_text().splitlines()) == 2

    asyncio.run(run())


def test_what_it_writes_is_for_its_owner_only(folder: Path) -> None:
    async def run() -> None:
        new = folder / "new"
        child = _python(f"open({str(new)!r}, 'w'); print('said')", folder / "logs" / "log")
        await child.start()
        assert await child.wait() == 0
        assert child.last_lines() == ["said"]
        for path, mode in ((new, 0o600), (child.log_path, 0o600), (child.log_path.parent, 0o700)):
            assert path.stat().st_mode & 0o777 == mode

    asyncio.run(run())


def test_what_cannot_be_executed_is_said(folder: Path) -> None:
    child = Child("ghost", [str(folder / "nothing")], None, folder / "log")
    with pytest.raises(StackError, match="ghost could not be started"):
        asyncio.run(child.start())
    with pytest.raises(StackError, match="never started"):
        _ = child.pid


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may run as another user")
def test_it_runs_as_another_user_with_no_group_of_ours(folder: Path) -> None:
    async def run() -> None:
        child = Child("id", ["/usr/bin/id", "-u", "-n"], None, folder / "log", user="nobody")
        await child.start()
        assert await child.wait() == 0
        assert child.last_lines() == ["nobody"]

    asyncio.run(run())


def test_waiting_gives_up_at_once_when_it_ends(folder: Path) -> None:
    async def never() -> bool:
        return False

    async def run() -> None:
        child = _python("print('no room'); raise SystemExit(4)", folder / "log")
        await child.start()
        with pytest.raises(StackError, match=r"(?s)ended with status 4.*no room"):
            await wait_until_ready(child, never, 60)

    asyncio.run(run())


def test_waiting_has_an_end_even_when_the_question_hangs(folder: Path) -> None:
    async def run() -> None:
        child = _python("import time; time.sleep(600)", folder / "log")
        await child.start()
        with pytest.raises(StackError, match=r"did not answer within 0.2 s"):
            await wait_until_ready(child, asyncio.Event().wait, 0.2)  # type: ignore[arg-type]
        child.kill()
        await child.wait()

    asyncio.run(run())


async def _said(child: Child, line: str) -> None:
    async with asyncio.timeout(10):
        while line not in child.last_lines():
            await asyncio.sleep(0.01)
