"""One compose project at a time, shared by the tests that want the same; each is gone, with its data, in the end."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from ..browser.conftest import browser  # noqa: F401, TID252, the fixture is used by its name
from .compose import ROOT, Compose, draw_secrets


class Machine:
    """What runs on it now; another wish takes its place."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._name = ""
        self._running: Compose | None = None

    def running(self, name: str, *overrides: str) -> Compose:
        """`docker compose up` as an operator does it, with secrets of its own."""
        if self._running is None or self._name != name:
            self.clear()
            secrets = self._folder / f"secrets-{name}"
            draw_secrets(secrets)
            shutil.copy(ROOT / "docs/examples/webhooks.yaml", secrets / "sources")
            self._running = Compose(f"cohort-test-{os.getpid()}-{name}", secrets, ("docker-compose.yml", *overrides))
            self._name = name
            self._running.up("--build")
        return self._running

    def pipeline(self) -> Compose:
        """One broker."""
        return self.running("one", "tests/containers/mail-that-fails.yml")

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
    return machine.pipeline()


@pytest.fixture
def cluster(machine: Machine) -> Compose:
    """The same with three brokers."""
    return machine.running("three", "docker-compose.cluster.yml")
