"""The description of a deployment: a small TOML file, or the `HIRING_…` variables of the environment.

Its names are those of the services' settings (`kafka_bootstrap_servers`, `smtp_host`), plus the services' URLs and
databases. All but Kafka may be left out.
"""

import os
import re
import tomllib
from collections.abc import Mapping
from email.utils import parseaddr
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, FilePath, SecretStr, ValidationError
from pydantic_settings import SettingsConfigDict

from cohort.addresses import Addresses, MailRelay, ToldSettings
from cohort.stack.errors import StackError
from hiring.settings import PREFIX, Settings

ENVIRONMENT = Path("environment")
"""In place of a file: the variables of the environment."""

_VARIABLE = re.compile(r"\$\{(\w+)(?::-([^}]*))?\}")
_SETTING = re.compile(PREFIX + r"([A-Z_]+(?:\(_FILE\))?)")
_SECRETS = ("kafka_password", "smtp_password", "screening_dsn", "notify_dsn", "console_dsn")


class _Told(Settings):
    """What may be told of a deployment; `…_dsn` as postgresql://user:password@host/name."""

    kafka_bootstrap_servers: str = Field(min_length=1)
    intake_url: str = ""
    screening_url: str = ""
    notify_url: str = ""
    console_url: str = ""
    screening_dsn: SecretStr = SecretStr("")
    notify_dsn: SecretStr = SecretStr("")
    console_dsn: SecretStr = SecretStr("")
    accounts_file: Path = Path()
    smtp_host: str = ""
    smtp_port: int = Field(default=25, ge=1, le=65535)
    smtp_tls: Literal["none", "starttls", "tls"] = "none"
    smtp_username: str | None = None
    smtp_password: SecretStr | None = None
    smtp_ca_file: FilePath | None = None
    mail_from: str = "Graduate Hiring <hiring@example.com>"


class _File(_Told, ToldSettings):
    """The same from a file: a slip in a name must not pass as something that is not told."""

    model_config = SettingsConfigDict(extra="forbid")


def is_description(path: Path) -> bool:
    """Whether a verb is given a deployment's description, not the folder of a pipeline."""
    return path == ENVIRONMENT or path.suffix == ".toml" or path.is_file()


def read(path: Path, environment: Mapping[str, str] = os.environ) -> Addresses:
    """The deployment that a file describes; `environment` in its place: these variables. Raises StackError."""
    try:
        told = _Told() if path == ENVIRONMENT else _File(**_of_file(path, environment))
    except ValidationError as error:
        raise StackError(f"{path}: " + "; ".join(map(_problem, error.errors()))) from None
    except OSError as error:
        raise StackError(f"{path} cannot be used: {error.filename or path}: {error.strerror}") from None
    return _addresses(told, str(path))


def _of_file(path: Path, environment: Mapping[str, str]) -> dict[str, Any]:
    try:
        values = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise StackError(f"{path} is not TOML: {error}") from None
    filled = {name: _filled(value, environment) for name, value in values.items()}
    # A path means the same from wherever the command is run.
    for name, value in filled.items():
        if name.endswith("_file") and isinstance(value, str):
            filled[name] = path.parent / value
    for name in _SECRETS:
        if (file := filled.pop(f"{name}_file", None)) is not None:
            filled[name] = Path(file).read_text("utf-8").strip()
    return filled


def _filled(value: Any, environment: Mapping[str, str]) -> Any:
    """The value with `${NAME:-default}` filled in, as compose does."""
    if not isinstance(value, str):
        return value
    return _VARIABLE.sub(lambda found: environment.get(found[1]) or found[2] or "", value)


def _problem(item: Any) -> str:
    name = ".".join(map(str, item["loc"]))
    if item["type"] == "extra_forbidden":
        return f"{name} is no name that a deployment has: docs/operate.md lists them"
    words = str(item["msg"]).removeprefix("Value error, ")
    # Validators speak of the variables.
    words = _SETTING.sub(lambda found: found[1].lower(), words)
    return words if name in words else f"{name}: {words}"


def _addresses(told: _Told, described_in: str) -> Addresses:
    return Addresses(
        intake_url=told.intake_url.rstrip("/"),
        screening_url=told.screening_url.rstrip("/"),
        notify_url=told.notify_url.rstrip("/"),
        console_url=told.console_url.rstrip("/"),
        kafka=told.kafka_bootstrap_servers,
        screening_dsn=told.screening_dsn.get_secret_value(),
        notify_dsn=told.notify_dsn.get_secret_value(),
        console_dsn=told.console_dsn.get_secret_value(),
        console_accounts=told.accounts_file,
        mailbox=Path(),
        logs=Path(),
        mail=_mail(told),
        login=told,
        described_in=described_in,
    )


def _mail(told: _Told) -> MailRelay | None:
    if not told.smtp_host:
        return None
    return MailRelay(
        told.smtp_host,
        told.smtp_port,
        parseaddr(told.mail_from)[1],
        told.smtp_tls,
        told.smtp_username,
        told.smtp_password,
        told.smtp_ca_file,
    )
