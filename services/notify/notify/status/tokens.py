"""What a link to a candidate's page is made of: a decision's id, signed. Nothing is stored for it.

The same decision has the same token under the same keys, so that a letter that is written twice has the same bytes.
A token has no clock in it: how long it holds is reckoned from when the decision was made, see `until`.
"""

import hmac
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, Literal, NamedTuple, get_args
from uuid import UUID

from itsdangerous import BadData, Signer, TimestampSigner
from itsdangerous.encoding import base64_decode, base64_encode

Wish = Literal["review", "withdraw"]
WISHES: tuple[Wish, ...] = get_args(Wish)

_RECEIPT_SECONDS = 3600


class Receipt(NamedTuple):
    """Our word that a wish about a decision was handed to Kafka, and when."""

    wish: Wish
    decision_id: UUID
    at: datetime


class Tokens:
    """Makes and reads tokens. `keys`: the newest first, which signs; each of them is taken.

    The keys are expanded by HMAC-SHA256, and it signs: nobody guesses a signature of 256 bits.
    """

    def __init__(self, keys: Sequence[str], valid: timedelta) -> None:
        # itsdangerous wants the newest last.
        secrets = list(reversed(keys))
        how: dict[str, Any] = {"key_derivation": "hmac", "digest_method": sha256}
        self._each = [Signer(key, salt="status-page", **how) for key in keys]
        self._receipts = TimestampSigner(secrets, salt="status-page receipt", **how)
        self._valid = valid

    def token(self, decision: UUID) -> str:
        """The token of a decision: 66 characters that need no escaping in an address."""
        return self._each[0].sign(base64_encode(decision.bytes)).decode()

    def decision(self, token: str) -> UUID | None:
        """The decision of a token that one of the keys made, else None."""
        for signer in self._each:
            try:
                signed = signer.unsign(token)
                # Base64 has more than one text for the same bytes: only the one that we write is taken.
                if hmac.compare_digest(signer.sign(signed), token.encode()):
                    return UUID(bytes=base64_decode(signed))
            except (BadData, ValueError):
                continue
        return None

    def until(self, decided_at: datetime) -> datetime:
        """How long the link holds that a letter about a decision of this moment has."""
        return decided_at + self._valid

    def receipt(self, wish: Wish, decision: UUID) -> str:
        """A receipt for now."""
        return self._receipts.sign(base64_encode(bytes([WISHES.index(wish)]) + decision.bytes)).decode()

    def received(self, receipt: str) -> Receipt | None:
        """A receipt of the last hour, else None."""
        try:
            signed, at = self._receipts.unsign(receipt, max_age=_RECEIPT_SECONDS, return_timestamp=True)
            content = base64_decode(signed)
            return Receipt(WISHES[content[0]], UUID(bytes=content[1:]), at.astimezone(UTC))
        except (BadData, ValueError, IndexError):
            return None
