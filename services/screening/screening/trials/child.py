"""Runs one trial in a process of its own, and waits for what it says."""

import asyncio
import contextlib
import os
import sys
from collections.abc import Mapping
from typing import Any

import orjson

# At the lowest priority from its first moment on: reading in what it needs costs a second of a processor.
_START = "import os; os.nice(19); from screening.trials.process import main; main()"


class TrialProcess:
    """How a trial is run: for `seconds` at most, with `memory_mb` MiB of data at most."""

    def __init__(self, seconds: float, memory_mb: int) -> None:
        self._seconds = seconds
        self._memory_mb = memory_mb

    async def run(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """What the process answers, `result` or `problem`; it ends with this call, also where that is cancelled.

        `request` is what `screening.trials.process` reads. Raises OSError where no process can be started.
        """
        child = await asyncio.create_subprocess_exec(
            sys.executable,
            "-P",
            "-c",
            _START,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env=_environment(os.environ),
        )
        assert child.stdin is not None
        assert child.stdout is not None
        try:
            async with asyncio.timeout(self._seconds):
                # One that has ended already takes nothing in, and says nothing.
                with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                    child.stdin.write(orjson.dumps({**request, "memory_mb": self._memory_mb}) + b"\n")
                    await child.stdin.drain()
                said = await child.stdout.read()
                status = await child.wait()
        except TimeoutError:
            return {"problem": f"it took longer than {self._seconds:g} seconds (HIRING_TRIAL_SECONDS) and was ended"}
        finally:
            if child.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    child.kill()
                await child.wait()
        return _answer(said, status, self._memory_mb)


def _answer(said: bytes, status: int, memory_mb: int) -> dict[str, Any]:
    if status == 0 and said:
        answer: dict[str, Any] = orjson.loads(said)
        return answer
    how = f"by signal {-status}" if status < 0 else f"with status {status}"
    return {
        "problem": f"its process was ended {how}, as happens where memory is short: it may take {memory_mb} MiB "
        "(HIRING_TRIAL_MEMORY_MB), and screening's log says more"
    }


def _environment(ours: Mapping[str, str]) -> dict[str, str]:
    """A trial reads topics; the database is none of its business."""
    return {name: value for name, value in ours.items() if not name.startswith("HIRING_POSTGRES_")}
