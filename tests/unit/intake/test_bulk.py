"""POST /v1/applications/bulk as an HR system meets it."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterable
from typing import Any

import pytest

from intake import bulk
from intake.bulk import GROUP_LINES

URL = "/v1/applications/bulk"
NDJSON = {"content-type": "application/x-ndjson"}
Application = Callable[..., dict[str, Any]]


def line(application: Application, n: int = 1) -> bytes:
    return json.dumps(application(external_id=str(n))).encode()


async def send(doors: Any, body: bytes | Iterable[bytes]) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The answers to the lines, and the summary."""

    async def chunks() -> AsyncIterator[bytes]:
        for chunk in [body] if isinstance(body, bytes) else body:
            yield chunk

    response = await doors.http.post(URL, content=chunks(), headers=NDJSON)
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/x-ndjson"
    *answers, last = [json.loads(text) for text in response.text.splitlines()]
    return answers, last["summary"]


async def test_each_line_has_its_answer_in_order(doors: Any, application: Application) -> None:
    body = b"\n".join(
        [
            line(application, 1),
            b"",
            b'{"source": "x"}',
            b"not json",
            b"\xff\xfe",
            b'{"source": "' + b"x" * 5000 + b'"}',
            line(application, 2),
        ]
    )
    answers, summary = await send(doors, body)
    assert [(answer["line"], answer["status"]) for answer in answers] == [
        (1, "accepted"),
        (3, "rejected"),
        (4, "rejected"),
        (5, "rejected"),
        (6, "rejected"),
        (7, "accepted"),
    ]
    first, last = doors.outlet.published
    assert answers[0]["application_id"] == str(first.application_id)
    assert answers[-1]["application_id"] == str(last.application_id)
    assert {error["field"] for error in answers[1]["errors"]} == {"external_id", "programme", "candidate"}
    assert all(error["problem"] for answer in answers[1:-1] for error in answer["errors"])
    assert summary == {"lines": 6, "accepted": 2, "rejected": 4, "failed": 0}


@pytest.mark.parametrize("body", [b"", b"\n", b"\r\n \n"])
async def test_an_empty_upload(doors: Any, body: bytes) -> None:
    assert await send(doors, body) == ([], {"lines": 0, "accepted": 0, "rejected": 0, "failed": 0})


async def test_windows_files(doors: Any, application: Application) -> None:
    body = b"\xef\xbb\xbf" + line(application, 1) + b"\r\n" + line(application, 2) + b"\r\n"
    assert (await send(doors, body))[1]["accepted"] == 2


async def test_many_lines_go_in_groups(doors: Any, application: Application) -> None:
    many = GROUP_LINES * 2 + 1
    answers, summary = await send(doors, (line(application, n) + b"\n" for n in range(many)))
    assert summary["accepted"] == len(answers) == many
    assert [answer["line"] for answer in answers] == list(range(1, many + 1))
    assert doors.outlet.groups[:2] != [many]
    assert max(doors.outlet.groups) <= GROUP_LINES
    assert [answer["application_id"] for answer in answers] == [str(a.application_id) for a in doors.outlet.published]


async def test_the_wrong_file_is_not_read_to_its_end(
    doors: Any, application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "MOST_REJECTED", 2500)
    answers, summary = await send(doors, b"{}\n" * 5000)
    assert len(answers) == 2 * GROUP_LINES
    assert "2500 lines of this upload were rejected: mend what is wrong" in summary["problem"]


async def test_kafka_away_from_the_start_is_a_503(doors: Any, application: Application) -> None:
    doors.outlet.faults = [doors.away]
    response = await doors.http.post(URL, content=line(application), headers=NDJSON)
    assert response.status_code == 503
    assert response.headers["content-type"] == "application/problem+json"
    assert int(response.headers["retry-after"]) > 0


async def test_kafka_away_midway_fails_the_rest(doors: Any, application: Application) -> None:
    doors.outlet.faults = [None, doors.away]
    body = [line(application, n) + b"\n" for n in range(GROUP_LINES * 3)]
    body[-1] = b"nonsense"
    answers, summary = await send(doors, body)
    accepted = len(doors.outlet.published)
    assert 0 < accepted <= GROUP_LINES
    assert {answer["status"] for answer in answers[:accepted]} == {"accepted"}
    assert {answer["status"] for answer in answers[accepted:-1]} == {"failed"}
    assert all("send again" in answer["problem"] for answer in answers[accepted:-1])
    assert answers[-1]["status"] == "rejected"
    assert summary["accepted"] == accepted
    assert summary["failed"] == GROUP_LINES * 3 - accepted - 1
    assert "send again" in summary["problem"]


async def test_other_content_is_turned_away(doors: Any, application: Application) -> None:
    response = await doors.http.post(URL, json=application())
    assert response.status_code == 415


async def test_operators_see_what_came(doors: Any, application: Application) -> None:
    await send(doors, b"\n".join([line(application, 1), line(application, 2), b"{}", b"{"]))
    metrics = (await doors.http.get("/metrics")).text
    assert 'hiring_applications_accepted_total{channel="bulk"} 2.0' in metrics
    assert 'hiring_applications_rejected_total{channel="bulk",reason="invalid"} 1.0' in metrics
    assert 'hiring_applications_rejected_total{channel="bulk",reason="not-json"} 1.0' in metrics


async def test_a_client_that_leaves_keeps_what_was_acknowledged(doors: Any, application: Application) -> None:
    chunks: list[dict[str, Any]] = [
        {"type": "http.request", "body": line(application, n) + b"\n", "more_body": True}
        for n in range(GROUP_LINES + 5)
    ]
    messages = iter([*chunks, {"type": "http.disconnect"}])
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return next(messages)

    async def answer(message: dict[str, Any]) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": URL, "headers": [], "query_string": b""}
    await asyncio.wait_for(doors.app(scope, receive, answer), 10)
    assert doors.outlet.groups == [len(doors.outlet.published)]


async def test_answers_come_while_the_upload_goes_on(doors: Any, application: Application) -> None:
    """The second group is sent only when the first one's answers are here."""
    first_answers = asyncio.Event()
    messages: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    sent: list[bytes] = []
    group = b"".join(line(application, n) + b"\n" for n in range(GROUP_LINES))
    messages.put_nowait({"type": "http.request", "body": group * 2, "more_body": True})

    async def answer(message: dict[str, Any]) -> None:
        if body := message.get("body"):
            sent.append(body)
            first_answers.set()

    scope = {"type": "http", "method": "POST", "path": URL, "headers": [], "query_string": b""}
    serving = asyncio.create_task(doors.app(scope, messages.get, answer))
    await asyncio.wait_for(first_answers.wait(), 10)
    assert not serving.done()
    messages.put_nowait({"type": "http.request", "body": line(application, 0), "more_body": False})
    await asyncio.wait_for(serving, 10)
    assert json.loads(b"".join(sent).splitlines()[-1])["summary"]["accepted"] == 2 * GROUP_LINES + 1
