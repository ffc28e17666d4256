"""Where the parts of a running pipeline are: what every verb of the command needs to know."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

from pydantic import SecretStr
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

from cohort.stack.errors import StackError
from hiring.settings import Settings


class NotTold(StackError):
    """The verb needs an address that this pipeline's description does not tell; the text says which, and what to do."""


class ToldSettings(Settings):
    """Settings that are told outright: no variable of the environment changes them."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (init_settings,)


class MailRelay(NamedTuple):
    """The relay that notify sends by. `sender` is the envelope's, `local@domain`."""

    host: str
    port: int
    sender: str
    tls: Literal["none", "starttls", "tls"] = "none"
    username: str | None = None
    password: SecretStr | None = None
    ca_file: Path | None = None


@dataclass(frozen=True, slots=True)
class Addresses:
    """One running pipeline. What is empty is not told. The DSNs hold a password: show `kafka` and URLs, never these.

    A pipeline of `cohort up` tells everything but what a console has where none runs; a deployment elsewhere tells what
    its description does.
    """

    intake_url: str
    """`http://127.0.0.1:PORT`, no slash at the end."""
    screening_url: str
    """Its /readyz and /metrics."""
    notify_url: str
    kafka: str
    """Bootstrap servers, `host:port`."""
    screening_dsn: str
    notify_dsn: str
    mailbox: Path
    """The folder of .eml files; `.` where there is none."""
    logs: Path
    """The folder of one log file a part; `.` where there is none."""
    console_url: str = ""
    """Empty where no console runs."""
    console_dsn: str = ""
    console_accounts: Path = Path()
    console_password: Path = Path()
    """The file that says the password of its account `operator`, as long as nobody changed it."""
    mail: MailRelay | None = None
    login: Settings | None = None
    """How clients reach Kafka, where that is by more than its address."""
    described_in: str = ""
    """The description of a deployment that tells this; empty for a pipeline of `cohort up`."""

    @property
    def broker(self) -> Settings:
        """How clients reach Kafka."""
        return self.login or ToldSettings(kafka_bootstrap_servers=self.kafka)

    @property
    def local(self) -> bool:
        """Whether it is a pipeline of `cohort up`, on this machine."""
        return not self.described_in

    def urls(self) -> dict[str, str]:
        """The address of each service that tells one."""
        told = {
            "intake": self.intake_url,
            "screening": self.screening_url,
            "notify": self.notify_url,
            "console": self.console_url,
        }
        return {name: url for name, url in told.items() if url}

    def databases(self) -> dict[str, str]:
        """The DSN of each database that is told. They hold passwords."""
        told = {"screening": self.screening_dsn, "notify": self.notify_dsn, "console": self.console_dsn}
        return {name: dsn for name, dsn in told.items() if dsn}

    def intake(self) -> str:
        """Where applications are sent. Raises NotTold."""
        if not self.intake_url:
            raise NotTold(
                f"this deployment tells no intake: name it by --to URL, or as intake_url in {self.described_in}"
            )
        return self.intake_url

    def database(self, of: str, instead: str = "") -> str:
        """The DSN of a service's database; `instead` says what else helps where none is told. Raises NotTold."""
        if dsn := self.databases().get(of):
            return dsn
        more = f"; {instead}" if instead else ""
        where = self.described_in or "its description"
        raise NotTold(f"this deployment tells no database of {of}: {of}_dsn in {where} would{more}")

    def page(self, path: str) -> str:
        """Where the console shows it, in words; empty where no console is told."""
        return f"the console shows it at {self.console_url}{path}" if self.console_url else ""
