"""A table goes up whole, and each row is told once, however often that takes."""

import io
import time
from collections import deque
from pathlib import Path
from typing import Any

import httpx
import pytest

from cohort_client import Client, Rejected, Result

from .stand_in import Intake, Trouble, serving

TABLE = b"external_id,name\n1,A\n,B\n3,C\n4,D\n"


async def sent(client: Any, intake: Intake, file: Any, **named: Any) -> list[Result]:
    told: list[Result] = []
    async with serving(intake) as url, client(url) as either:
        await either.results("submit_table", file, told=told, **named)
    return told


async def test_rows_are_told_by_their_lines(client: Any, tmp_path: Path) -> None:
    (file := tmp_path / "export.csv").write_bytes(TABLE)
    mapping = {"columns": {"备注": None}}
    told = await sent(
        client, intake := Intake(), file, mapping=mapping, source="s", programme="a b", encoding="gb18030"
    )
    assert [(result.index, result.accepted) for result in told] == [(2, True), (3, False), (4, True), (5, True)]
    assert told[1].errors == (("external_id", "is missing (column Nr)"),)
    [request] = intake.requests
    assert dict(request.query_params) == {"source": "s", "programme": "a b"}
    assert request.headers["column-mapping"] == '{"columns": {"\\u5907\\u6ce8": null}}'
    assert request.headers["content-type"] == "text/csv; charset=gb18030"


@pytest.mark.usefixtures("no_pauses")
async def test_a_table_that_broke_off_is_sent_again_and_no_row_told_twice(client: Any) -> None:
    file = io.BytesIO(b"not of the table\n" + TABLE)
    file.readline()
    troubles = [Trouble(breaks_after=3), Trouble(status=503), Trouble(fails_from=5)]
    told = await sent(client, intake := Intake(deque(troubles)), file)
    assert [result.index for result in told] == [2, 3, 4, 5]
    assert intake.bodies == [TABLE] * 4
    assert not file.closed


def test_what_the_caller_does_with_a_row_uses_up_no_patience() -> None:
    line = '{"line": 2, "status": "accepted", "application_id": "00000000-0000-0000-0000-000000000000"}\n'
    answers = deque([line, line + '{"summary": {"lines": 1}}\n'])
    transport = httpx.MockTransport(lambda _: httpx.Response(200, text=answers.popleft()))
    with httpx.Client(transport=transport) as http, Client("http://intake", http=http, patience=0.2) as client:
        for _ in client.submit_table(io.BytesIO(TABLE)):
            time.sleep(0.3)  # longer than the patience, which is what is tested
    assert not answers


async def test_a_header_row_that_does_not_say_enough_is_told(client: Any) -> None:
    with pytest.raises(Rejected):
        await sent(client, Intake(deque([Trouble(status=422)])), io.BytesIO(TABLE))


async def test_what_cannot_be_sent_again_is_refused(client: Any) -> None:
    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

    with pytest.raises(ValueError, match="seekable"):
        await sent(client, Intake(), Pipe(TABLE))
