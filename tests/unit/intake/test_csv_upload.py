"""POST /v1/applications/bulk with a table, as an HR system meets it."""

import json
import tracemalloc
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from intake.sources import Source, Sources, SourceScope, draw_key

URL = "/v1/applications/bulk"
CSV = {"content-type": "text/csv"}
HEAD = "application id,name,E-mail,school,degree,graduation,gpa\n"
ASKED = "?source=campus-portal&programme=ai-internships-2026"


def row(n: int, **changes: str) -> str:
    cells = {"id": str(n), "name": f"Person {n}", "email": f"p{n}@mail.example", "rest": "Example,本科,2026-06,3.6/4"}
    return ",".join((cells | changes).values()) + "\n"


async def send(
    doors: Any, body: Any, query: str = ASKED, headers: dict[str, str] | None = None
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    content = body.encode() if isinstance(body, str) else body
    response = await doors.http.post(URL + query, content=content, headers=CSV | (headers or {}))
    assert response.status_code == 200, response.text
    *answers, last = [json.loads(text) for text in response.text.splitlines()]
    return answers, last["summary"]


async def test_a_row_is_the_application_that_json_would_be(doors: Any) -> None:
    answers, summary = await send(doors, "\ufeff" + HEAD + row(1))
    plain = await doors.http.post(
        "/v1/applications",
        json={
            "source": "campus-portal",
            "external_id": "1",
            "programme": "ai-internships-2026",
            "candidate": {"name": "Person 1", "email": "p1@mail.example"},
            "education": [
                {
                    "institution": "Example",
                    "level": "bachelor",
                    "graduation": "2026-06",
                    "grade": {"value": 3.6, "scale": 4},
                }
            ],
        },
    )
    assert summary == {"lines": 1, "accepted": 1, "rejected": 0, "failed": 0}
    assert answers == [{"line": 2, "status": "accepted", "application_id": plain.json()["application_id"]}]
    assert doors.outlet.published[0].revision == doors.outlet.published[1].revision


async def test_each_row_has_its_answer_at_its_line(doors: Any) -> None:
    body = HEAD + row(1, name='"Two\nlines"') + row(2) + "\n" + row(3, email="nobody") + "a,b\n" + row(4, id="x" * 6000)
    answers, summary = await send(doors, body)
    assert [(answer["line"], answer["status"]) for answer in answers] == [
        (2, "rejected"),
        (4, "accepted"),
        (6, "rejected"),
        (7, "rejected"),
        (8, "rejected"),
    ]
    (error,) = answers[2]["errors"]
    assert (error["field"], error["column"]) == ("candidate.email", "E-mail")
    assert summary["rejected"] == 4


async def test_gb18030(doors: Any) -> None:
    text = "申请编号,姓名,邮箱\n1,林晓宇,lin@mail.example\n"
    _, summary = await send(doors, text.encode("gb18030"), headers={"content-type": "text/csv; charset=GBK"})
    assert summary["accepted"] == 1
    contact = doors.outlet.published[0].waves[0][0]
    assert json.loads(contact.value)["name"] == "林晓宇"


@pytest.mark.parametrize("as_header", [True, False])
async def test_a_mapping(doors: Any, as_header: bool) -> None:
    mapping = json.dumps({"columns": {"Nr": "external_id", "wer": "name", "wer2": None}})
    mapping = mapping.replace('"name"', '"candidate.name"')
    query = ASKED if as_header else f"{ASKED}&mapping={mapping}"
    headers = {"column-mapping": mapping} if as_header else {}
    assert (await send(doors, "Nr,wer,wer2,email\n1,A,B,a@b.example\n", query, headers))[1]["accepted"] == 1


@pytest.mark.parametrize(
    ("body", "query", "fields"),
    [
        (b"", ASKED, {"(header)"}),
        (b"name,email,shoe size\n", ASKED, {"shoe size", "external_id"}),
        (b"id,name,email\n1,A,a@b.example\n", "", {"source", "programme"}),
        ("申请编号,姓名,邮箱\n".encode("gbk"), ASKED, {"(whole)"}),
        (b"id,name,email\n", ASKED + '&mapping={"columns": {"id": "shoe"}}', {"columns.id"}),
        (b"id,name,email\n", ASKED + "&mapping={", {"(whole)"}),
        (b"id,name,email\n", ASKED + '&mapping={"time_zone": "Mars"}', {"time_zone"}),
    ],
)
async def test_a_table_that_cannot_be_read_is_refused_whole(
    doors: Any, body: bytes, query: str, fields: set[str]
) -> None:
    response = await doors.http.post(URL + query, content=body, headers=CSV)
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    assert {error["field"] for error in response.json()["errors"]} == fields


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ((HEAD + row(1) + row(2)).replace("\n", ""), "with curl, send the file by --data-binary, since -d drops line"),
        (row(1) + row(2), "looks like a row of data"),
        (HEAD.replace("\n", "," + "x" * 500 + "\n"), "is no field that is known"),
    ],
)
async def test_what_may_be_somebodys_data_is_not_repeated(doors: Any, body: str, words: str) -> None:
    response = await doors.http.post(URL + ASKED, content=body.encode(), headers=CSV)
    (error,) = response.json()["errors"]
    assert words in error["problem"]
    for personal in ("Person", "p1@mail.example", "x" * 50):
        assert personal not in response.text


