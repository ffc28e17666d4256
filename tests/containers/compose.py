"""A compose project of the tests' own: its ports, its secrets, and what is asked of it from outside."""

import asyncio
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).parents[2]
PORTS = (
    "COHORT_INTAKE_PORT",
    "COHORT_CONSOLE_PORT",
    "COHORT_MAIL_PORT",
    "COHORT_PROMETHEUS_PORT",
    "COHORT_KAFKA_PORT",
    "COHORT_KAFKA_2_PORT",
    "COHORT_KAFKA_3_PORT",
)


def draw_secrets(folder: Path) -> None:
    subprocess.run([sys.executable, str(ROOT / "deploy/draw_secrets.py"), str(folder)], check=True)


def free_ports(many: int) -> list[int]:
    held = [socket.socket() for _ in range(many)]
    for each in held:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in held]
    for each in held:
        each.close()
    return ports


@dataclass
class Compose:
    """`project` is torn down as it is named, so that no other is ever touched."""

    project: str
    secrets: Path
    files: tuple[str, ...] = ("docker-compose.yml",)
    environment: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        ports = dict(zip(PORTS, map(str, free_ports(len(PORTS))), strict=True))
        # An empty range is any free port.
        self.environment |= {"COHORT_SECRETS": str(self.secrets), "COHORT_VERSION": "test", "COHORT_PAGES_PORTS": ""}
        self.environment |= {"HIRING_HOOKS_FILE": "/run/sources/webhooks.yaml"}
        self.environment |= ports

    def __call__(
        self, *words: str, check: bool = True, seconds: float = 240, typed: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """`docker compose WORDS`; `typed` is what a person would type meanwhile."""
        files = [word for file in self.files for word in ("--file", str(ROOT / file))]
        done = subprocess.run(
            ["docker", "compose", "--project-name", self.project, "--ansi", "never", *files, *words],
            env=os.environ | self.environment,
            input=typed,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
        if check and done.returncode != 0:
            raise AssertionError(f"docker compose {' '.join(words)}: {done.stdout[-3000:]}{done.stderr[-3000:]}")
        return done

    def up(self, *words: str) -> None:
        try:
            self("up", "--detach", "--wait", "--quiet-pull", *words)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self('logs', '--tail', '30', check=False).stdout[-6000:]}") from None

    def down(self) -> None:
        self("--profile", "*", "down", "--volumes", "--remove-orphans", check=False)

    @property
    def intake_url(self) -> str:
        return f"http://127.0.0.1:{self.environment['COHORT_INTAKE_PORT']}"

    @property
    def console_url(self) -> str:
        return f"http://127.0.0.1:{self.environment['COHORT_CONSOLE_PORT']}"

    @property
    def brokers(self) -> str:
        """Where HR systems and operators reach Kafka from this machine."""
        return f"127.0.0.1:{self.environment['COHORT_KAFKA_PORT']}"

    def login(self, user: str) -> dict[str, Any]:
        """What any aiokafka client of this user is made with."""
        return {
            "bootstrap_servers": self.brokers,
            "security_protocol": "SASL_PLAINTEXT",
            "sasl_mechanism": "SCRAM-SHA-512",
            "sasl_plain_username": user,
            "sasl_plain_password": (self.secrets / "kafka/users" / user).read_text().strip(),
        }

    def key_for(self, source: str) -> str:
        """A key of an HR system, by the operator's own verb."""
        known = source in (self.secrets / "sources/sources.json").read_text()
        return self("run", "--rm", "sources", "rotate" if known else "create", source).stdout.strip()

    def psql(self, database: str, statement: str, role: str | None = None) -> str:
        """What a statement answers, on the role's own password over the network; AssertionError where it is refused."""
        role = role or database
        password = (self.secrets / "postgres" / role.replace("_", "-")).read_text().strip()
        return self(
            "exec", "-T", "-e", f"PGPASSWORD={password}", "postgres",
            "psql", "-h", "postgres", "-U", role, "-d", database, "-tAc", statement,
        ).stdout.strip()  # fmt: skip

    def health(self, service: str) -> str:
        """What the engine says of a service's only container: starting, healthy or unhealthy."""
        return self("ps", "--format", "{{.Health}}", service).stdout.strip()

    def logged(self, service: str, event: str) -> int:
        """How often a service's log says so."""
        return self("logs", service).stdout.count(event)

    def decided(self) -> tuple[int, int]:
        """How many decisions there are, and of how many applications."""
        counts = self.psql("screening", "SELECT count(*), count(DISTINCT application_id) FROM decisions")
        decisions, applications = counts.split("|")
        return int(decisions), int(applications)

    def letters(self) -> dict[str, int]:
        """How many letters the ledger has in each state."""
        answer = self.psql(
            "notify", "SELECT json_object_agg(state, n) FROM (SELECT state, count(*) n FROM letters GROUP BY 1)"
        )
        return json.loads(answer) if answer else {}

    def mails(self) -> int:
        """How many e-mails Mailpit has."""
        return int(self._mailpit("GET", "messages?limit=1")["total"])

    def mails_to(self, address: str) -> list[str]:
        """The subjects of those to one address."""
        return [mail["Subject"] for mail in self._mailpit("GET", f'search?query=to:"{address}"')["messages"]]

    def refuse_mail(self, percent: int) -> None:
        """So many recipients of a hundred are refused for good from now on."""
        self._mailpit("PUT", "chaos", {"Recipient": {"ErrorCode": 550, "Probability": percent}})

    def _mailpit(self, method: str, what: str, told: Any = None) -> Any:
        url = f"http://127.0.0.1:{self.environment['COHORT_MAIL_PORT']}/api/v1/{what}"
        with httpx.Client(trust_env=False, timeout=10) as http:
            return http.request(method, url, json=told).raise_for_status().json()


async def until(fact: Callable[[], bool], what: str, seconds: float = 60) -> None:
    """Wait for a fact; AssertionError, with what is not so, when it does not come."""
    end = time.monotonic() + seconds
    while not await asyncio.to_thread(fact):
        assert time.monotonic() < end, f"not so after {seconds} s: {what}"
        await asyncio.sleep(0.3)
