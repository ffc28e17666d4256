"""Kafka, Postgres and SMTP over TLS, by settings alone, with an authority made here; nobody else's word is taken."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from testcontainers.core.config import testcontainers_config
from testcontainers.core.container import DockerContainer

from .compose import free_ports, until

pytestmark = [pytest.mark.containers, pytest.mark.timeout(240)]

Settings = dict[str, str]


def openssl(folder: Path, *words: str) -> None:
    subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)


def make_authority(folder: Path) -> None:
    """A certificate authority (ca.pem), and by it a key and a certificate for 127.0.0.1 (key.pem, cert.pem)."""
    folder.mkdir()
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc"]
    openssl(folder, "req", "-x509", *key, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=ca", "-days", "2")
    openssl(folder, "req", *key, "-keyout", "key.pem", "-out", "csr.pem", "-subj", "/CN=here")
    (folder / "names").write_text("subjectAltName=IP:127.0.0.1\n")
    signed = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-extfile", "names"]
    openssl(folder, "x509", "-req", "-in", "csr.pem", *signed, "-out", "cert.pem")
    (folder / "both.pem").write_text((folder / "key.pem").read_text() + (folder / "cert.pem").read_text())
    for file in folder.iterdir():
        # Read inside containers, by other accounts.
        file.chmod(0o644)


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tls") / "ours"
    make_authority(folder)
    return folder


@pytest.fixture(scope="module")
def servers(ours: Path) -> Iterator[Settings]:
    """A broker, a database and a relay that speak TLS only, provisioned and migrated; the settings that reach them."""
    kafka, postgres, smtp = free_ports(3)
    settings = {
        "HIRING_KAFKA_BOOTSTRAP_SERVERS": f"127.0.0.1:{kafka}",
        "HIRING_KAFKA_SECURITY_PROTOCOL": "SSL",
        "HIRING_KAFKA_CA_FILE": str(ours / "ca.pem"),
        "HIRING_KAFKA_CERT_FILE": str(ours / "cert.pem"),
        "HIRING_KAFKA_KEY_FILE": str(ours / "key.pem"),
        "HIRING_POSTGRES_DSN": dsn(postgres, ours),
        "HIRING_POSTGRES_PASSWORD": "of-a-test",
        "HIRING_SMTP_PORT": str(smtp),
        "HIRING_SMTP_TLS": "starttls",
        "HIRING_SMTP_CA_FILE": str(ours / "ca.pem"),
    }
    # Each container ends with the stack; the library's own sweeper would be one more image.
    testcontainers_config.ryuk_disabled = True
    with ExitStack() as stack:
        for container, port, inside in (
            (broker(kafka), kafka, 9094),
            (database(), postgres, 5432),
            (relay(), smtp, 1025),
        ):
            container.with_volume_mapping(str(ours), "/tls", "ro")
            container.ports[inside] = ("127.0.0.1", port)
            stack.enter_context(container)
        retried(settings, "-m", "notify", "migrate")
        retried(settings, "-c", "from hiring.provisioning import main; main()")
        yield settings


def dsn(port: int, folder: Path) -> str:
    return f"postgresql://postgres@127.0.0.1:{port}/postgres?sslmode=verify-full&sslrootcert={folder / 'ca.pem'}"


def broker(port: int) -> DockerContainer:
    container = DockerContainer("apache/kafka:4.3.1")
    for name, value in {
        "NODE_ID": "1",
        "PROCESS_ROLES": "broker,controller",
        "CONTROLLER_QUORUM_VOTERS": "1@localhost:9093",
        "CONTROLLER_LISTENER_NAMES": "CONTROLLER",
        "LISTENERS": "TLS://:9094,CONTROLLER://:9093",
        "ADVERTISED_LISTENERS": f"TLS://127.0.0.1:{port}",
        "LISTENER_SECURITY_PROTOCOL_MAP": "TLS:SSL,CONTROLLER:PLAINTEXT",
        "INTER_BROKER_LISTENER_NAME": "TLS",
        "OFFSETS_TOPIC_REPLICATION_FACTOR": "1",
        "AUTO_CREATE_TOPICS_ENABLE": "false",
        "SSL_CLIENT_AUTH": "required",
        "SSL_KEYSTORE_TYPE": "PEM",
        "SSL_KEYSTORE_LOCATION": "/tls/both.pem",
        "SSL_TRUSTSTORE_TYPE": "PEM",
        "SSL_TRUSTSTORE_LOCATION": "/tls/ca.pem",
        "HEAP_OPTS": "-Xmx384m",
    }.items():
        container.with_env(f"KAFKA_{name}", value)
    return container


def database() -> DockerContainer:
    # Postgres takes a key only from a file of its own account.
    start = (
        "install -o postgres -m 600 /tls/key.pem /var/lib/postgresql/key.pem && exec docker-entrypoint.sh postgres"
        " -c ssl=on -c ssl_cert_file=/tls/cert.pem -c ssl_key_file=/var/lib/postgresql/key.pem"
    )
    return DockerContainer("postgres:17").with_env("POSTGRES_PASSWORD", "of-a-test").with_command(["bash", "-c", start])


def relay() -> DockerContainer:
    container = DockerContainer("axllent/mailpit:v1.27.11").with_env("MP_SMTP_REQUIRE_STARTTLS", "true")
    return container.with_env("MP_SMTP_TLS_CERT", "/tls/cert.pem").with_env("MP_SMTP_TLS_KEY", "/tls/key.pem")


def retried(settings: Mapping[str, str], *words: str) -> None:
    """Run one of our commands until it succeeds: the servers take a while to come up."""
    for _ in range(60):
        done = subprocess.run(
            [sys.executable, *words], env=os.environ | settings, capture_output=True, text=True, check=False
        )
        if done.returncode == 0:
            return
    raise AssertionError(done.stderr[-3000:])


@contextmanager
def notify(settings: Mapping[str, str]) -> Iterator[Any]:
    """A notify with these settings; what asks it how it is."""
    (port,) = free_ports(1)
    child = subprocess.Popen(
        [sys.executable, "-m", "notify"],
        env=os.environ | settings | {"HIRING_HTTP_PORT": str(port)},
        stderr=subprocess.DEVNULL,
    )

    def readiness() -> dict[str, Any]:
        try:
            return dict(httpx.get(f"http://127.0.0.1:{port}/readyz", trust_env=False).json())
        except httpx.TransportError:
            return {}

    try:
        yield readiness
    finally:
        child.terminate()
        child.wait(30)


async def test_everything_goes_over_tls(servers: Settings) -> None:
    with notify(servers) as readiness:
        await until(lambda: readiness().get("ready") is True, "broker, database and relay are all there")
        assert {"broker", "database", "smtp"} <= set(readiness())


@pytest.mark.parametrize("part", ["broker", "database", "smtp"])
async def test_a_server_that_another_authority_vouches_for_is_not_trusted(
    servers: Settings, tmp_path: Path, part: str
) -> None:
    make_authority(tmp_path / "other")
    ca, other = servers["HIRING_KAFKA_CA_FILE"], str(tmp_path / "other" / "ca.pem")
    wrong = {
        "broker": {"HIRING_KAFKA_CA_FILE": other},
        "database": {"HIRING_POSTGRES_DSN": servers["HIRING_POSTGRES_DSN"].replace(ca, other)},
        "smtp": {"HIRING_SMTP_CA_FILE": other},
    }
    with notify(servers | wrong[part]) as readiness:
        others = {"broker", "database", "smtp"} - {part}
        # notify opens the relay when the broker is there; before that it has nothing to say of it.
        told = {"broker": {"database"}}.get(part, others)
        await until(lambda: all(readiness().get(name) == "ok" for name in told), "the others are there")
        assert readiness()[part] != "ok"
        assert readiness()["ready"] is False


async def test_a_client_without_a_certificate_is_not_let_in(servers: Settings) -> None:
    anonymous = {
        name: value
        for name, value in servers.items()
        if name not in ("HIRING_KAFKA_CERT_FILE", "HIRING_KAFKA_KEY_FILE")
    }
    with notify(anonymous) as readiness:
        await until(lambda: readiness().get("database") == "ok", "the database is there")
        assert readiness()["broker"] != "ok"
