"""The settings of logging in with an organisation's own accounts (OpenID Connect)."""

import json
from typing import Annotated, Any
from urllib.parse import urlsplit

from authlib.common.security import is_secure_transport
from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import NoDecode

from console.accounts.roles import ROLES, Role
from hiring.settings import PREFIX, PostgresSettings

_NEEDED = "oidc_client_id", "oidc_client_secret", "oidc_roles", "console_url"


class OidcSettings(PostgresSettings):
    """Where `oidc_issuer` is given, people log in there; `oidc_roles` says which value of `oidc_roles_claim` is which
    role here. `console_url` is where browsers reach the console. `oidc_contact` is whom to ask for a role.

    `oidc_recheck_minutes`: so long a role is taken for granted before the provider is asked again. See
    docs/console-login.md.
    """

    console_url: str | None = None
    oidc_client_id: str | None = None
    oidc_client_secret: SecretStr | None = None
    oidc_roles: Annotated[dict[str, Role], NoDecode] = Field(default_factory=dict)
    oidc_roles_claim: str = Field(default="groups", min_length=1)
    oidc_name_claim: str = Field(default="preferred_username", min_length=1)
    oidc_scopes: str = "openid profile email"
    oidc_recheck_minutes: float = Field(default=60.0, ge=1)
    oidc_contact: str | None = None
    oidc_issuer: str | None = None

    @field_validator("console_url")
    @classmethod
    def _an_origin(cls, value: str | None) -> str | None:
        parts = urlsplit((value or "").strip())
        if not value or not value.strip():
            return None
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.path not in ("", "/") or parts.query:
            raise ValueError("is no address of the console: https://console.example.org, without a path, is one")
        return f"{parts.scheme}://{parts.netloc}"

    @field_validator("oidc_roles", mode="before")
    @classmethod
    def _a_mapping(cls, value: Any) -> Any:
        if isinstance(value, str):
            try:
                value = json.loads(value) if value.strip() else {}
            except ValueError:
                value = None
        if not isinstance(value, dict) or any(role not in ROLES for role in value.values()):
            raise ValueError(f'is no JSON like {{"cohort-operators": "operator"}}; roles are {", ".join(ROLES)}')
        return value

    @field_validator("oidc_scopes")
    @classmethod
    def _openid_among_them(cls, value: str) -> str:
        if "openid" not in value.split():
            raise ValueError("needs the scope openid")
        return value

    @field_validator("oidc_issuer")
    @classmethod
    def _whole(cls, value: str | None, info: ValidationInfo) -> str | None:
        if not value:
            return None
        if not is_secure_transport(value):
            raise ValueError("must be https, unless the provider is on this machine")
        absent = [name for name in _NEEDED if name in info.data and not _given(info.data[name])]
        if absent:
            raise ValueError(f"also needs {', '.join(PREFIX + name.upper() for name in absent)}")
        return value


def _given(value: object) -> bool:
    return bool(value.get_secret_value() if isinstance(value, SecretStr) else value)
