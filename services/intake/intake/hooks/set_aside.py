"""A genuine delivery that no application can be made of, kept for an operator: its body on `hiring.dead-letters`.

Once it is there the system is thanked, so that it does not send the same again for days. What a redrive needs is in
the record: `dl_topic` names the webhook, the value is the body as it was signed, `content-type` and the headers that
the system tells its events by stand beside it. The signature was good and is not kept: see hooks.redriven.
"""

import hashlib
from datetime import datetime
from typing import NamedTuple

from hiring.events.dead_letter import DELIVERIES, NOWHERE, dead_letter
from hiring.events.envelope import Outgoing
from hiring.topics import DEAD_LETTERS
from intake.hooks.delivery import Refused
from intake.hooks.system import Headers
from intake.hooks.webhook import Webhook

GROUP = "intake"


class SetAside(NamedTuple):
    """The dead letter as it is published."""

    waves: tuple[tuple[Outgoing], ...]


def set_aside(webhook: Webhook, body: bytes, headers: Headers, refused: Refused, at: datetime) -> SetAside:
    """The dead letter of one delivery. Its key digests webhook and body, so that one that comes twice has one key."""
    place = f"{DELIVERIES}{webhook.system.name}/{webhook.source}"
    letter = dead_letter(
        refused.flaw, refused.detail, topic=place, partition=NOWHERE, offset=NOWHERE, group=GROUP, at=at
    )
    kept = [
        (name.decode(), headers[name].decode("latin-1").encode())
        for name in (b"content-type", *webhook.system.telling)
        if name in headers
    ]
    key = hashlib.sha256(f"{place}\n".encode() + body).hexdigest().encode()
    return SetAside(((letter.outgoing(DEAD_LETTERS, key, body, kept),),))
