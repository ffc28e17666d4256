"""Logging in with an organisation's own accounts: the provider, who is let in, and when to ask it again."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from console.accounts.admission import Admission
from console.accounts.flow import Flows
from console.accounts.oidc import Client, Provider
from console.accounts.sessions import Session
from console.oidc_settings import OidcSettings

CALLBACK = "/login/oidc/callback"


@dataclass(frozen=True, slots=True)
class Organisation:
    """`console_url` is where browsers reach the console; `contact` is whom to ask for a role, where that is told."""

    provider: Provider
    admission: Admission
    flows: Flows
    mark: str
    console_url: str
    contact: str | None
    recheck: timedelta

    def due(self, session: Session) -> bool:
        """Whether the provider is to be asked again who this is, and which roles they have."""
        return session.by_organisation and datetime.now(UTC) - session.begun > self.recheck


def organisation(settings: OidcSettings, keys: list[str]) -> Organisation | None:
    """What the settings describe; None where they name no issuer. `keys` sign what browsers keep, the newest first."""
    issuer, name, secret, url = (
        settings.oidc_issuer,
        settings.oidc_client_id,
        settings.oidc_client_secret,
        settings.console_url,
    )
    if issuer is None or name is None or secret is None or url is None:
        return None
    admission = Admission(settings.oidc_roles, settings.oidc_roles_claim, settings.oidc_name_claim)
    return Organisation(
        Provider(Client(issuer, name, secret, url + CALLBACK, settings.oidc_scopes)),
        admission,
        Flows(keys),
        admission.mark(issuer, name),
        url,
        settings.oidc_contact or None,
        timedelta(minutes=settings.oidc_recheck_minutes),
    )
