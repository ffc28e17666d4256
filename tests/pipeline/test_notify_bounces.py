"""Bounces on a real ledger: by the door of HTTP and from a Maildir, what they change and what they do not."""

import asyncio
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
from starlette.applications import Starlette

from hiring.events.decision import DecisionMade
from hiring.health import Health
from hiring.patience import Patience
from notify.bounces import Bounces, Door, Maildir
from notify.core.fate import Fate
from notify.metrics import LetterMetrics
from notify.recorder import Recorder
from notify.settings import NotifySettings

from .notify_stand import Place, contact, decision, someone
from .sending_stand import Kept, at_rest, until

pytestmark = pytest.mark.stack
KEY = "a key of some length"
REPORT = """\
From: MAILER-DAEMON@mx.example.org
Content-Type: multipart/report; report-type=delivery-status; boundary="=_b"

--=_b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org

Final-Recipient: rfc822; ada@example.org
Action: {action}
Status: {status}

--=_b
Content-Type: text/rfc822-headers

Subject: Your application
Message-ID: {message_id}

--=_b--
"""


class Post:
    """The two ways in for bounces of one notify, without its sender."""

    def __init__(self, place: Place, folder: Path | None = None) -> None:
        self.health, self.metrics, self.kept = Health(), LetterMetrics("notify"), Kept()
        patience = Patience(self.health, self.metrics)
        self.recorder = Recorder(place.results, cast(Any, self.kept), patience, self.metrics)
        bounces = Bounces(place.results, self.recorder, patience, self.metrics)
        door = Door(NotifySettings.model_validate({"bounce_key": KEY}).bounce_key)
        door.open(bounces)
        self.maildir = Maildir(folder, bounces, self.health)
        transport = httpx.ASGITransport(Starlette(routes=[door.route()]))
        self.http = httpx.AsyncClient(transport=transport, base_url="http://notify")

    async def post(self, message: bytes, key: str = KEY) -> tuple[int, Any]:
        answer = await self.http.post("/v1/bounces", content=message, headers={"authorization": f"Bearer {key}"})
        return answer.status_code, answer.json().get("noted")

    async def told(self) -> list[tuple[str, str, str]]:
        """The news, once all of it is told."""
        self.recorder.finish()
        await self.recorder.run()
        events = [json.loads(record.value) for record in self.kept if record.value is not None]
        return sorted((it["decision_id"], it["state"], it["cause"]) for it in events)

    def count(self, noted: str) -> float | None:
        return self.metrics.registry.get_sample_value("hiring_bounces_total", {"noted": noted})


def report(message_id: str, action: str = "failed", status: str = "5.1.1") -> bytes:
    return REPORT.format(message_id=message_id, action=action, status=status).encode()


async def sent_letter(place: Place, decisions: Iterable[DecisionMade]) -> str:
    """The Message-ID of one letter that tells these, and was sent."""
    decisions = list(decisions)
    await place.enter(contact(decisions[0].candidate_id), *decisions)
    (letter,) = await place.send()
    await place.pool.execute("UPDATE letters SET published = true")
    return letter.message_id


async def test_a_letter_that_comes_back_has_failed_with_all_that_it_told_and_it_is_told_once(place: Place) -> None:
    one = someone()
    two = [decision(one), decision(one)]
    name = await sent_letter(place, two)
    post = Post(place)
    assert await post.post(report(name)) == (200, "failed")
    assert await post.post(report(name)) == (200, "again")
    assert await post.post(report(name)) == (200, "again")
    assert await place.letters("state, cause, told_at") == [("failed", "bounced 5.1.1", None)] * 2
    assert await post.told() == sorted((str(it.decision_id), "failed", "bounced 5.1.1") for it in two)
    assert (post.count("failed"), post.count("again")) == (1, 2)
    assert await at_rest(place)(), "and noted as told"


