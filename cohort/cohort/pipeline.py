"""The whole pipeline on one machine: real Kafka, real Postgres, a mail sink and the services, a process each."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from cohort.addresses import Addresses, MailRelay
from cohort.candidate_secret import candidate_secret
from cohort.console_access import ConsoleAccess, console_access, files, make_account
from cohort.link_keys import link_keys
from cohort.service import ServiceProcess, ready
from cohort.stack.kafka import KafkaNode
from cohort.stack.mail_sink import MailSink
from cohort.stack.ports import choose_ports
from cohort.stack.postgres import PostgresServer
from cohort.stack.private import private_folder
from cohort.stack.runfile import Mark, RunFile, read_running
from cohort.supervisor import USUAL, Restarts, Say, Supervisor
from hiring.provisioning import provision
from hiring.settings import Settings

SERVICES = ("intake", "screening", "notify")
WITH_DATABASE = ("screening", "notify")
PRIVATE = ("kafka", "mailbox", "logs", "secrets")
FOLDERS = (*PRIVATE, "postgres")
"""All that a pipeline keeps below its data folder, but for the files of its RunFile."""
PORTS = ("kafka", "kafka-controller", "postgres", "mailbox", *SERVICES)
CONSOLE = "console"


@dataclass(frozen=True, slots=True)
class Pipeline:
    """A running pipeline: where its parts are, and who keeps them running."""

    addresses: Addresses
    supervisor: Supervisor
    services: dict[str, ServiceProcess]


@contextlib.asynccontextmanager
async def running(
    data: Path,
    say: Say,
    settings: Mapping[str, object] | None = None,
    restarts: Restarts = USUAL,
    begin: Callable[[Path], None] = lambda _: None,
    *,
    console: bool = False,
) -> AsyncIterator[Pipeline]:
    """Start everything below the folder `data`, yield it when all is ready, stop everything in order.

    What an earlier start left there is gone on with. `settings` go to every service, by field name. `begin` is
    called with the folder while it is held and nothing of an earlier start runs, before anything is started. With
    `console` people can look at it in a browser; the read model costs a share of the machine.
    Raises StackError: what could not be started and why, written for the person at the terminal; OSError when the
    disk refuses.
    """
    data = data.resolve()
    with RunFile(data) as runfile:
        await runfile.stop_leftovers(say)
        begin(data)
        for name in PRIVATE:
            private_folder(data / name)
        secrets = {"candidate": candidate_secret(data), "links": link_keys(data)}
        ports = choose_ports((*PORTS, CONSOLE), runfile.remembered_ports())
        stores = _Stores(data, ports, say)
        supervisor = Supervisor(say, lambda it: runfile.record(it.pids(), ports), restarts)
        try:
            await stores.start(supervisor)
            access = console_access(data) if console else None
            services = await _start_services(supervisor, stores, ports, secrets, settings or {}, access, say)
            yield Pipeline(_addresses(data, ports, stores.postgres, console=console), supervisor, services)
        finally:
            say("stopping")
            await supervisor.stop()
            # On a full disk the old record stays: nothing it names runs any more, and whoever reads it checks.
            with contextlib.suppress(OSError):
                runfile.clear_pids()


def find(data: Path) -> Addresses | None:
    """Where the pipeline is that runs on this folder now; None where none does."""
    data = data.resolve()
    found = read_running(data)
    if found is None or not set(PORTS) <= set(found.ports):
        return None
    console = CONSOLE in found.children
    return _addresses(data, found.ports, _postgres(data, found.ports, lambda _: None), console=console)


def processes(data: Path) -> dict[str, Mark]:
    """The processes of the pipeline that runs on this folder now, by name."""
    found = read_running(data.resolve())
    return {} if found is None else found.children


class _Stores:
    """What the services stand on: the broker, the database, the mail sink."""

    def __init__(self, data: Path, ports: Mapping[str, int], say: Say) -> None:
        self.logs = data / "logs"
        self._say = say
        self.kafka = KafkaNode(
            data / "kafka", ports["kafka"], ports["kafka-controller"], self.logs / "kafka.log", message=say
        )
        self.postgres = _postgres(data, ports, say)
        self.mailbox = MailSink(data / "mailbox", ports["mailbox"], self.logs / "mailbox.log")

    async def start(self, supervisor: Supervisor) -> None:
        self._say("starting Kafka, Postgres and the mail sink")
        # The broker takes longest to start: the others come up beside it.
        for name, part in (("kafka", self.kafka), ("postgres", self.postgres), ("mailbox", self.mailbox)):
            await supervisor.add(name, part)
        await asyncio.gather(self.kafka.wait_ready(), self.postgres.wait_ready(), self.mailbox.wait_ready())
        for change in await provision(Settings(kafka_bootstrap_servers=self.kafka.bootstrap_servers)):
            self._say(change)
        for name in WITH_DATABASE:
            await self.postgres.create_database(name)


async def _start_services(
    supervisor: Supervisor,
    stores: _Stores,
    ports: Mapping[str, int],
    secrets: Mapping[str, Path],
    settings: Mapping[str, object],
    console: ConsoleAccess | None,
    say: Say,
) -> dict[str, ServiceProcess]:
    say(f"starting intake, screening{' and notify' if console is None else ', notify and the console'}")
    shared = {"kafka_bootstrap_servers": stores.kafka.bootstrap_servers, "http_host": "127.0.0.1"}
    own: dict[str, dict[str, object]] = {
        "intake": {"candidate_secret_file": secrets["candidate"]},
        "screening": {"postgres_dsn": stores.postgres.dsn("screening")},
        "notify": {
            "postgres_dsn": stores.postgres.dsn("notify"),
            "smtp_host": "127.0.0.1",
            "smtp_port": ports["mailbox"],
            "public_url": f"http://127.0.0.1:{ports['notify']}",
            "link_keys_file": secrets["links"],
        },
    }
    if console is not None:
        own[CONSOLE] = {
            "postgres_dsn": stores.postgres.dsn(CONSOLE),
            "session_keys_file": console.session_keys,
            "accounts_file": console.accounts,
        }
        await stores.postgres.create_database(CONSOLE)
    services = {
        name: ServiceProcess(name, {**shared, **own[name], **settings}, ports[name], stores.logs / f"{name}.log")
        for name in own
    }
    await asyncio.gather(
        *(service.migrate() for name, service in services.items() if "postgres_dsn" in own[name]),
        *([] if console is None else [make_account(console, stores.logs / f"{CONSOLE}.log")]),
    )
    for name, service in services.items():
        await supervisor.add(name, service)
    await ready(list(services.values()))
    return services


def _postgres(data: Path, ports: Mapping[str, int], say: Say) -> PostgresServer:
    return PostgresServer(data / "postgres", ports["postgres"], data / "logs" / "postgres.log", message=say)


def _addresses(data: Path, ports: Mapping[str, int], postgres: PostgresServer, *, console: bool) -> Addresses:
    return Addresses(
        intake_url=f"http://127.0.0.1:{ports['intake']}",
        screening_url=f"http://127.0.0.1:{ports['screening']}",
        notify_url=f"http://127.0.0.1:{ports['notify']}",
        kafka=f"127.0.0.1:{ports['kafka']}",
        screening_dsn=postgres.dsn("screening"),
        notify_dsn=postgres.dsn("notify"),
        mailbox=data / "mailbox",
        logs=data / "logs",
        console_url=f"http://127.0.0.1:{ports[CONSOLE]}" if console else "",
        console_dsn=postgres.dsn(CONSOLE),
        console_accounts=files(data).accounts,
        console_password=files(data).password,
        mail=MailRelay("127.0.0.1", ports["mailbox"], "hiring@example.com"),
    )
