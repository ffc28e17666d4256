"""Settings come from `HIRING_…` variables; a secret may come from a file: `HIRING_…_FILE` names it."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import Field, FilePath, HttpUrl, PostgresDsn, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

PREFIX = "HIRING_"


class SecretFiles(PydanticBaseSettingsSource):
    """Reads `HIRING_X` from the file that `HIRING_X_FILE` names, as container secrets are mounted."""

    def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:
        path = os.environ.get(f"{PREFIX}{field_name.upper()}_FILE")
        return (Path(path).read_text().strip() if path else None), field_name, False

    def __call__(self) -> dict[str, Any]:
        found = {name: self.get_field_value(None, name)[0] for name in self.settings_cls.model_fields}
        return {name: value for name, value in found.items() if value is not None}


class Settings(BaseSettings):
    """What every service needs: where Kafka is, how to log, where to answer health checks.

    `kafka_ca_file` is the authority that signed the brokers' certificates, where the system does not know it;
    `kafka_cert_file` and `kafka_key_file` are this client's own certificate and its key, where brokers ask for one.
    `trace_ratio` is the share of applications that are traced, 0 for none; `trace_endpoint` is where their spans go by
    OTLP/HTTP, as in http://collector:4318/v1/traces.
    """

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore", frozen=True)

    kafka_bootstrap_servers: str = "127.0.0.1:9092"
    kafka_security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    kafka_sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = "SCRAM-SHA-512"
    kafka_username: str | None = None
    kafka_password: SecretStr | None = Field(default=None, validate_default=True)
    kafka_ca_file: FilePath | None = None
    kafka_cert_file: FilePath | None = None
    kafka_key_file: FilePath | None = Field(default=None, validate_default=True)
    kafka_session_timeout_ms: int = 10_000
    batch_records: int = Field(default=2000, ge=1, le=50_000)
    batch_linger_ms: int = Field(default=10, ge=0, le=1000)
    http_host: str = "127.0.0.1"
    http_port: int = Field(default=8080, ge=0, le=65535)
    log_level: str = "INFO"
    drain_seconds: float = Field(default=20.0, gt=0)
    trace_ratio: float = Field(default=0.0, ge=0, le=1)
    trace_endpoint: HttpUrl | None = Field(default=None, validate_default=True)

    @field_validator("trace_endpoint")
    @classmethod
    def _somewhere(cls, endpoint: HttpUrl | None, info: ValidationInfo) -> HttpUrl | None:
        if endpoint is None and info.data.get("trace_ratio"):
            raise ValueError("is needed where HIRING_TRACE_RATIO is above 0: as in http://collector:4318/v1/traces")
        return endpoint

    @field_validator("kafka_password")
    @classmethod
    def _a_login(cls, password: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        """Half a login would be none at all, and the broker's refusal would say nothing of it."""
        protocol, username = info.data.get("kafka_security_protocol"), info.data.get("kafka_username")
        if str(protocol).startswith("SASL") and not (password and username):
            raise ValueError(f"HIRING_KAFKA_USERNAME and HIRING_KAFKA_PASSWORD(_FILE) are both needed for {protocol}")
        if (password or username) and protocol in ("PLAINTEXT", "SSL"):
            raise ValueError(f"a login is of no use with {protocol}: set HIRING_KAFKA_SECURITY_PROTOCOL to SASL_SSL")
        return password

    @field_validator("kafka_key_file")
    @classmethod
    def _a_pair(cls, key: Path | None, info: ValidationInfo) -> Path | None:
        if (key is None) != (info.data.get("kafka_cert_file") is None):
            raise ValueError("HIRING_KAFKA_CERT_FILE and HIRING_KAFKA_KEY_FILE belong together: set both or neither")
        return key

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, SecretFiles(settings_cls)


class PostgresSettings(Settings):
    """Also a database of one's own."""

    postgres_dsn: PostgresDsn = PostgresDsn("postgresql://127.0.0.1:5432/postgres")
    postgres_password: SecretStr | None = None
    postgres_connections: int = Field(default=4, ge=1, le=100)


S = TypeVar("S", bound=Settings)


def load(kind: type[S], **overrides: Any) -> S:
    """The settings of this process. Exits with a plain message naming the variable that is wrong."""
    try:
        return kind(**overrides)
    except ValidationError as error:
        wrong = "\n".join(
            f"  {PREFIX}{'_'.join(str(p) for p in item['loc']).upper()}: {item['msg']}" for item in error.errors()
        )
        raise SystemExit(f"The settings are not usable; mend these variables:\n{wrong}") from None
    except OSError as error:
        raise SystemExit(f"A secret's file cannot be read: {error}") from None


def as_environment(values: Mapping[str, object]) -> dict[str, str]:
    """Settings by their field names, as environment variables."""
    return {PREFIX + name.upper(): str(value) for name, value in values.items()}
