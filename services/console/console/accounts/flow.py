"""A login under way: what the browser keeps, signed, while the person is at the provider."""

import hashlib
import secrets
from dataclasses import asdict, dataclass

from itsdangerous import BadData, URLSafeTimedSerializer

_SALT = "cohort console login by a provider"

MINUTES = 10
"""So long a person may take at the provider."""


@dataclass(frozen=True, slots=True)
class Flow:
    """`next` is the path to go on to. `again` is a session being renewed: its name and its forms' token."""

    state: str
    nonce: str
    verifier: str
    next: str
    again: tuple[str, str] | None = None

    @classmethod
    def begin(cls, next_: str, again: tuple[str, str] | None = None) -> "Flow":
        """A new one; `verifier` is that of RFC 7636, 43 characters or more."""
        return cls(secrets.token_urlsafe(24), secrets.token_urlsafe(24), secrets.token_urlsafe(48), next_, again)


class Flows:
    """Makes the cookies of logins under way and reads them. `keys` as in Sessions."""

    def __init__(self, keys: list[str]) -> None:
        self._signer = URLSafeTimedSerializer(
            list(reversed(keys)), salt=_SALT, signer_kwargs={"digest_method": hashlib.sha256}
        )

    def sign(self, flow: Flow) -> str:
        """The cookie."""
        signed = self._signer.dumps(asdict(flow))
        return signed if isinstance(signed, str) else signed.decode()

    def read(self, cookie: str | None, state: str) -> Flow | None:
        """The login that the provider answers; None where it is another browser's, another one, or too old."""
        if not cookie:
            return None
        try:
            told = self._signer.loads(cookie, max_age=MINUTES * 60)
        except BadData:
            return None
        again = told.pop("again")
        flow = Flow(**told, again=tuple(again) if again else None)
        return flow if secrets.compare_digest(flow.state.encode(), state.encode()) else None
