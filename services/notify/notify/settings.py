"""Notify's settings: what every service has, a database, and the mail relay."""

from email.utils import parseaddr
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, field_validator

from hiring.identity import InvalidEmail, normalise_email
from hiring.settings import PostgresSettings
from notify.core.fate import Rules
from notify.core.letter import Sender


class NotifySettings(PostgresSettings):
    """`lease_seconds`: how soon a letter whose worker died is taken up by another; a living worker renews its lease.

    `retry_seconds` is the first pause after a deferral, `retry_longest_seconds` the longest.
    `smtp_connect_seconds` bounds each step of making a
    connection, `smtp_command_seconds` each answer to MAIL, RCPT and DATA, and `smtp_answer_seconds` the answer to
    the letter itself: a relay that scans what it takes may be slow there, and RFC 5321 (4.5.3.2.6) asks for ten
    minutes, because who gives up earlier sends twice.

    `in_doubt` says what is done where that answer never comes: `resend` sends the letter again under the same
    Message-ID after `in_doubt_seconds`, at most `in_doubt_resends` times, and `hold` never does. A letter that is
    not sent again is `failed`, and its cause says that it may have arrived.
    """

    smtp_host: str = "127.0.0.1"
    smtp_port: int = Field(default=1025, ge=1, le=65535)
    smtp_username: str | None = None
    smtp_password: SecretStr | None = None
    smtp_tls: Literal["none", "starttls", "tls"] = "none"
    smtp_ca_file: Path | None = None
    smtp_connect_seconds: float = Field(default=30.0, gt=0)
    smtp_command_seconds: float = Field(default=60.0, gt=0)
    smtp_answer_seconds: float = Field(default=600.0, gt=0)
    smtp_connections: int = Field(default=8, ge=1, le=200)
    mail_from: str = "Graduate Hiring <hiring@example.com>"
    reply_to: str | None = None
    lease_seconds: float = Field(default=30.0, ge=1)
    claim_batch: int = Field(default=200, ge=1, le=5000)
    max_attempts: int = Field(default=8, ge=1, le=100)
    retry_seconds: float = Field(default=2.0, gt=0)
    retry_longest_seconds: float = Field(default=3600.0, gt=0)
    in_doubt: Literal["resend", "hold"] = "resend"
    # No sooner than a mail server would try again (RFC 5321, 4.5.4.1).
    in_doubt_seconds: float = Field(default=1800.0, gt=0)
    in_doubt_resends: int = Field(default=1, ge=0, le=100)

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

    @property
    def rules(self) -> Rules:
        """How often a letter is tried."""
        resends = self.in_doubt_resends if self.in_doubt == "resend" else 0
        return Rules(self.max_attempts, self.retry_seconds, self.retry_longest_seconds, resends, self.in_doubt_seconds)
