"""The pages for who integrates: whole without anybody else, strict, cheap to ask for again, and not there at start."""

import re
import subprocess
import sys
from typing import Any

import pytest

from hiring import asyncapi
from hiring.topics import TOPICS
from intake.docs.topics import topics

PAGES = "/docs", "/docs/topics"


def linked(page: str) -> list[str]:
    """Every address that a page loads or leads to."""
    return re.findall(r'(?:href|src|data-openapi)="([^"#]+)"', page)


@pytest.mark.parametrize("path", PAGES)
async def test_whatever_a_page_links_is_here(doors: Any, path: str) -> None:
    page = await doors.http.get(path)
    assert page.status_code == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    links = linked(page.text)
    assert len(links) >= 6
    for link in links:
        assert not re.match(r"[a-z]+:|/", link), "must be relative: the page may stand behind a prefix"
        assert (await doors.http.get(str(page.url.join(link)))).status_code == 200, link


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_forbids_what_it_does_not_need(doors: Any, path: str) -> None:
    page = await doors.http.get(path)
    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert "http" not in policy
    assert not re.search(r"<script>|<style|\sstyle=|\son[a-z]+=", page.text)


async def test_the_page_of_topics_needs_no_script(doors: Any) -> None:
    page = await doors.http.get("/docs/topics")
    assert "<script" not in page.text
    assert "script-src 'none'" in page.headers["content-security-policy"]
    for topic in TOPICS:
        assert topic.name in page.text
        assert topic.purpose in page.text


@pytest.mark.parametrize("path", [*PAGES, "/asyncapi.json", "/docs/assets/swagger-ui.css"])
async def test_who_has_it_is_only_told_so(doors: Any, path: str) -> None:
    first = await doors.http.get(path)
    assert first.headers["cache-control"] == "no-cache"
    again = await doors.http.get(path, headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    other = await doors.http.get(path, headers={"if-none-match": '"of another release"'})
    assert other.content == first.content
    head = await doors.http.head(path)
    assert (head.status_code, head.headers["etag"]) == (200, first.headers["etag"])


async def test_a_file_that_a_page_names_is_kept_for_a_year(doors: Any) -> None:
    page = await doors.http.get("/docs")
    (script,) = [link for link in linked(page.text) if "swagger-ui-bundle" in link]
    asset = await doors.http.get(f"/{script}")
    assert "immutable" in asset.headers["cache-control"]
    stale = await doors.http.get(f"/{script}".partition("?")[0] + "?of-another-release")
    assert stale.headers["cache-control"] == "no-cache"


async def test_gzip_is_sent_to_who_takes_it(doors: Any) -> None:
    path = "/docs/assets/swagger-ui-bundle.js"
    packed = await doors.http.get(path, headers={"accept-encoding": "gzip"})
    plain = await doors.http.get(path, headers={"accept-encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.content == plain.content
    assert int(packed.headers["content-length"]) < len(plain.content) / 2
    assert packed.headers["etag"] != plain.headers["etag"]
    assert packed.headers["vary"] == plain.headers["vary"] == "Accept-Encoding"


@pytest.mark.parametrize("name", ["nothing.js", "..%2Froutes.py", "swagger-ui-bundle.js.map"])
async def test_no_other_file_is_given_out(doors: Any, name: str) -> None:
    response = await doors.http.get(f"/docs/assets/{name}")
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"


async def test_asyncapi_is_served_as_it_is_committed(doors: Any) -> None:
    response = await doors.http.get("/asyncapi.json")
    assert response.headers["content-type"] == "application/json"
    assert response.text == asyncapi.text()


async def test_the_index_names_them(doors: Any) -> None:
    told = (await doors.http.get("/")).json()["endpoints"]
    assert {"GET /docs", "GET /docs/topics", "GET /asyncapi.json", "GET /openapi.json"} <= set(told)


def test_none_of_it_is_loaded_before_somebody_reads() -> None:
    found = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys, intake.main; print(*{'jinja2', 'markupsafe', 'fastapi_offline'} & set(sys.modules))",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout.strip() == ""


def test_fields_are_told_with_their_type_and_bounds() -> None:
    told = {topic.name: topic for topic in topics(asyncapi.document())}
    (submission,) = told["hiring.submissions"].messages
    fields = {field.path: field for field in submission.fields}
    assert fields["candidate.email"].kind == "email"
    assert fields["candidate.email"].required
    assert fields["candidate.phone"].kind == "string or null"
    assert fields["education"].kind == "list of objects"
    assert fields["education"].about == "at most 10 items"
    assert fields["education[].level"].kind.startswith('"associate" | "bachelor"')
    assert fields["education[].grade.scale"].about == "at most 1000, more than 0"
    assert fields["answers"].kind == "map of strings"
    assert {field.path for field in submission.headers} >= {"ce_type", "ce_id"}


def test_how_long_a_topic_is_kept_is_told() -> None:
    told = {topic.name: topic for topic in topics(asyncapi.document())}
    assert told["hiring.submissions"].kept == "7 days"
    assert "compacted" in told["hiring.decisions"].kept
    assert told["hiring.contacts"].messages[-1].name == "tombstone"
    assert told["hiring.contacts"].read_by == "notify"
    assert [message.name for message in told["hiring.dead-letters"].messages] == ["hiring.dead-letter"]
