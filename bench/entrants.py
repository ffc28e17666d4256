"""Who takes part: what each is called, how it is started, and from what its progress is seen."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from hiring.settings import as_environment

ROOT = Path(__file__).resolve().parent.parent


class Absent(Exception):
    """This entrant cannot run here; the message says why."""


@dataclass(frozen=True, slots=True)
class Entrant:
    """One contender. `module` None is the real service; `script` has its dependencies in an environment of its own.

    `seen_by` is what its progress is read from: the offsets its group commits, or, where it commits none or
    before the work is done, the end of its output. `most_seconds` ends a run that is measured on a part.
    """

    name: str
    what: str
    processes: int = 1
    module: str | None = None
    script: bool = False
    seen_by: Literal["commits", "output"] = "commits"
    most_seconds: float = 90.0


ENTRANTS = (
    Entrant("screening", "the real service, one process"),
    Entrant("floor", "hand-written serial loop, one process", module="bench.floor"),
    Entrant("screening-2", "the real service, two processes", processes=2),
    Entrant("floor-2", "hand-written serial loop, two processes", processes=2, module="bench.floor"),
    Entrant("faststream-batch", "FastStream, batch=True as documented", module="bench.contenders.faststream_batch"),
    Entrant(
        "faststream-message",
        "FastStream per message, 8 workers",
        module="bench.contenders.faststream_message",
        seen_by="output",  # its default acknowledges before the work is done
        most_seconds=8.0,
    ),
    Entrant("quix", "Quix Streams, batching sink", module="bench.contenders.quix", script=True),
    Entrant(
        "bytewax", "Bytewax, batch operator", module="bench.contenders.bytewax_flow", script=True, seen_by="output"
    ),
)


def interpreter(entrant: Entrant) -> str:
    """The Python to start it with. Raises Absent where its environment cannot be made."""
    if not entrant.script or entrant.module is None:
        return sys.executable
    uv = os.environ.get("UV") or shutil.which("uv") or str(ROOT / ".uv/bin/uv")
    script = str(ROOT / (entrant.module.replace(".", "/") + ".py"))
    try:
        for command in (["sync", "--quiet", "--script", script], ["python", "find", "--script", script]):
            done = subprocess.run(
                [uv, *command],
                capture_output=True,
                text=True,
                check=True,
                timeout=300,
                env={**os.environ, "UV_PYTHON": sys.executable, "UV_PYTHON_DOWNLOADS": "never"},
            )
        return done.stdout.strip()
    except OSError as error:
        raise Absent(f"uv cannot be run: {error.strerror}") from None
    except subprocess.SubprocessError as error:
        said = getattr(error, "stderr", None) or type(error).__name__
        raise Absent(f"its environment cannot be made: {str(said).strip().splitlines()[-1]}") from None


def argv(entrant: Entrant, python: str, *, kafka: str, dsn: str, group: str, output: str, table: str) -> list[str]:
    """The command of one process."""
    if entrant.module is None:
        return [python, "-m", "screening"]
    told = {
        "kafka": kafka,
        "dsn": dsn,
        "group": group,
        "topic": "hiring.applications",
        "output": output,
        "table": table,
    }
    return [python, "-m", entrant.module, *(word for name, value in told.items() for word in (f"--{name}", value))]


def environment(kafka: str, dsn: str, port: int) -> dict[str, str]:
    """What the real service is configured by: addresses only, everything else as it is by default."""
    settings = as_environment({"kafka_bootstrap_servers": kafka, "postgres_dsn": dsn, "http_port": port})
    return {**os.environ, **settings}
