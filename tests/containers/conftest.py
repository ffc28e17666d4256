"""One compose project at a time, shared by the tests that want the same; each is gone, with its data, in the end."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from .compose import Compose, draw_secrets


class Machine:
    """What runs on it now; another wish takes its place."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._running: Compose | None = None

    def running(self, *files: str) -> Compose:
        """`docker compose up` as an operator does it, with secrets of its own."""
        if self._running is None or self._running.files != files:
            self.clear()
            secrets = self._folder / f"secrets-{len(files)}"
            draw_secrets(secrets)
            self._running = Compose(f"cohort-test-{os.getpid()}-{len(files)}", secrets, files)
            self._running.up("--build")
        return self._running

    def clear(self) -> None:
        if self._running is not None:
            self._running.down()
        self._running = None


@pytest.fixture(scope="session")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    held = Machine(tmp_path_factory.mktemp("compose"))
    yield held
    held.clear()


@pytest.fixture
def pipeline(machine: Machine) -> Compose:
    return machine.running("docker-compose.yml")


@pytest.fixture
def cluster(machine: Machine) -> Compose:
    """The same with three brokers."""
    return machine.running("docker-compose.yml", "docker-compose.cluster.yml")
