import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from cohort.stack.runfile import InUse, Mark, RunFile, read_recorded, read_running


@dataclass
class Addresses:
    kafka: str
    logs: Path


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]) as process:
        yield process
        process.kill()


def _as_if_dead(folder: Path, **changes: float) -> None:
    """Rewrite the record as one whose cohort was killed."""
    path = folder / "run.json"
    record = json.loads(path.read_text())
    record["cohort"]["create_time"] -= 1000
    for child in record["children"].values():
        child["create_time"] += changes.get("children_by", 0)
    path.write_text(json.dumps(record))


def test_what_is_recorded_is_found(folder: Path, sleeper: subprocess.Popen[bytes]) -> None:
    with RunFile(folder) as runfile:
        runfile.record({"kafka": sleeper.pid}, {"kafka": 20123}, Addresses("127.0.0.1:20123", folder / "logs"))
        running = read_running(folder)
    assert running is not None
    assert running.cohort.pid == os.getpid()
    assert running.children == {"kafka": Mark.of(sleeper.pid)}
    assert running.ports == {"kafka": 20123}
    assert running.addresses == {"kafka": "127.0.0.1:20123", "logs": str(folder / "logs")}
    assert (folder / "run.json").stat().st_mode & 0o777 == 0o600


def test_a_new_folder_is_its_owners_only(folder: Path) -> None:
    data = folder / "data"
    with RunFile(data):
        # As root, Postgres runs as another account, which must pass through.
        assert data.stat().st_mode & 0o777 == (0o711 if os.geteuid() == 0 else 0o700)
        assert [path.stat().st_mode & 0o077 for path in data.iterdir()] == [0]


def test_nothing_runs_where_the_cohort_is_gone(folder: Path) -> None:
    with RunFile(folder) as runfile:
        runfile.record({}, {"kafka": 20123})
    _as_if_dead(folder)
    assert read_running(folder) is None
    assert RunFile(folder).remembered_ports() == {"kafka": 20123}


def test_nothing_runs_after_an_orderly_stop_and_ports_are_remembered(
    folder: Path, sleeper: subprocess.Popen[bytes]
) -> None:
    with RunFile(folder) as runfile:
        runfile.record({"kafka": sleeper.pid}, {"kafka": 20123})
        runfile.clear_pids()
        assert runfile.remembered_ports() == {"kafka": 20123}
    assert read_running(folder) is None


@pytest.mark.parametrize("text", ["", "{", "[]", '{"cohort": 1}', '{"cohort": {"pid": 1, "create_time": null}}'])
def test_a_broken_record_counts_as_none(folder: Path, text: str) -> None:
    (folder / "run.json").write_text(text)
    assert read_recorded(folder) is None
    assert read_running(folder) is None


def test_leftovers_of_a_killed_cohort_are_ended(folder: Path, sleeper: subprocess.Popen[bytes]) -> None:
    said: list[str] = []
    with RunFile(folder) as runfile:
        runfile.record({"kafka": sleeper.pid}, {})
        _as_if_dead(folder)
        assert asyncio.run(runfile.stop_leftovers(said.append)) == ["kafka"]
    assert not psutil.pid_exists(sleeper.pid)
    assert str(sleeper.pid) in said[0]


def test_a_process_with_a_reused_pid_is_left_alone(folder: Path, sleeper: subprocess.Popen[bytes]) -> None:
    with RunFile(folder) as runfile:
        runfile.record({"kafka": sleeper.pid}, {})
        _as_if_dead(folder, children_by=-500)
        assert asyncio.run(runfile.stop_leftovers(lambda _: None)) == []
    assert sleeper.poll() is None


def test_a_child_that_has_just_ended_is_not_recorded(folder: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    with RunFile(folder) as runfile:
        runfile.record({"kafka": ended.pid}, {})
    recorded = read_recorded(folder)
    assert recorded is not None
    assert recorded.children == {}


def test_two_cohorts_never_share_a_folder(folder: Path) -> None:
    with RunFile(folder), pytest.raises(InUse, match=rf"pid {os.getpid()}\).*another data folder"), RunFile(folder):
        pass
    with RunFile(folder):
        pass


def test_the_kernel_gives_the_folder_back_after_kill_9(folder: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from cohort.stack.runfile import RunFile\n"
        "with RunFile(Path(sys.argv[1])): print('held', flush=True); time.sleep(600)"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(folder)], stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(InUse), RunFile(folder):
            pass
        psutil.Process(holder.pid).kill()
        holder.wait()
    with RunFile(folder):
        pass
