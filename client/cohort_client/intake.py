"""Which intake to talk to, and how: what both clients are made of."""

from urllib.parse import urlsplit

import httpx

from cohort_client.protocol import Request
from cohort_client.retrying import Patience


class Intake:
    """One intake and the key for it. Raises ValueError for what cannot be one."""

    def __init__(self, base_url: str, api_key: str | None, timeout: float, patience: float) -> None:
        if not _is_address(base_url):
            raise ValueError("base_url is intake's address, as https://intake.example")
        self._base_url = base_url.rstrip("/")
        self._headers = {"user-agent": "cohort-client/0.1"}
        if api_key is not None:
            key = api_key.strip()
            if not key.isascii() or not key.isprintable() or not key or " " in key:
                raise ValueError("api_key is not a key as `cohort sources` prints it: letters, digits, _ and -")
            self._headers["authorization"] = f"Bearer {key}"
        self._patience = patience
        self.timeout = httpx.Timeout(timeout, connect=min(timeout, 5.0))

    def url(self, request: Request) -> str:
        """The whole address."""
        return self._base_url + request.path

    def headers(self, request: Request) -> dict[str, str]:
        """All headers, with the key."""
        return {**self._headers, **request.headers}

    def patience(self) -> Patience:
        """A new one for each request."""
        return Patience(self._patience)


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        known_port = parts.port is None or parts.port > 0
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and known_port and not set(url) & set(" ?#")
