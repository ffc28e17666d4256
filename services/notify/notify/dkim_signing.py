"""DKIM: a letter signed for its domain, so that who receives it knows that nobody changed it (RFC 6376).

The library does the arithmetic in Python: a signature with a key of 2048 bits takes about 10 ms (docs/delivery.md).
"""

import asyncio
import re
from typing import Any

import dkim  # type: ignore[import-untyped]
from dkim.crypto import UnparsableKeyError, parse_pem_private_key  # type: ignore[import-untyped]

from notify.settings import NotifySettings

# RFC 6376, sections 5.4.1 and 8.15. Those a reader is shown are named once more than there are: no second can be added,
# nor one that a letter has not.
_SHOWN = (b"from", b"to", b"subject", b"reply-to")
_SIGNED = (
    *_SHOWN, *_SHOWN, b"date", b"message-id", b"mime-version", b"content-type", b"content-language", b"auto-submitted",
    b"list-unsubscribe", b"list-unsubscribe-post",
)  # fmt: skip
_LEAST_BITS = 1024
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9_-]*[A-Za-z0-9])?)*")


class UnusableKey(Exception):
    """Letters cannot be signed; the text says what to mend, and holds no part of the key."""


class Unsigned(Exception):
    """This letter cannot be signed; the text names the kind of fault."""


class Signer:
    """Signs as one domain with one RSA key in PEM. Raises UnusableKey."""

    def __init__(self, domain: str, selector: str, key: str) -> None:
        for name in (domain, selector):
            if not _NAME.fullmatch(name):
                raise UnusableKey("HIRING_DKIM_DOMAIN and HIRING_DKIM_SELECTOR are domain names in ASCII")
        self._domain, self._selector = domain.encode(), selector.encode()
        self._key = key.replace("\r\n", "\n").strip().encode()
        bits = _bits(self._key)
        if bits < _LEAST_BITS:
            raise UnusableKey(f"HIRING_DKIM_KEY has {bits} bits: receivers ask for {_LEAST_BITS}, better 2048")

    def signed(self, data: bytes) -> bytes:
        """The message with its signature in front: the same bytes every time. Raises Unsigned."""
        try:
            signature: bytes = _Untimed(data).sign(
                self._selector, self._domain, self._key, canonicalize=(b"relaxed", b"relaxed"), include_headers=_SIGNED
            )
        except dkim.DKIMException as error:
            # Its text quotes what was to be signed.
            raise Unsigned(type(error).__name__) from None
        return signature + data

    async def sign(self, data: bytes) -> bytes:
        """The same beside the event loop."""
        return await asyncio.to_thread(self.signed, data)


class _Untimed(dkim.DKIM):  # type: ignore[misc]
    """Without the moment of signing, so that a letter sent again is the same."""

    def gen_header(self, fields: list[tuple[bytes, bytes]], *more: Any, **named: Any) -> bytes:
        header: bytes = super().gen_header([field for field in fields if field[0] != b"t"], *more, **named)
        return header


def signer(settings: NotifySettings) -> Signer | None:
    """As the settings say; None where letters are not signed. Raises UnusableKey."""
    domain, selector, key = settings.dkim_domain, settings.dkim_selector, settings.dkim_key
    if domain is None and selector is None and key is None:
        return None
    if not domain or not selector or key is None:
        raise UnusableKey("To sign letters set all three: HIRING_DKIM_DOMAIN, HIRING_DKIM_SELECTOR, HIRING_DKIM_KEY")
    return Signer(domain, selector, key.get_secret_value())


def _bits(key: bytes) -> int:
    try:
        bits: int = parse_pem_private_key(key)["modulus"].bit_length()
    except (UnparsableKeyError, ValueError, LookupError, TypeError):
        raise UnusableKey(
            "HIRING_DKIM_KEY is no RSA key in PEM: make one with `openssl genrsa -out dkim.pem 2048`"
        ) from None
    return bits
