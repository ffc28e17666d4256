"""Does the mail relay take letters? A conversation up to the recipient, never a letter."""

import ssl
import time
from typing import Any

import aiosmtplib
from aiosmtplib import SMTP, SMTPAuthenticationError, SMTPException, SMTPResponseException

from cohort.addresses import MailRelay
from cohort.doctor.finding import Case, Finding, ok, unknown, wrong

CHECK = "mail"
FEWEST_DAYS = 14
_SECONDS = 10.0
_DAY_SECONDS = 86_400


async def mail(case: Case) -> list[Finding]:
    """The findings on the relay."""
    relay = case.at.mail
    if relay is None:
        return [
            unknown(
                CHECK,
                "no mail relay is told: whether it takes letters is not tried",
                "tell smtp_host where it can be reached from here; notify's readiness tells whether notify reaches it",
            )
        ]
    where = f"{relay.host}:{relay.port}"
    client = _client(relay)
    try:
        await client.connect()
        await client.ehlo()
        found = [*_certificate(where, client)]
        await client.mail(relay.sender)
        # To the sender itself: a relay that takes a sender takes letters for it.
        await client.rcpt(relay.sender)
        await client.rset()
        await client.quit()
    except (SMTPException, OSError, ValueError) as error:
        return [refusal(where, relay, error)]
    finally:
        client.close()
    return [ok(CHECK, f"the relay {where} answers, and takes sender and recipient"), *found]


def refusal(where: str, relay: MailRelay, error: BaseException) -> Finding:
    """What a relay's refusal means. Its own words are left out: they may repeat an address."""
    match error:
        case SMTPAuthenticationError():
            return wrong(
                CHECK,
                f"the relay {where} does not take the login ({error.code})",
                "correct smtp_username or smtp_password",
            )
        case SMTPResponseException():
            return wrong(
                CHECK,
                f"the relay {where} refuses with {error.code} before any letter",
                "mail_from must be a sender that it takes: docs/delivery.md",
            )
    if isinstance(error.__cause__, ssl.SSLError) or isinstance(error, ssl.SSLError):
        return wrong(
            CHECK,
            f"the certificate of the relay {where} cannot be trusted",
            "name the authority that signed it by smtp_ca_file, and the relay by a name that stands in it",
        )
    return wrong(
        CHECK,
        f"the relay {where} does not answer as smtp_tls = {relay.tls} asks ({type(error).__name__})",
        "start it, or correct smtp_host, smtp_port or smtp_tls; letters wait until then",
    )


def judged_certificate(where: str, not_after: str, now: float) -> Finding:
    """How long a certificate holds; `not_after` as Python's ssl tells it, `now` in seconds since 1970."""
    days = int((ssl.cert_time_to_seconds(not_after) - now) // _DAY_SECONDS)
    if days >= FEWEST_DAYS:
        return ok(CHECK, f"the certificate of {where} holds for {days} days")
    return wrong(CHECK, f"the certificate of {where} holds for {max(0, days)} days", "renew it at the relay")


def _certificate(where: str, client: SMTP) -> list[Finding]:
    certificate: Any = client.get_transport_info("peercert") if client.transport is not None else None
    return [judged_certificate(where, certificate["notAfter"], time.time())] if certificate else []


def _client(relay: MailRelay) -> SMTP:
    return aiosmtplib.SMTP(
        hostname=relay.host,
        port=relay.port,
        username=relay.username,
        password=relay.password.get_secret_value() if relay.password else None,
        use_tls=relay.tls == "tls",
        start_tls=relay.tls == "starttls",
        cert_bundle=str(relay.ca_file) if relay.ca_file else None,
        local_hostname=relay.sender.rpartition("@")[2],
        timeout=_SECONDS,
    )
