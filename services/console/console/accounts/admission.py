"""What a provider's claims about a person make of them here: a name and a role. Pure."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from console.accounts.roles import Role, most_capable
from console.accounts.sessions import ORGANISATION

Claims = Mapping[str, Any]

_LONGEST_NAME = 190


@dataclass(frozen=True, slots=True)
class Admission:
    """`roles` maps values of the claim `roles_claim` (a name, or a path as `realm_access.roles`) to roles here."""

    roles: Mapping[str, Role]
    roles_claim: str
    name_claim: str

    def role(self, claims: Claims) -> Role | None:
        """The most capable of a person's roles; None where no value is mapped to one."""
        return most_capable({self.roles[value] for value in self.values(claims) if value in self.roles})

    def name(self, claims: Claims) -> str:
        """The session's name: no local account can have it, as it begins with `oidc:`.

        Falls back to the e-mail address, unless the provider says that it is not verified, and then to `sub`.
        """
        told = _without_doubtful_address(claims)
        found = (told.get(self.name_claim), told.get("email"), told.get("sub"))
        usable = [it.strip() for it in found if isinstance(it, str) and _usable(it)]
        return ORGANISATION + (usable[0] if usable else "unnamed " + _digest(str(claims.get("sub"))))

    def values(self, claims: Claims) -> frozenset[str]:
        """The values of the roles' claim; a text stands for a list of one.

        A role by address alone needs a provider that says the address is verified: anybody may claim to have one.
        """
        if self.roles_claim == "email" and claims.get("email_verified") not in (True, "true"):
            return frozenset()
        found = _at(_without_doubtful_address(claims), self.roles_claim)
        listed = [found] if isinstance(found, str) else found if isinstance(found, list) else []
        return frozenset(it for it in listed if isinstance(it, str))

    def enough(self, claims: Claims) -> bool:
        """Whether the claims tell both; otherwise the provider may tell more when asked about the person."""
        return _at(claims, self.roles_claim) is not None and self.name_claim in claims

    def mark(self, issuer: str, client_id: str) -> str:
        """Changes with who is let in: sessions of another mark have ended."""
        return _digest(json.dumps([issuer, client_id, self.roles_claim, self.name_claim, sorted(self.roles.items())]))


def _without_doubtful_address(claims: Claims) -> Claims:
    """An e-mail address that the provider has not verified may be anybody's."""
    if claims.get("email_verified", True) in (True, "true"):
        return claims
    return {name: value for name, value in claims.items() if name != "email"}


def _at(claims: Claims, path: str) -> Any:
    """What stands under a name, which may have dots itself, or else at the end of a dotted path."""
    if path in claims:
        return claims[path]
    found: Any = claims
    for part in path.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def _usable(name: str) -> bool:
    return 0 < len(name.strip()) <= _LONGEST_NAME and name.isprintable()


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
