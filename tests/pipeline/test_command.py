"""The command as a person uses it: start, send a file, look, kill something, stop, start again."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import pytest

from cohort import pipeline
from hiring.identity import application_id

pytestmark = pytest.mark.stack

PATIENCE_SECONDS = 90


@pytest.fixture(scope="module")
def data() -> Iterator[Path]:
    with TemporaryDirectory(prefix="command-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder / "data"


class Up:
    """A `cohort up` of our own, with what it says."""

    def __init__(self, data: Path) -> None:
        self.said = data.parent / f"up-{time.monotonic_ns()}.txt"
        with self.said.open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "cohort", "up", "--data", str(data)], stdout=out, stderr=subprocess.STDOUT
            )
        self.until("running;")

    def until(self, words: str) -> str:
        return until(lambda: self.said.read_text() if words in self.said.read_text() else "", self.said.read_text)

    def end(self, how: signal.Signals) -> int:
        self.process.send_signal(how)
        return self.process.wait(PATIENCE_SECONDS)


def until(fact: Callable[[], str], otherwise: Callable[[], str] = str) -> str:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (answer := fact()):
        assert time.monotonic() < deadline, otherwise()
        time.sleep(0.1)
    return answer


def cohort(*arguments: object, columns: int | None = 200) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: PLW1510 - the status is what is tested
        [sys.executable, "-m", "cohort", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        env={**os.environ, "COLUMNS": str(columns or "")},
    )


def application(external_id: str) -> str:
    candidate = {"name": "Ada Lovelace", "email": f"ada{external_id}@mail.example"}
    return json.dumps(
        {"source": "file", "external_id": external_id, "programme": "ai-internships-2026", "candidate": candidate}
    )


def open_to_others(data: Path) -> list[str]:
    """What below the folder another account may read or pass through, however far it comes."""
    found = []
    for folder, below, files in os.walk(data):
        reached = {name for name in (*below, *files) if Path(folder, name).lstat().st_mode & 0o077}
        found += [str(Path(folder, name).relative_to(data)) for name in reached]
        below[:] = [name for name in below if name in reached]
    return found


def look_at_the_console(said: str, data: Path) -> None:
    """Where it is told to be, with the account it is told for: both applications are there."""
    address = r"^console +(http://127\.0\.0\.1:\d+)  \(log in as operator; the password is in (.+)\)$"
    [(url, file)] = re.findall(address, said, re.MULTILINE)
    assert Path(file) == data / "secrets" / "console-password"
    password = Path(file).read_text().strip()
    assert password not in said + (data / "logs" / "console.log").read_text()
    with httpx.Client(base_url=url, follow_redirects=True, trust_env=False) as client:
        token = re.search(r'name="token" value="([^"]+)"', client.get("/").text)
        assert token
        form = {"token": token[1], "next": "/", "name": "operator", "password": password}
        assert "The drive at a glance" in client.post("/login", data=form).text
        for external_id in "1", "3":
            query = {"source": "file", "id": external_id}
            page = until(lambda query=query: found(client.get("/applications", params=query)))  # type: ignore[misc]
            assert str(application_id("file", external_id)) in page
            assert "mail.example" not in page and "Lovelace" not in page, "nobody is named"


def found(answer: httpx.Response) -> str:
    """The page of an application that is decided and told; empty before."""
    return answer.text if answer.status_code == 200 and "Letter: sent" in answer.text else ""


def test_without_a_running_pipeline_the_verbs_say_what_to_do(data: Path) -> None:
    answer = cohort("status", "--data", data)
    assert answer.returncode == 2
    assert "cohort up" in answer.stderr


@pytest.mark.timeout(300)
def test_a_day_in_the_life(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "applications.ndjson"
    file.write_text(f'{application("1")}\n\n{{"source": "file", "extrnal_id": "2"}}\n{application("3")}')
    # As a start leaves it that was killed at that moment; and open, as an earlier version left it.
    (data / "secrets").mkdir(parents=True)
    (data / "secrets" / "candidate").touch()
    up = Up(data)
    try:
        sent = cohort("submit", file, "--data", data)
        assert sent.returncode == 1
        assert "2 of 3 lines accepted" in sent.stdout
        assert re.search(r"line 3 was rejected: .*extrnal_id", sent.stdout)

        def letters() -> str:
            told = cohort("status", "--data", data).stdout
            return told if re.search(r"letters +│ sent +│ +2\b", told) else ""

        told = until(letters)
        assert told.count("ready") == 4
        assert "not ready" not in told

        assert re.search(r"letters +│ sent +│ +2\b", cohort("status", "--data", data, columns=None).stdout)
        look_at_the_console(up.said.read_text(), data)
        assert "made anew from" in cohort("console", "rebuild", "--data", data).stdout
        look_at_the_console(up.said.read_text(), data)
        assert cohort("console", "account", "list", "--data", data).stdout == "operator  operator\n"
        narrow = cohort("status", "--data", data, columns=40).stdout
        assert re.search(r"hiring\.contacts: records 2\b", narrow)
        assert f"logs          {data / 'logs'}\n" in narrow

        # Only as root, and only to be passed through: Postgres runs as another account then.
        assert open_to_others(data) == (["postgres"] if os.geteuid() == 0 else [])
        assert [path.stat().st_mode & 0o777 for path in (data / "mailbox").glob("*.eml")] == [0o600, 0o600]

        one = tmp_path / "one.json"
        one.write_text(json.dumps(json.loads(application("1")), indent=2))
        assert "1 of 1 lines accepted" in cohort("submit", one, "--data", data).stdout
        pretty = cohort("submit", one.rename(tmp_path / "one.ndjson"), "--data", data)
        assert (pretty.returncode, pretty.stdout) == (2, "")
        assert "one application a line (NDJSON)" in pretty.stderr

        second = cohort("up", "--data", data)
        assert second.returncode == 2
        assert "another cohort" in second.stderr

        os.kill(pipeline.processes(data)["screening"].pid, signal.SIGKILL)
        assert "its log is" in up.until("screening was ended by SIGKILL")
        up.until("screening is started again")
        up.process.send_signal(signal.SIGINT)
        up.until("stopping")
        # As `uv run` does, or a person who is impatient.
        assert up.end(signal.SIGINT) == 0
        assert "still stopping" in up.said.read_text()
        assert f"the logs stay in {data / 'logs'}" in up.said.read_text()
    finally:
        up.process.kill()
    refused = cohort("demo", "--data", data)
    assert refused.returncode == 2
    assert "left alone" in refused.stderr
    for mark in pipeline.processes(data).values():
        assert mark.process() is None

    again = Up(data)
    try:
        assert "created" not in again.said.read_text(), "topics were created anew"
        assert letters()
        left = pipeline.processes(data)
        again.end(signal.SIGKILL)
        assert left["kafka"].process() is not None
    finally:
        again.process.kill()

    third = Up(data)
    try:
        assert "left behind by an earlier cohort" in third.said.read_text()
        assert all(mark.process() is None for mark in left.values())
        assert letters()
        assert third.end(signal.SIGTERM) == 0
    finally:
        third.process.kill()


def test_a_demo_on_a_file_accounts_for_every_line(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "mine.ndjson"
    file.write_bytes(
        b"\xef\xbb\xbf" + "\r\n".join([application("4"), application("4"), "{", "[]", application("5")]).encode()
    )
    answer = cohort("demo", "--input", file, "--data", data.parent / "demo", columns=None)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert "every application accounted for: yes" in answer.stdout
    assert re.search(r"received +│ +5\b", answer.stdout)
    assert f"`cohort up --data {data.parent / 'demo'}` starts it again" in answer.stderr
    assert open_to_others(data.parent / "demo") == (["postgres"] if os.geteuid() == 0 else [])
    assert re.search(r"e-mails delivered +│ +2\b", answer.stdout)
