"""Notify's settings: what every service has, a database, and the mail relay."""

from email.utils import parseaddr
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, FilePath, SecretStr, field_validator
from pydantic_settings import NoDecode

from hiring.identity import InvalidEmail, normalise_email
from notify.core.fate import Rules
from notify.core.letter import Sender
from notify.core.limits import limits
from notify.status.settings import StatusSettings


def _limits(value: object) -> object:
    return limits(value) if isinstance(value, str) else value


class NotifySettings(StatusSettings):
    """`lease_seconds`: how soon a letter whose worker died is taken up by another; a living worker renews its lease.

    `retry_seconds` is the first pause after a deferral, `retry_longest_seconds` the longest.
    `smtp_connect_seconds` bounds each step of making a
    connection, `smtp_command_seconds` each answer to MAIL, RCPT and DATA, and `smtp_answer_seconds` the answer to
    the letter itself: a relay that scans what it takes may be slow there, and RFC 5321 (4.5.3.2.6) asks for ten
    minutes, because who gives up earlier sends twice.

    `in_doubt` says what is done where that answer never comes: `resend` sends the letter again under the same
    Message-ID after `in_doubt_seconds`, at most `in_doubt_resends` times, and then counts it as failed; its cause
    says that it may have arrived. `hold` leaves it to an operator, and so each letter whose worker was killed.

    `letters_file` says when letters may go out (docs/when-letters-go.md); without it they go at once. `templates_dir`
    is a folder of templates instead of the package's own. `waiting_alarm_seconds`: so long a decision may wait for its
    contact before the log says so.

    `mail_per_second` bounds all letters of this process, `mail_per_domain` those to a domain (`qq.com=20/min, *=5/s`).
    `bounce_address` is the envelope's sender, where bounces go, if not that of `mail_from`; `bounce_key` opens the
    door for them, `bounce_maildir` is a folder they are read from. `dkim_…`: all three, and letters are signed. See
    docs/delivery.md.
    """

    smtp_host: str = "127.0.0.1"
    smtp_port: int = Field(default=1025, ge=1, le=65535)
    smtp_username: str | None = None
    smtp_password: SecretStr | None = None
    smtp_tls: Literal["none", "starttls", "tls"] = "none"
    smtp_ca_file: FilePath | None = None
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
    letters_file: Path | None = None
    templates_dir: Path | None = None
    waiting_alarm_seconds: float = Field(default=600.0, gt=0)
    mail_per_second: float | None = Field(default=None, gt=0)
    mail_per_domain: Annotated[dict[str, float], NoDecode, BeforeValidator(_limits)] = Field(default_factory=dict)
    bounce_address: str | None = None
    bounce_key: SecretStr | None = Field(default=None, min_length=16)
    bounce_maildir: Path | None = None
    dkim_domain: str | None = None
    dkim_selector: str | None = None
    dkim_key: SecretStr | None = None

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

    @field_validator("bounce_address")
    @classmethod
    def _bare_mailbox(cls, value: str | None) -> str | None:
        try:
            if value is not None and not (value.isascii() and normalise_email(value)):
                raise ValueError("is not in ASCII: write an international domain as xn--…")
        except InvalidEmail as error:
            raise ValueError(f"is not `mailbox@domain`: {error}") from None
        return value

    @property
    def sender(self) -> Sender:
        """Whom letters come from."""
        display, mailbox = parseaddr(self.mail_from)
        return Sender(display, mailbox, self.reply_to)

    @property
    def rules(self) -> Rules:
        """How often a letter is tried."""
        return Rules(
            self.max_attempts,
            self.retry_seconds,
            self.retry_longest_seconds,
            self.in_doubt_resends,
            self.in_doubt_seconds,
            self.in_doubt == "hold",
        )