async def test_a_percentage_is_of_a_hundred_and_no_grade_is_above_its_scale(doors: Any) -> None:
    answers, _ = await send(doors, "申请编号,姓名,邮箱,绩点\n1,A,a@b.example,92%\n2,B,b@b.example,5/4\n")
    assert [answer["status"] for answer in answers] == ["accepted", "rejected"]
    (error,) = answers[1]["errors"]
    assert (error["column"], "above its scale" in error["problem"]) == ("绩点", True)
    said = [json.loads(record.value) for wave in doors.outlet.published[0].waves for record in wave]
    (facts,) = [one["facts"] for one in said if "facts" in one]
    assert facts["education"][0]["grade"] == {"value": 92, "scale": 100}


async def test_the_language_of_the_letters_is_a_column_or_a_constant(doors: Any) -> None:
    mapping = '{"constants": {"candidate.locale": "zh-CN"}}'
    body = "申请编号,姓名,邮箱,语言\n1,A,a@b.example,\n2,B,b@b.example,de\n"
    await send(doors, body, f"{ASKED}&mapping={mapping}")
    await send(doors, "id,name,email\n3,C,c@b.example\n")
    locales = [json.loads(accepted.waves[0][0].value)["locale"] for accepted in doors.outlet.published]
    assert locales == ["zh-CN", "de", "en"]


@pytest.mark.parametrize(
    ("mapping", "words"),
    [
        ('{"columns": {"Mail": "candidate.emial"}}', "candidate.emial is no field; is it candidate.email?"),
        ('{"constants": {"education.1.levl": "x"}}', "education.1.levl is no field; is it education.1.level?"),
        ('{"columns": {"q": "answers.AI ethics"}}', "answers.AI ethics is no field: write its name in lower-case"),
        ('{"columns": {"Mail": "' + "x" * 500 + '"}}', "x" * 40 + "… is no field"),
    ],
)
async def test_a_target_that_is_none_is_told_with_the_one_it_is_taken_for(doors: Any, mapping: str, words: str) -> None:
    response = await doors.http.post(URL + ASKED, content=HEAD.encode(), headers=CSV | {"column-mapping": mapping})
    (error,) = response.json()["errors"]
    assert error["problem"].startswith(words) and len(error["problem"]) < 200


async def test_an_encoding_that_is_unknown(doors: Any) -> None:
    response = await doors.http.post(URL, content=b"", headers={"content-type": "text/csv; charset=latin-1"})
    assert response.status_code == 415


async def test_a_key_says_the_source(doors_with: Callable[..., Any], tmp_path: Path) -> None:
    key, token = draw_key(datetime.now(UTC))
    file = tmp_path / "sources.json"
    source = Source(source="campus-portal", scopes=(SourceScope.SUBMIT,), keys=(key,))
    file.write_text(Sources(sources=(source,)).model_dump_json())
    async with doors_with(sources_file=file) as doors:
        bearer = {"authorization": f"Bearer {token}"}
        assert (await send(doors, HEAD + row(1), "?programme=p", bearer))[1]["accepted"] == 1
        answers, _ = await send(doors, HEAD + row(1), "?programme=p&source=another", bearer)
    assert answers[0]["status"] == "rejected"
    assert answers[0]["errors"][0]["field"] == "source"


async def test_a_long_table_takes_constant_memory(doors: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    async def forget(many: Any) -> None:
        doors.outlet.groups.append(len(many))

    monkeypatch.setattr(doors.outlet, "publish_all", forget)

    async def body(lines: int) -> AsyncIterator[bytes]:
        yield HEAD.encode()
        for n in range(lines):
            yield row(n).encode()

    async def peak(lines: int) -> int:
        tracemalloc.reset_peak()
        before = tracemalloc.get_traced_memory()[0]
        async with doors.http.stream("POST", URL + ASKED, content=body(lines), headers=CSV) as response:
            assert response.status_code == 200
        return tracemalloc.get_traced_memory()[1] - before

    await peak(2000)
    tracemalloc.start()
    small, large = await peak(3000), await peak(12_000)
    tracemalloc.stop()
    # The client of these tests keeps the whole answer, some 90 bytes a line.
    assert large < small + 9000 * 300
