"""Sessions: a signed cookie that says who logged in and when, and the token that each of their forms carries."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from itsdangerous import BadData, URLSafeTimedSerializer

from console.accounts.roles import ROLES, Role

ORGANISATION = "oidc:"
"""What names from a provider begin with, and no account of this machine can."""

_SALT = "cohort console session"


@dataclass(frozen=True, slots=True)
class Session:
    """Who is here, in which role, since when; `token` ties forms to this login, `mark` the login to its account."""

    name: str
    role: Role
    token: str
    mark: str
    begun: datetime

    @property
    def by_organisation(self) -> bool:
        """Whether a provider said who this is, and not an account of this machine."""
        return self.name.startswith(ORGANISATION)


class Sessions:
    """Makes cookies and reads them. `keys` are the newest first: the first signs, all of them are known."""

    def __init__(self, keys: list[str], holds: timedelta) -> None:
        # itsdangerous signs with the last.
        self._signer = URLSafeTimedSerializer(
            list(reversed(keys)), salt=_SALT, signer_kwargs={"digest_method": hashlib.sha256}
        )
        self._seconds = int(holds.total_seconds())

    @property
    def seconds(self) -> int:
        """How long a login holds."""
        return self._seconds

    def begin(self, name: str, role: Role, mark: str, token: str | None = None) -> str:
        """The cookie of a new session; `token` is that of the session it goes on from, whose open forms stay good."""
        return self._sign({"n": name, "r": role, "t": token or secrets.token_urlsafe(16), "m": mark})

    def read(self, cookie: str | None) -> Session | None:
        """Whose session this is; None where it is nobody's, or no longer."""
        match self._told(cookie):
            case {"n": str(name), "r": role, "t": str(token), "m": str(mark)}, begun if role in ROLES:
                return Session(name, role, token, mark, begun)
        return None

    def visit(self) -> str:
        """The cookie of somebody who has not logged in yet."""
        return self._sign({"v": secrets.token_urlsafe(16)})

    def visitor(self, cookie: str | None) -> str | None:
        """The token of a visitor's form."""
        match self._told(cookie):
            case {"v": str(token)}, _:
                return token
        return None

    def _sign(self, told: dict[str, str]) -> str:
        signed = self._signer.dumps(told)
        return signed if isinstance(signed, str) else signed.decode()

    def _told(self, cookie: str | None) -> tuple[object, datetime] | None:
        if not cookie:
            return None
        try:
            told, at = self._signer.loads(cookie, max_age=self._seconds, return_timestamp=True)
        except BadData:
            return None
        return told, at.astimezone(UTC)


def same(given: object, token: str) -> bool:
    """Whether a form carries the token."""
    return isinstance(given, str) and hmac.compare_digest(given.encode(), token.encode())
