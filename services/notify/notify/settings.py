"""Notify's settings: what every service has, a database, and the mail relay."""

from email.utils import parseaddr
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, field_validator

from hiring.identity import InvalidEmail, normalise_email
from hiring.settings import PostgresSettings
from notify.core.letter import Sender


class NotifySettings(PostgresSettings):
    """`lease_seconds` is how long a worker may hold a letter; `retry_seconds` the first pause after a deferral."""

    smtp_host: str = "127.0.0.1"
    smtp_port: int = Field(default=1025, ge=1, le=65535)
    smtp_username: str | None = None
    smtp_password: SecretStr | None = None
    smtp_tls: Literal["none", "starttls", "tls"] = "none"
    smtp_ca_file: Path | None = None
    smtp_connections: int = Field(default=8, ge=1, le=200)
    mail_from: str = "Graduate Hiring <hiring@example.com>"
    reply_to: str | None = None
    lease_seconds: float = Field(default=30.0, ge=1)
    claim_batch: int = Field(default=200, ge=1, le=5000)
    max_attempts: int = Field(default=8, ge=1, le=100)
    retry_seconds: float = Field(default=2.0, gt=0)

    @field_validator("mail_from", "reply_to")
    @classmethod
    def _one_mailbox(cls, value: str | None) -> str | None:
        if value is not None:
            _, mailbox = parseaddr(value)
            if not value.isprintable():
                raise ValueError("holds a control character")
            if not mailbox.isascii():
                raise ValueError("is not in ASCII: write an international domain as xn--…")
            try:
                normalise_email(mailbox)
            except InvalidEmail as error:
                raise ValueError(f"is not `Name <mailbox@domain>`: {error}") from None
        return value

    @property
    def sender(self) -> Sender:
        """Whom letters come from."""
        display, mailbox = parseaddr(self.mail_from)
        return Sender(display, mailbox, self.reply_to)
