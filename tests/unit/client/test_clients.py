"""What an integrator's program sees, of either client, against a server that is in trouble."""

import time
from collections import deque
from datetime import UTC, datetime
from typing import Any

import httpx
import orjson
import pytest

from cohort_client import AsyncClient, Client, NotAllowed, Rejected, TooLarge, Unavailable, Unexpected, protocol

from .conftest import applications
from .stand_in import Intake, Trouble, application_id, serving

[ADA] = applications(1)
quick = pytest.mark.usefixtures("no_pauses")


async def test_a_receipt_names_the_application(client: Any) -> None:
    async with serving(intake := Intake(key="cohort_1_x")) as url, client(url + "/", " cohort_1_x\n") as either:
        assert (await either.call("submit", ADA)).application_id == application_id(ADA)
        assert (await either.call("submit", b'{"source": "s",\n "external_id": "0"}')).application_id
    assert intake.took == {"0": 2}


@pytest.mark.parametrize(
    ("trouble", "application", "error", "words"),
    [
        (Trouble(), {"source": "s"}, Rejected, r"Mend it\. \(external_id: is missing\)"),
        (Trouble(status=403), ADA, NotAllowed, "Ask the operators"),
        (Trouble(status=413), ADA, TooLarge, "Send less"),
        (Trouble(status=404), ADA, Unexpected, "base_url"),
        (Trouble(status=301), ADA, Unexpected, "base_url"),
    ],
)
async def test_what_sending_again_does_not_mend_is_told_at_once(
    client: Any, trouble: Trouble, application: Any, error: type[Exception], words: str
) -> None:
    async with serving(intake := Intake(deque([trouble]))) as url, client(url) as either:
        with pytest.raises(error, match=words) as raised:
            await either.call("submit", application)
    assert len(intake.requests) == 1
    assert "mail.example" not in str(raised.value)
    if isinstance(raised.value, Rejected):
        assert raised.value.errors == [("external_id", "is missing")]


async def test_a_key_of_another_source_is_most_often_a_slip_in_the_source() -> None:
    body = orjson.dumps({"type": "urn:cohort:problem:other-source", "detail": "This API key is another source's."})
    with pytest.raises(NotAllowed, match=r"another source's\. Most often `source` is mistyped"):
        protocol.check(403, {"content-type": "application/problem+json"}, body)
    with pytest.raises(NotAllowed, match="a key that may do this"):
        protocol.check(403, {}, b"")


@quick
@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
async def test_what_may_pass_is_sent_again(client: Any, status: int) -> None:
    async with serving(intake := Intake(deque([Trouble(status=status)] * 3))) as url, client(url) as either:
        await either.call("submit", ADA)
    assert len(intake.requests) == 4


async def test_the_pause_is_the_one_that_intake_asks_for(client: Any) -> None:
    async with serving(Intake(deque([Trouble(status=429, retry_after="1")]))) as url, client(url) as either:
        began = time.monotonic()
        await either.call("submit", ADA)
    assert 1.0 <= time.monotonic() - began < 3.0


async def test_a_pause_beyond_the_patience_is_not_begun(client: Any) -> None:
    async with serving(Intake(deque([Trouble(status=503, retry_after="3600")]))) as url, client(url) as either:
        with pytest.raises(Unavailable, match="intake answered 503; given up for now") as raised:
            await either.call("submit", ADA)
    assert raised.value.status == 503


async def test_nobody_there_is_given_up_within_the_patience(client: Any) -> None:
    async with client("http://127.0.0.1:9", patience=0.5) as either:
        began = time.monotonic()
        with pytest.raises(Unavailable, match="ConnectError"):
            await either.call("submit", ADA)
        assert time.monotonic() - began < 5


def test_an_answer_that_cannot_be_decoded_is_no_answer() -> None:
    garbled = httpx.Response(202, headers={"content-encoding": "gzip"}, stream=httpx.ByteStream(b"no gzip"))
    with (
        httpx.Client(transport=httpx.MockTransport(lambda _: garbled)) as http,
        Client("http://intake", http=http, patience=0.0) as client,
        pytest.raises(Unavailable, match="DecodingError"),
    ):
        client.submit(ADA)


async def test_withdraw_and_erase(client: Any) -> None:
    at = datetime(2026, 3, 1, tzinfo=UTC)
    async with serving(intake := Intake()) as url, client(url) as either:
        await either.call("withdraw", "s", "a/b 申?#", at)
        await either.call("erase", "ada@mail.example")
    assert intake.requests[0].path_params == {"source": "s", "external_id": "a/b 申?#"}
    assert b"/a%2Fb%20" in intake.requests[0].scope["raw_path"], "a proxy must not take it for a path"
    assert intake.bodies == [b'{"at":"2026-03-01T00:00:00+00:00"}', b'{"email":"ada@mail.example"}']
    with pytest.raises(ValueError, match="time zone"):
        Client(url).withdraw("s", "1", datetime(2026, 3, 1))  # noqa: DTZ001 - that is what is tested


@pytest.mark.parametrize("kind", [Client, AsyncClient])
def test_what_cannot_be_an_address_or_a_key_is_told_at_once(kind: type[Client] | type[AsyncClient]) -> None:
    for wrong in ("intake.example", "http://", "https://[intake", "http://intake:99999", "https://intake example"):
        with pytest.raises(ValueError, match=r"https://intake\.example"):
            kind(wrong)
    with pytest.raises(ValueError, match="cohort sources"):
        kind("https://intake.example", "two words")
