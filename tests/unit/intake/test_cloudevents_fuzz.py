"""No envelope and no headers of an event make the door fail: it is an application, or a problem that names fields."""

import asyncio
import base64
import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from intake.examples import EXAMPLE, STRUCTURED

from .conftest import at_doors

URL = "/v1/applications"
MEDIA_TYPE = {"content-type": "application/cloudevents+json"}
SECRET_WORD = "Zanzibar"  # What somebody wrote, and nobody repeats.

anything: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=20)
    | st.just(SECRET_WORD),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
in_base64 = (st.binary(max_size=60) | st.just(json.dumps(EXAMPLE).encode())).map(
    lambda data: base64.b64encode(data).decode()
)
changes = st.dictionaries(
    st.sampled_from([*STRUCTURED, "data_base64", "time", "extension"]),
    anything | in_base64 | st.just(EXAMPLE) | st.sampled_from(["1.0", "application/json", "text/xml"]),
    max_size=3,
)
names = st.sampled_from(["ce-specversion", "ce-type", "ce-source", "ce-id", "ce-time", "ce-x", "content-type"])
texts = st.text(st.characters(min_codepoint=33, max_codepoint=255, exclude_characters="\x7f"), max_size=30)


def post(body: bytes, headers: dict[str, str]) -> Any:
    async def once() -> Any:
        async with at_doors() as doors:
            coded = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
            return await doors.http.post(URL, content=body, headers=coded)

    return asyncio.run(once())


def check(answer: Any) -> None:
    assert answer.status_code in {202, 400, 415, 422}
    if answer.status_code != 202:
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.status_code != 422 or answer.json()["errors"]
        assert SECRET_WORD not in answer.text


@settings(max_examples=150, deadline=None)
@given(changes=changes, without=st.sets(st.sampled_from(sorted(STRUCTURED)), max_size=2))
def test_envelopes(changes: dict[str, Any], without: set[str]) -> None:
    event = {name: told for name, told in (STRUCTURED | changes).items() if name not in without or name in changes}
    check(post(json.dumps(event).encode("utf-8", "replace"), MEDIA_TYPE))


@settings(max_examples=100, deadline=None)
@given(document=anything, data=st.binary(max_size=100), as_json=st.booleans())
def test_what_is_no_envelope(document: Any, data: bytes, as_json: bool) -> None:
    answer = post(json.dumps(document).encode() if as_json else data, MEDIA_TYPE)
    check(answer)
    assert answer.status_code != 202


@settings(max_examples=100, deadline=None)
@given(headers=st.dictionaries(names, texts | st.sampled_from(["1.0", STRUCTURED["type"]]), max_size=5))
def test_headers(headers: dict[str, str]) -> None:
    check(post(json.dumps(EXAMPLE).encode(), headers))
