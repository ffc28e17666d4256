"""A running notify, set as an operator sets it: signed letters at a pace, and bounces by both ways end as events."""

import shutil
import subprocess
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from cohort.stack.letters import read_mailbox

from .notify_service import Stack, contacts, decisions, drive, mail_sink, notify, running_stack, settled, told, until

pytestmark = [
    pytest.mark.stack,
    pytest.mark.skipif(shutil.which("openssl") is None, reason="the command openssl makes the key"),
]
KEY = "a key of some length"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def stack() -> AsyncIterator[Stack]:
    async with running_stack() as one:
        yield one


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    subprocess.run(["openssl", "genrsa", "-out", tmp_path / "dkim.pem", "2048"], check=True, capture_output=True)
    return tmp_path / "dkim.pem"


def report(message_id: str) -> str:
    fields = "Reporting-MTA: dns; x\n\nFinal-Recipient: rfc822; c1@example.org\nAction: failed\nStatus: 5.1.1\n"
    return (
        'Content-Type: multipart/report; boundary="=_b"\n\n--=_b\nContent-Type: message/delivery-status\n\n'
        f"{fields}\n--=_b\nContent-Type: message/rfc822\n\nMessage-ID: {message_id}\n\nDear\n\n--=_b--\n"
    )


async def test_letters_go_out_signed_and_those_that_come_back_are_told_as_failed(
    stack: Stack, key_file: Path, tmp_path: Path
) -> None:
    for folder in ("new", "cur", "tmp"):
        (tmp_path / "bounces" / folder).mkdir(parents=True)
    settings = {
        "mail_per_second": 50,
        "mail_per_domain": "*=100/s",
        "bounce_key": KEY,
        "bounce_maildir": tmp_path / "bounces",
        "dkim_domain": "example.com",
        "dkim_selector": "autumn",
        "dkim_key_file": key_file,
    }
    pairs = drive(20)
    async with mail_sink(stack) as sink, notify(stack, sink.port, **settings) as (service, ledger):
        await stack.publisher.publish(contacts(pairs) + decisions(pairs))
        await until(settled(ledger, 20))
        first, second, *_ = (f"<{id_}@example.com>" for id_ in pairs)
        async with httpx.AsyncClient(base_url=service.url, headers={"authorization": f"Bearer {KEY}"}) as http:
            answer = await http.post("/v1/bounces", content=report(first))
            assert answer.json() == {"noted": "failed"}
        (tmp_path / "bounces" / "tmp" / "1").write_text(report(second))
        (tmp_path / "bounces" / "tmp" / "1").rename(tmp_path / "bounces" / "new" / "1")

        async def both_failed() -> bool:
            failed = await ledger.fetchval("SELECT count(*) FROM letters WHERE state = 'failed' AND published")
            return bool(failed == 2)

        await until(both_failed)
        assert 'hiring_bounces_total{noted="failed"} 2.0' in await service.get("/metrics")
        assert '"bounces":"ok"' in await service.get("/readyz")
    letters = list(read_mailbox(sink.directory))
    assert len(letters) == 20
    assert all(letter.path.read_bytes().startswith(b"DKIM-Signature: v=1; a=rsa-sha256;") for letter in letters)
    news = Counter((item.state, item.cause) for item in await told(stack, pairs))
    assert news == {("sent", None): 20, ("failed", "bounced 5.1.1"): 2}