async def test_what_changes_nothing_is_counted(place: Place) -> None:
    name = await sent_letter(place, [decision(someone())])
    post = Post(place)
    assert await post.post(report(name, "delayed", "4.4.1")) == (200, "delayed")
    assert await post.post(report(name, "delivered", "2.0.0")) == (200, "delivered")
    assert await post.post(report("<0193c0de-0000-5000-8000-000000000002@example.com>")) == (200, "unknown")
    assert await post.post(report("<x@example.com>")) == (200, "unknown")
    assert await post.post(b"Subject: Out of office\r\n\r\nBack soon.\r\n") == (200, "no report")
    assert await place.letters("state") == [("sent",)]
    assert await post.told() == []
    assert [post.count(noted) for noted in ("delayed", "delivered", "unknown", "no report")] == [1, 1, 2, 1]


async def test_a_letter_in_doubt_that_comes_back_is_not_sent_again(place: Place) -> None:
    one = someone()
    await place.enter(contact(one), decision(one))
    (letter,) = await place.claim()
    post = Post(place)
    assert await post.post(report(letter.message_id)) == (503, None), "it is with the relay at this moment"
    await place.record(Fate("queued", "no answer", 0.0, doubts=1), letter)
    assert await post.post(report(letter.message_id)) == (200, "failed")
    assert await place.claim() == []
    assert await place.letters("state, cause, due_at") == [("failed", "bounced 5.1.1", None)]


async def test_the_door_opens_to_the_key_alone(place: Place) -> None:
    name = await sent_letter(place, [decision(someone())])
    post = Post(place)
    for key in ("", "another key of some length", KEY + "x"):
        assert (await post.post(report(name), key))[0] == 401
    assert (await post.http.post("/v1/bounces", content=report(name))).status_code == 401
    assert (await post.post(b""))[0] == 400
    assert (await post.post(b"x" * (11 * 1024 * 1024)))[0] == 413
    shut = httpx.ASGITransport(Starlette(routes=[Door(None).route()]))
    async with httpx.AsyncClient(transport=shut, base_url="http://notify") as http:
        answer = await http.post("/v1/bounces", content=report(name), headers={"authorization": "Bearer None"})
    assert answer.status_code == 403
    assert "HIRING_BOUNCE_KEY" in answer.json()["detail"]
    assert await place.letters("state") == [("sent",)]


async def test_a_maildir_is_read_and_nothing_is_taken_away_before_it_is_noted(place: Place, tmp_path: Path) -> None:
    name = await sent_letter(place, [decision(someone())])
    one = someone()
    await place.enter(contact(one), decision(one))
    (under_way,) = await place.claim()
    for folder in ("new", "cur", "tmp"):
        (tmp_path / folder).mkdir()
    for file, data in {
        "1.bounce": report(name),
        "2.early": report(under_way.message_id),
        "3.spam": b"Subject: buy\r\n\r\nnow\r\n",
    }.items():
        (tmp_path / "new" / file).write_bytes(data)
    post = Post(place, tmp_path)
    await post.maildir.look()
    assert sorted(path.name for path in (tmp_path / "cur").iterdir()) == ["1.bounce:2,S", "3.spam:2,S"]
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["2.early"]
    await place.record(Fate("sent"), under_way)
    await post.maildir.look()
    assert list((tmp_path / "new").iterdir()) == []
    assert {state for (state,) in await place.letters("state")} == {"failed"}
    assert len(await post.told()) == 2


async def test_a_maildir_that_is_not_there_is_told(place: Place, tmp_path: Path) -> None:
    post = Post(place, tmp_path / "none")
    looking = asyncio.create_task(post.maildir.keep())
    await until(lambda: _all(_told(post), "HIRING_BOUNCE_MAILDIR: No such file or directory"))
    looking.cancel()


async def _all(found: Any, wanted: object) -> bool:
    return bool(await found == wanted)


async def _told(post: Post) -> object:
    return post.health.report().get("bounces")
