"""A demo empties a folder only where a demo made it, and only when nothing of it runs any more."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import pytest

from cohort import demo_folder, pipeline
from cohort.stack.errors import StackError
from cohort.stack.runfile import RunFile


class Enough(Exception):
    """Ends a start when it has come far enough for the test."""


def contents(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def test_what_no_demo_made_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "kafka").mkdir()
    (tmp_path / "kafka/notes.txt").write_text("mine")
    with pytest.raises(StackError, match=r"left alone.*--data.*--keep"):
        demo_folder.begin_anew(tmp_path)
    demo_folder.go_on(tmp_path)
    assert contents(tmp_path) == ["kafka", "kafka/notes.txt"]


def test_of_its_own_folder_only_what_the_pipeline_made_goes(tmp_path: Path) -> None:
    demo_folder.begin_anew(tmp_path)
    for name in (*pipeline.FOLDERS, "mine"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").touch()
    (tmp_path / "run.json").touch()
    demo_folder.begin_anew(tmp_path)
    assert contents(tmp_path) == [demo_folder.MARKER, "mine", "mine/file", "run.json"]


def test_a_demo_that_was_told_to_keep_makes_the_folder_a_demos_too(tmp_path: Path) -> None:
    demo_folder.go_on(tmp_path)
    (tmp_path / "kafka").mkdir()
    demo_folder.begin_anew(tmp_path)
    assert contents(tmp_path) == [demo_folder.MARKER]


def test_what_somebody_keeps_running_is_no_demos_any_more(tmp_path: Path) -> None:
    demo_folder.begin_anew(tmp_path)
    (tmp_path / "kafka").mkdir()
    demo_folder.take_over(tmp_path)
    with pytest.raises(StackError, match="left alone"):
        demo_folder.begin_anew(tmp_path)


def test_nothing_goes_while_something_of_an_earlier_start_runs(tmp_path: Path) -> None:
    demo_folder.begin_anew(tmp_path)
    (tmp_path / "kafka").mkdir()

    def begin(data: Path) -> None:
        assert orphan.wait(0) is not None, "it still runs"
        demo_folder.begin_anew(data)
        raise Enough

    async def start() -> None:
        async with pipeline.running(tmp_path, lambda _: None, begin=begin):
            pass

    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]) as orphan:
        try:
            with RunFile(tmp_path) as runfile:
                runfile.record({"kafka": orphan.pid}, {})
            record = json.loads((tmp_path / "run.json").read_text())
            record["cohort"]["create_time"] -= 1000  # as if that cohort had been killed
            (tmp_path / "run.json").write_text(json.dumps(record))
            with RunFile(tmp_path), pytest.raises(StackError, match="another cohort"):
                asyncio.run(start())
            assert (tmp_path / "kafka").exists()
            with pytest.raises(Enough):
                asyncio.run(start())
        finally:
            orphan.kill()
    assert not (tmp_path / "kafka").exists()
