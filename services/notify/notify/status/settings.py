"""Settings of the candidate's page; without an address there is none, and letters carry no link."""

from datetime import timedelta
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationInfo, field_validator

from hiring.settings import PostgresSettings

_SHORTEST_KEY = 32


class StatusSettings(PostgresSettings):
    """`public_url` is where candidates reach notify's pages. `link_keys` are the secrets that links are signed with,
    the newest first, with white space between them. `link_days`: so long after the decision its link holds. See
    docs/status-page.md.
    """

    public_url: str | None = None
    link_keys: SecretStr | None = Field(default=None, validate_default=True)
    link_days: int = Field(default=180, ge=1, le=3650)

    @field_validator("public_url")
    @classmethod
    def _an_address(cls, value: str | None) -> str | None:
        if value is None:
            return None
        parts = urlsplit(value)
        if (
            parts.scheme not in ("http", "https")
            or not parts.hostname
            or parts.query
            or parts.fragment
            or parts.username
        ):
            raise ValueError("is not an address for candidates: write https://host, or https://host/path")
        return value.rstrip("/")

    @field_validator("link_keys")
    @classmethod
    def _long_enough(cls, value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        keys = [] if value is None else value.get_secret_value().split()
        if info.data.get("public_url") is not None and not keys:
            raise ValueError(
                "is missing, and HIRING_PUBLIC_URL is set: links are signed with it. Name a file in "
                "HIRING_LINK_KEYS_FILE with what `openssl rand -hex 32` prints, or unset HIRING_PUBLIC_URL"
            )
        if any(len(key) < _SHORTEST_KEY for key in keys):
            raise ValueError(f"holds a key of less than {_SHORTEST_KEY} characters: `openssl rand -hex 32` makes one")
        return value

    @property
    def keys(self) -> list[str]:
        """The keys of links, the newest first."""
        return [] if self.link_keys is None else self.link_keys.get_secret_value().split()

    @property
    def links_hold(self) -> timedelta:
        """How long a link holds."""
        return timedelta(days=self.link_days)
