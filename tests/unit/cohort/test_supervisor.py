"""Whatever happens to a part or to who watches it, somebody hears of it and everything is stopped."""

import asyncio
import errno
import sys
from pathlib import Path

import pytest

from cohort.stack.child import Child
from cohort.stack.errors import StackError
from cohort.supervisor import GaveUp, Restarts, Supervisor


class Part:
    """A process that sleeps; `stop` may be told to fail, a second start to take for ever."""

    def __init__(self, folder: Path, name: str, *, stop_fails: bool = False, stuck: bool = False) -> None:
        self.child = Child(name, [sys.executable, "-c", "import time; time.sleep(600)"], None, folder / f"{name}.log")
        self.stop_fails = stop_fails
        self.stuck = stuck
        self.starts = 0
        self.ended_starting = False

    async def start(self) -> Child:
        self.starts += 1
        if self.stuck and self.starts > 1:
            try:
                await asyncio.Event().wait()
            finally:
                self.ended_starting = True
        await self.child.start()
        return self.child

    async def stop(self, grace_seconds: float = 10.0) -> bool:
        assert not self.stuck or self.ended_starting, "stopped while it was being started"
        await self.child.stop(grace_seconds=grace_seconds)
        if self.stop_fails:
            raise OSError(errno.EIO, "Input/output error")
        return True


async def test_a_record_that_cannot_be_written_ends_it_all(tmp_path: Path) -> None:
    full = False

    def changed(_: Supervisor) -> None:
        if full:
            raise OSError(errno.ENOSPC, "No space left on device")

    part = Part(tmp_path, "mailbox")
    supervisor = Supervisor(lambda _: None, changed)
    await supervisor.add("mailbox", part)
    full = True
    part.child.kill()
    with pytest.raises(GaveUp, match=r"mailbox can be kept running no longer: the disk is full"):
        await asyncio.wait_for(supervisor.gave_up, 20)
    await supervisor.stop()
    assert not part.child.alive()


async def test_a_part_that_dies_too_often_is_given_up(tmp_path: Path) -> None:
    said: list[str] = []
    part = Part(tmp_path, "mailbox")
    supervisor = Supervisor(said.append, lambda _: None, Restarts(most=1))
    await supervisor.add("mailbox", part)
    part.child.kill()
    async with asyncio.timeout(20):
        while part.starts < 2 or not part.child.alive():
            await asyncio.sleep(0.01)
    part.child.kill()
    with pytest.raises(StackError, match=r"mailbox was ended by SIGKILL; its log is"):
        await asyncio.wait_for(supervisor.gave_up, 20)
    assert "is started again" in said[0]
    await supervisor.stop()


async def test_one_that_cannot_be_stopped_does_not_keep_the_others(tmp_path: Path) -> None:
    said: list[str] = []
    first, second = Part(tmp_path, "first"), Part(tmp_path, "second", stop_fails=True)
    supervisor = Supervisor(said.append, lambda _: None)
    await supervisor.add("first", first)
    await supervisor.add("second", second)
    await supervisor.stop()
    assert not first.child.alive()
    assert said == ["second could not be stopped: Input/output error"]


async def test_a_start_under_way_is_over_before_anything_is_stopped(tmp_path: Path) -> None:
    part = Part(tmp_path, "stuck", stuck=True)
    supervisor = Supervisor(lambda _: None, lambda _: None)
    await supervisor.add("stuck", part)
    part.child.kill()
    async with asyncio.timeout(20):
        while part.starts < 2:
            await asyncio.sleep(0.01)
    await supervisor.stop()
    assert not [task for task in asyncio.all_tasks() if task.get_name() == "watch-stuck"]


async def test_the_disk_being_full_is_told_before_the_log(tmp_path: Path) -> None:
    said: list[str] = []
    part = Part(tmp_path, "kafka")
    code = "import sys; sys.exit('java.io.IOException: No space left on device')"
    part.child.argv = [sys.executable, "-c", code]
    supervisor = Supervisor(said.append, lambda _: None, Restarts(most=0))
    await supervisor.add("kafka", part)
    with pytest.raises(StackError, match=r"kafka ended with status 1: the disk is full; its log is"):
        await asyncio.wait_for(supervisor.gave_up, 20)
    await supervisor.stop()
