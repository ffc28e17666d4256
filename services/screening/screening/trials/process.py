"""The process of a trial: reads one request from standard input, answers on standard output, and ends.

The request is a line of JSON: `programme`, `policy`, `against` and `judging` (contents, the latter two may be null),
`memory_mb`. The answer is JSON too: `result`, as `cohort policy try --json` prints it, or `problem`, in words; with a
result, `judged` names the policy that was judging, and `changes` say how the tried one differs from it. Standard input
stays open as long as whoever asks lives: where it ends, nobody waits for the answer.
"""

import asyncio
import contextlib
import logging
import os
import resource
import signal
import threading
from pathlib import Path
from typing import Any

import orjson
from aiokafka.errors import KafkaError
from pydantic import ValidationError

from hiring import logs
from hiring.settings import Settings, load
from screening.core.policy import Policy
from screening.replaying import try_policy
from screening.whatif.replay import named
from screening.whatif.result import bounded
from screening.whatif.telling import changes, fitting

SHOWN = 10
"""So many applications are named."""
LARGEST = 900_000
"""Bytes of a result: the event around it stays below what its topic takes."""
LARGEST_CHANGES = 80_000
"""Bytes of what says how it differs, which the event has room for beside the result."""

_IN, _OUT = 0, 1
_MEMORY = "it needs more memory than {memory_mb} MiB: give it more by HIRING_TRIAL_MEMORY_MB"
log = logging.getLogger(__name__)


def main() -> None:
    """The whole life of the process."""
    # Who ends the service from a terminal does not mean us: we end with it, by our input.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _first_to_go()
    settings = load(Settings)
    logs.configure("screening-trial", settings.log_level)
    request = orjson.loads(_line())
    threading.Thread(target=_end_with_asker, daemon=True).start()
    limit = request["memory_mb"] * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    told = orjson.dumps(answer(settings, request))
    while told:
        told = told[os.write(_OUT, told) :]
    # At once: the thread that waits for the end of our input holds up an orderly end.
    os._exit(0)


def answer(settings: Settings, request: dict[str, Any]) -> dict[str, Any]:
    """What the trial finds, or why it found nothing."""
    try:
        policy = Policy.model_validate(request["policy"])
        other = None if request["against"] is None else Policy.model_validate(request["against"])
        trial = try_policy(
            settings.kafka_bootstrap_servers,
            policy,
            against=other,
            programme=request["programme"],
            shown=SHOWN,
            show=lambda _what, _done, _total: None,
        )
        return {"result": bounded(asyncio.run(trial), LARGEST), **_differing(request["judging"], policy)}
    except MemoryError:
        return {"problem": _MEMORY.format(**request)}
    except (KafkaError, OSError) as error:
        log.warning("a trial could not read the topics", exc_info=True)
        return {"problem": f"the topics could not be read to their ends ({type(error).__name__}): ask for it again"}
    except Exception as error:
        log.exception("a trial failed")
        return {"problem": f"it failed ({type(error).__name__}); screening's log says where"}


def _differing(judging: Any, policy: Policy) -> dict[str, Any]:
    """How a policy differs from the one that judges now; nothing where there is none that this release can read."""
    try:
        before = Policy.model_validate(judging)
    except ValidationError:
        return {}
    return {"judged": named(before).model_dump(), "changes": fitting(changes(before, policy), LARGEST_CHANGES)}


def _line() -> bytes:
    """The request. Read without a buffer, which the thread that reads on would share."""
    parts: list[bytes] = []
    while not (parts and parts[-1].endswith(b"\n")):
        if not (part := os.read(_IN, 65536)):
            os._exit(1)
        parts.append(part)
    return b"".join(parts)


def _end_with_asker() -> None:
    while os.read(_IN, 65536):
        pass
    os._exit(1)


def _first_to_go() -> None:
    """Where memory is short the kernel is to end this process, and never the one that decides."""
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")
