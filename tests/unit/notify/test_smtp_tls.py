"""TLS and login before a real SMTP server: who may be trusted, and what readiness says of who may not."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from pydantic import ValidationError

from hiring.health import Health
from notify.core.letter import Letter
from notify.settings import NotifySettings
from notify.smtp import Relay, RelayAway

from .certificates import Authority, authority, needs_openssl
from .letters import yes

pytestmark = needs_openssl
HOST, PASSWORD = "127.0.0.1", "correct horse battery"
LETTER = Letter("ada@example.org", b"Subject: s\r\n\r\nhello\r\n", utf8=False)


@pytest.fixture(scope="module")
def trusted(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return authority(tmp_path_factory.mktemp("tls") / "trusted", HOST)


class Kept:
    def __init__(self) -> None:
        self.letters: list[tuple[bool, Envelope]] = []

    async def handle_EHLO(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        return [*responses[:-1], "250-PIPELINING", responses[-1]]

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.letters.append((session.ssl is not None, envelope))
        return "250 OK"


def _authenticate(server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: Any) -> AuthResult:
    right = isinstance(given, LoginPassword) and given == LoginPassword(b"notify", PASSWORD.encode())
    return AuthResult(success=right, handled=right)


@contextlib.asynccontextmanager
async def server(kept: Kept, implicit: ssl.SSLContext | None = None, **options: Any) -> AsyncIterator[int]:
    loop = asyncio.get_running_loop()
    listening = await loop.create_server(lambda: SMTP(kept, loop=loop, **options), HOST, 0, ssl=implicit)
    try:
        yield listening.sockets[0].getsockname()[1]
    finally:
        listening.close()


async def send(port: int, **settings: Any) -> dict[str, Any]:
    """Send one letter; what readiness says then. Raises RelayAway."""
    health = Health()
    chosen = NotifySettings.model_validate(
        {"smtp_host": HOST, "smtp_port": port, "smtp_connect_seconds": 5, **settings}
    )
    async with Relay(chosen, health).connection() as connection:
        try:
            await connection.connect()
        except RelayAway as away:
            assert health.report()["smtp"] == str(away), "readiness says why"
            assert not health.ready
            raise
        assert (await connection.send(LETTER, yes)).verdict == "taken"
    return health.report()


@contextlib.asynccontextmanager
async def tls_server(kept: Kept, kind: str, known: Authority) -> AsyncIterator[int]:
    context = known.server_context()
    options: dict[str, Any] = {"tls_context": context, "require_starttls": True} if kind == "starttls" else {}
    async with server(kept, context if kind == "tls" else None, **options) as port:
        yield port


@pytest.mark.parametrize("kind", ["tls", "starttls"])
async def test_a_letter_goes_encrypted_to_a_relay_that_the_authority_vouches_for(kind: str, trusted: Authority) -> None:
    kept = Kept()
    async with tls_server(kept, kind, trusted) as port:
        assert await send(port, smtp_tls=kind, smtp_ca_file=trusted.certificate) == {"smtp": "ok"}
    ((encrypted, envelope),) = kept.letters
    assert encrypted or kind == "tls", "aiosmtpd notes it only for STARTTLS"
    assert envelope.rcpt_tos == ["ada@example.org"]


@pytest.mark.parametrize("kind", ["tls", "starttls"])
@pytest.mark.parametrize(
    ("whose", "host", "why"),
    [
        ("another", HOST, "certificate"),
        ("nobody's", HOST, "certificate"),
        ("same", "relay.example.com", "match"),
    ],
)
async def test_a_relay_that_cannot_be_trusted_gets_nothing(
    kind: str, whose: str, host: str, why: str, trusted: Authority, tmp_path: Path
) -> None:
    known = authority(tmp_path / "a", host)
    ca_file = {"another": trusted.certificate, "nobody's": None, "same": known.certificate}[whose]
    kept = Kept()
    async with tls_server(kept, kind, known) as port:
        with pytest.raises(RelayAway, match=f"certificate is not trusted: .*{why}"):
            await send(port, smtp_tls=kind, smtp_ca_file=ca_file)
    assert kept.letters == []


async def test_a_relay_that_offers_no_starttls_gets_nothing_in_the_clear() -> None:
    kept = Kept()
    async with server(kept) as port:
        with pytest.raises(RelayAway, match="STARTTLS"):
            await send(port, smtp_tls="starttls")
    assert kept.letters == []


async def test_login_lets_letters_through_and_a_wrong_password_is_told_without_it(trusted: Authority) -> None:
    kept = Kept()
    login = {"smtp_tls": "starttls", "smtp_ca_file": trusted.certificate, "smtp_username": "notify"}
    options = {"tls_context": trusted.server_context(), "authenticator": _authenticate, "auth_required": True}
    async with server(kept, **options) as port:
        await send(port, **login, smtp_password=PASSWORD)
        with pytest.raises(RelayAway, match=r"^login 535 5\.7\.8$"):
            await send(port, **login, smtp_password="wrong " + PASSWORD)
    assert len(kept.letters) == 1


def test_a_ca_file_that_is_not_there_is_refused_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="smtp_ca_file"):
        NotifySettings(smtp_ca_file=tmp_path / "none.pem")
