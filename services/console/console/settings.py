"""Console's settings: what every service has, a database, the accounts, and the keys of sessions."""

from pathlib import Path

from pydantic import Field, SecretStr, field_validator

from console.oidc_settings import OidcSettings

_SHORTEST_KEY = 32


class ConsoleSettings(OidcSettings):
    """`accounts_file`: who may log in; `console account add` writes it. `session_keys` are the secrets that sessions
    are signed with, the newest first, with white space between them. `session_hours`: so long a login holds.

    `secure_cookies`: set it where browsers reach the console by https, and cookies never travel by http. See
    docs/console.md.
    """

    accounts_file: Path | None = None
    session_keys: SecretStr | None = None
    session_hours: float = Field(default=12.0, gt=0, le=168)
    secure_cookies: bool = False

    @field_validator("session_keys")
    @classmethod
    def _long_enough(cls, value: SecretStr | None) -> SecretStr | None:
        keys = [] if value is None else value.get_secret_value().split()
        if value is not None and not keys:
            raise ValueError("is empty: `openssl rand -hex 32` makes a key")
        if any(len(key) < _SHORTEST_KEY for key in keys):
            raise ValueError(f"holds a key of less than {_SHORTEST_KEY} characters: `openssl rand -hex 32` makes one")
        return value

    @property
    def keys(self) -> list[str]:
        """The keys of sessions, the newest first."""
        return [] if self.session_keys is None else self.session_keys.get_secret_value().split()
