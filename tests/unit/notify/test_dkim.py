"""Signed letters verify against the published key, the same bytes every time; a key that is none stops the start."""

import asyncio
import re
import time
from pathlib import Path
from typing import cast

import dkim  # type: ignore[import-untyped]
import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from pydantic import SecretStr

from hiring.health import Health
from hiring.settings import load
from notify.core.answer import Answer
from notify.core.letter import Letter
from notify.dkim_signing import Signer, UnusableKey, signer
from notify.main import prepared
from notify.settings import NotifySettings
from notify.smtp import Relay

from .certificates import needs_openssl, rsa_key
from .letters import decision, write, yes

pytestmark = needs_openssl


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, bytes]:
    return rsa_key(tmp_path_factory.mktemp("dkim"))


def verifies(data: bytes, public: bytes) -> bool:
    def dns(name: bytes, timeout: int = 5) -> bytes:
        assert name == b"autumn._domainkey.example.com."
        return b"v=DKIM1; k=rsa; p=" + public

    verified: bool = dkim.verify(data, dnsfunc=dns)
    return verified


@pytest.mark.parametrize(
    ("locale", "name", "email"),
    [("en", "Ada", "ada@example.org"), ("zh", "李小龙", "li@例子.中国"), ("zh", "李小龙", "李@例子.中国")],
)
def test_a_signed_letter_verifies_and_a_changed_one_does_not(
    locale: str, name: str, email: str, keys: tuple[str, bytes]
) -> None:
    key, public = keys
    letter = write(decision("advance"), name=name, email=email, locale=locale)
    signed = Signer("example.com", "autumn", key).signed(letter)
    assert signed.endswith(letter), "the letter itself is untouched"
    assert verifies(signed, public)
    assert not verifies(signed + b"more\r\n", public)
    assert not verifies(re.sub(rb"\r\nSubject: ", b"\r\nSubject: not ", signed), public)
    for header in (b"From", b"To", b"Subject", b"Reply-To", b"List-Unsubscribe"):
        added = b"\r\n" + header + b": <x@example.net>\r\nSubject: "
        assert not verifies(signed.replace(b"\r\nSubject: ", added), public), header


def test_a_letter_that_goes_again_is_signed_with_the_same_bytes(
    keys: tuple[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    letter, one = write(decision("advance")), Signer("example.com", "autumn", keys[0])
    first = one.signed(letter)
    monkeypatch.setattr(time, "time", lambda: 2e9)
    assert one.signed(letter) == first
    assert b" t=" not in first


def test_a_key_that_is_none_stops_the_start_and_is_not_told(
    keys: tuple[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = {"dkim_domain": "example.com", "dkim_selector": "autumn"}
    for key in (
        "no key",
        keys[0][:300],
        keys[1].decode(),
        "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----",
    ):
        with pytest.raises(SystemExit, match="HIRING_DKIM_KEY is no RSA key in PEM") as told:
            prepared(NotifySettings.model_validate({**given, "dkim_key": key}))
        assert key not in str(told.value)
    with pytest.raises(SystemExit, match="set all three"):
        prepared(NotifySettings.model_validate(given))
    (tmp_path / "key").write_text(keys[0])
    monkeypatch.setenv("HIRING_DKIM_KEY_FILE", str(tmp_path / "key"))
    assert signer(load(NotifySettings, **given)) is not None, "from a file, as secrets are mounted"


def test_a_short_key_and_a_domain_that_is_none_are_refused(tmp_path: Path, keys: tuple[str, bytes]) -> None:
    with pytest.raises(UnusableKey, match="512 bits"):
        Signer("example.com", "autumn", rsa_key(tmp_path, 512)[0])
    with pytest.raises(UnusableKey, match="domain names"):
        Signer("example.com; x=1", "autumn", keys[0])


async def test_what_goes_over_the_wire_is_signed_and_names_where_bounces_go(keys: tuple[str, bytes]) -> None:
    kept: list[Envelope] = []

    class Keeper:
        async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
            kept.append(envelope)
            return "250 OK"

    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(Keeper(), loop=loop), "127.0.0.1", 0)
    settings = NotifySettings(
        smtp_port=server.sockets[0].getsockname()[1],
        bounce_address="bounces@example.com",
        dkim_domain="example.com",
        dkim_selector="autumn",
        dkim_key=SecretStr(keys[0]),
    )
    letter = Letter("ada@example.org", write(decision("decline")).replace(b"Dear", b"\r\n.Dear"), utf8=False)
    async with Relay(settings, Health(), signer(settings)).connection() as connection:
        await connection.connect()
        assert await connection.send(letter, yes) == Answer("taken")
    server.close()
    assert kept[0].mail_from == "bounces@example.com"
    assert verifies(cast(bytes, kept[0].original_content), keys[1])
