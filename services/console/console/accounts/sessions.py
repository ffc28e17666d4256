"""Sessions: a signed cookie that says who logged in and when, and the token that each of their forms carries."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta

from itsdangerous import BadData, URLSafeTimedSerializer

from console.accounts.roles import ROLES, Role

_SALT = "cohort console session"


@dataclass(frozen=True, slots=True)
class Session:
    """Who is at the page, in which role; `token` ties forms to this very login, `mark` the login to its account."""

    name: str
    role: Role
    token: str
    mark: str


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

    def begin(self, name: str, role: Role, mark: str) -> str:
        """The cookie of a new session."""
        return self._sign({"n": name, "r": role, "t": secrets.token_urlsafe(16), "m": mark})

    def read(self, cookie: str | None) -> Session | None:
        """Whose session this is; None where it is nobody's, or no longer."""
        match self._told(cookie):
            case {"n": str(name), "r": role, "t": str(token), "m": str(mark)} if role in ROLES:
                return Session(name, role, token, mark)
        return None

    def visit(self) -> str:
        """The cookie of somebody who has not logged in yet."""
        return self._sign({"v": secrets.token_urlsafe(16)})

    def visitor(self, cookie: str | None) -> str | None:
        """The token of a visitor's form."""
        match self._told(cookie):
            case {"v": str(token)}:
                return token
        return None

    def _sign(self, told: dict[str, str]) -> str:
        signed = self._signer.dumps(told)
        return signed if isinstance(signed, str) else signed.decode()

    def _told(self, cookie: str | None) -> object:
        if not cookie:
            return None
        try:
            return self._signer.loads(cookie, max_age=self._seconds)
        except BadData:
            return None


def same(given: object, token: str) -> bool:
    """Whether a form carries the token."""
    return isinstance(given, str) and hmac.compare_digest(given.encode(), token.encode())
