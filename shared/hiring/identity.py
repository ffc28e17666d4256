"""Ids are derived, never drawn: whoever sends the same thing twice gets the same ids.

- application_id   UUIDv5(UUIDv5(APPLICATIONS, source), external_id)
- candidate_id     HMAC-SHA256(secret, normalised e-mail), hex
- revision         HMAC-SHA256(secret, candidate_id, programme, facts as submitted), hex
- decision_id      UUIDv5(application_id, revision, policy digest, cause)
- notification_id  UUIDv5(decision_id, state and the moment it was reached)
- answer_id        UUIDv5(command_id, the service that answers)

UUIDv5: RFC 9562, section 5.5. HMAC: RFC 2104.
"""

import hmac
import re
import unicodedata
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha1
from uuid import NAMESPACE_URL, UUID, uuid5

from email_validator import EmailNotValidError, validate_email

APPLICATIONS = uuid5(NAMESPACE_URL, "https://cohort.invalid/applications")

# What most addresses look like: plain ASCII that needs no library to judge, and no look-up.
_PLAIN_EMAIL = re.compile(
    r"[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,24}"
)
# What the library adds to some refusals: the characters that it found one by one, or what IDNA says of a domain.
_QUOTING = re.compile(r"(?:[:, ]+'| \((?!\d)).*", re.DOTALL)


class InvalidEmail(ValueError):
    """The text is not an e-mail address; the message says what is wrong with it and holds no word of it."""


def normalise_email(text: str) -> str:
    """One form for one mailbox: NFC, lower case, the domain in Unicode.

    Nothing is dropped that may tell two people apart: dots and `+tags` stay. Raises InvalidEmail.
    """
    if len(text) <= 254 and text.find("@") <= 64 and _PLAIN_EMAIL.fullmatch(text) and "xn--" not in text.lower():
        return text.lower()
    try:
        # `.example` and `.test` are what demos and tests use; deliverability is the mail server's to say.
        checked = validate_email(unicodedata.normalize("NFC", text), check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        raise InvalidEmail(_QUOTING.sub("", str(error)).removesuffix(".") + ".") from None
    return checked.normalized.lower()


@lru_cache(maxsize=1024)
def _source_namespace(source: str) -> bytes:
    return uuid5(APPLICATIONS, source).bytes


def application_id(source: str, external_id: str) -> UUID:
    """The id of the application that `source` calls `external_id`."""
    return UUID(application_name(source, external_id))


def application_name(source: str, external_id: str) -> str:
    """The same id as text."""
    return event_id(_source_namespace(source), external_id.encode())


def candidate_id(secret: bytes, email: str) -> str:
    """The pseudonym of the person behind a normalised e-mail: only the holder of the secret can tie the two."""
    return _hmac(secret, email.encode())


def revision(secret: bytes, candidate: str, programme: str, facts: bytes) -> str:
    """The digest of what was submitted: who applies, to which programme, with which facts.

    `facts` are canonical JSON before identity is taken out of their free text: a better redaction must not make
    an old submission a new one. Keyed, since the text may name its writer.
    """
    return _hmac(secret, b"\n".join((candidate.encode(), programme.encode(), facts)))


def decision_id(application: UUID, revision: str, policy_digest: str, cause: str) -> str:
    """The id of the decision on one revision under one policy for one cause, as text."""
    return event_id(application, f"{revision}\n{policy_digest}\n{cause}".encode())


def notification_id(decision: UUID, state: str, at: datetime) -> UUID:
    """The id of the news that the decision's letter reached `state` at that moment; it may do so more than once."""
    return uuid5(decision, f"{state}\n{at.astimezone(UTC).isoformat()}")


def answer_id(command: UUID, service: str) -> str:
    """The id of a service's answer to a command, as text."""
    return event_id(command, service.encode())


_VARIANT = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}


def event_id(namespace: UUID | bytes, content: bytes) -> str:
    """UUIDv5 of UTF-8 content, as text: what uuid.uuid5 gives, at a third of its time."""
    within = namespace if isinstance(namespace, bytes) else namespace.bytes
    h = sha1(within + content, usedforsecurity=False).hexdigest()
    return f"{h[:8]}-{h[8:12]}-5{h[13:16]}-{_VARIANT[h[16]]}{h[17:20]}-{h[20:32]}"


def _hmac(secret: bytes, message: bytes) -> str:
    digest = _keyed(secret).copy()
    digest.update(message)
    return digest.hexdigest()


@lru_cache(maxsize=8)
def _keyed(secret: bytes) -> hmac.HMAC:
    """HMAC-SHA256 with the key in it: preparing the key costs more than a short message."""
    return hmac.new(secret, digestmod="sha256")
