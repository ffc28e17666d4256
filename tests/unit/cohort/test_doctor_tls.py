"""The doctor before real TLS servers: a relay that is tried without a letter, and certificates nobody vouches for."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from pydantic import SecretStr
from tests.unit.notify.certificates import Authority, authority, needs_openssl

from cohort.addresses import Addresses, MailRelay, ToldSettings
from cohort.doctor.brokers import brokers
from cohort.doctor.finding import Case, Finding, Verdict
from cohort.doctor.mail import mail

pytestmark = needs_openssl
HOST, PASSWORD = "127.0.0.1", "correct horse battery"


@pytest.fixture(scope="module")
def trusted(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return authority(tmp_path_factory.mktemp("tls") / "trusted", HOST)


class Kept:
    """A relay that has one recipient it refuses, and notes every letter."""

    def __init__(self) -> None:
        self.letters = 0

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.rcpt_tos.append(address)
        return "550 no such user <refused@example.com>" if address.startswith("refused") else "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.letters += 1
        return "250 OK"


def _authenticate(server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: Any) -> AuthResult:
    right = isinstance(given, LoginPassword) and given == LoginPassword(b"notify", PASSWORD.encode())
    return AuthResult(success=right, handled=right)


@contextlib.asynccontextmanager
async def relay(kept: Kept, context: ssl.SSLContext) -> AsyncIterator[int]:
    loop = asyncio.get_running_loop()
    options: dict[str, Any] = {"tls_context": context, "authenticator": _authenticate, "auth_require_tls": True}
    listening = await loop.create_server(lambda: SMTP(kept, loop=loop, **options), HOST, 0)
    try:
        yield listening.sockets[0].getsockname()[1]
    finally:
        listening.close()


async def tried(
    port: int, ca: Path | None, sender: str = "hiring@example.com", password: str = PASSWORD
) -> list[Finding]:
    it = MailRelay(HOST, port, sender, "starttls", "notify", SecretStr(password), ca)
    at = Addresses("", "", "", "", "", "", Path(), Path(), mail=it, described_in="here")
    return await mail(Case(at, None))


async def test_a_relay_is_tried_up_to_the_recipient_and_its_certificate_is_looked_at(trusted: Authority) -> None:
    kept = Kept()
    async with relay(kept, trusted.server_context()) as port:
        answers, certificate = await tried(port, trusted.certificate)
        assert answers.verdict is Verdict.OK
        assert (certificate.verdict, "holds for 0 days" in certificate.says) == (Verdict.WRONG, True), "it is of today"
        (untrusted,) = await tried(port, None)
        assert "certificate" in untrusted.says and "cannot be trusted" in untrusted.says
        (login,) = await tried(port, trusted.certificate, password="guessed")
        assert "does not take the login (535)" in login.says
        (refused,) = await tried(port, trusted.certificate, sender="refused@example.com")
        assert (refused.verdict, "refuses with 550" in refused.says) == (Verdict.WRONG, True)
        assert "refused@" not in refused.says + refused.do
    assert kept.letters == 0


async def test_a_broker_whose_certificate_nobody_vouches_for_is_told_as_one(trusted: Authority) -> None:
    async def silent(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    server = await asyncio.start_server(silent, HOST, 0, ssl=trusted.server_context())
    async with server:
        where = f"{HOST}:{server.sockets[0].getsockname()[1]}"
        settings = ToldSettings(kafka_bootstrap_servers=where, kafka_security_protocol="SSL")
        (untrusted,) = await brokers(settings)
        assert (untrusted.verdict, f"the certificate of {where} cannot be trusted" in untrusted.says) == (
            Verdict.WRONG,
            True,
        )
        (other,) = await brokers(ToldSettings(kafka_bootstrap_servers=where))
        assert "does not answer to PLAINTEXT" in other.says
