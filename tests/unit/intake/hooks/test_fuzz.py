"""No bytes make a webhook fail; a delivery ends in one of three ways, and no refusal repeats any of it."""

import asyncio
import json
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import jsonschema
import orjson
import yaml
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from hiring.events.dead_letter import DeadLetter
from intake.answers import SCHEMAS

from .api_stand_in import api_stand_in
from .conftest import at_hooks
from .senders import KEY, LEVER, SENDERS, Sender
from .test_every_system import resigned
from .test_mapping import anything

HEADERS = (
    *("signature", "ashby-signature", "x-workable-signature", "event-name", "content-type"),
    *("smartrecruiters-signature", "smartrecruiters-timestamp"),
)
header = st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"), max_size=80)
WORD = "Zanzibar"  # Stands in every text that was changed.
senders = st.sampled_from(SENDERS)
marked = st.text(max_size=12).map(lambda text: f"{WORD}{text}")
other: st.SearchStrategy[Any] = marked | st.integers(-(1 << 62), 1 << 62) | st.booleans() | st.none() | anything
wrong = other | st.lists(marked, max_size=3) | st.dictionaries(marked, marked, max_size=2)


def spoiled(document: Any, data: st.DataObject, often: int) -> Any:
    """The document with something else at one place in `often`, or with a text grown."""
    if data.draw(st.integers(1, often)) == 1:
        if isinstance(document, str) and data.draw(st.booleans()):
            return f"{document}{WORD}" if data.draw(st.booleans()) else f"{WORD} {document}"
        return data.draw(wrong)
    if isinstance(document, dict):
        return {name: spoiled(told, data, often) for name, told in document.items()}
    return [spoiled(told, data, often) for told in document] if isinstance(document, list) else document


def as_bytes(document: Any) -> bytes:
    return json.dumps(document).encode()


def as_json(document: Any) -> Any:
    try:
        written = orjson.dumps(document, default=str, option=orjson.OPT_NON_STR_KEYS)
    except orjson.JSONEncodeError:
        # It writes no integer of more than 64 bits.
        reject()
    return orjson.loads(written.decode())


@contextmanager
def logged() -> Iterator[list[logging.LogRecord]]:
    """Every record that is logged meanwhile."""
    records: list[logging.LogRecord] = []
    handler = logging.Handler()
    handler.emit = records.append  # type: ignore[method-assign]
    logging.getLogger().addHandler(handler)
    try:
        yield records
    finally:
        logging.getLogger().removeHandler(handler)


def post(sender: Sender, sent: Any, answers: dict[str, Any]) -> Any:
    """The response, how many applications were published, and the reasons of the dead letters."""

    async def once() -> Any:
        with TemporaryDirectory() as folder:
            file = Path(folder) / "hooks.yaml"
            async with api_stand_in() as api:
                api.answers |= answers
                told = {sender.system: {f"from-{sender.system}": sender.config(api.url)}}
                file.write_text(yaml.safe_dump(told), encoding="utf-8")
                async with at_hooks(file, api) as hooks:
                    answer = await hooks.post(sender, sent)
                    letters = [DeadLetter.of(record.headers) for record in hooks.outlet.dead]
                    return answer, len(hooks.outlet.published), [letter.detail for letter in letters]

    return asyncio.run(once())


@settings(max_examples=60, deadline=None)
@given(senders, st.binary(max_size=400), st.dictionaries(st.sampled_from(HEADERS), header, max_size=6))
def test_unsigned(sender: Sender, body: bytes, headers: dict[str, str]) -> None:
    answer, *_ = post(sender, (body, {name: told.encode("latin-1") for name, told in headers.items()}), sender.answers)
    assert answer.status_code == sender.unverified


@settings(max_examples=40, deadline=None)
@given(senders.filter(lambda sender: sender is not LEVER), st.binary(max_size=200) | anything.map(as_bytes))
def test_signed_bytes_that_are_no_payload(sender: Sender, body: bytes) -> None:
    # Without its token, time and signature a payload is not Lever's at all.
    answer, *_ = post(sender, resigned(sender, body), sender.answers)
    assert answer.status_code == sender.ok


@settings(max_examples=100, deadline=None)
@given(sender=senders, often=st.sampled_from([4, 20, 60]), data=st.data())
def test_every_delivery_ends_in_one_of_three_ways(sender: Sender, often: int, data: st.DataObject) -> None:
    payload = as_json({name: spoiled(told, data, often) for name, told in sender.payload.items()})
    answers = {place: as_json(spoiled(told, data, often)) for place, told in sender.answers.items()}
    sent = sender.sign(payload, (KEY,), time.time()) if sender is LEVER else resigned(sender, orjson.dumps(payload))
    with logged() as records:
        answer, published, reasons = post(sender, sent, answers)
    told = answer.json()
    assert answer.status_code == sender.ok
    jsonschema.validate(told, SCHEMAS["Delivered"])
    match told["status"]:
        case "accepted":
            assert (published, reasons) == (1, [])
        case "ping" | "passed-over":
            assert (published, reasons) == (0, [])
        case "set-aside":
            assert (published, len(reasons)) == (0, 1)
            assert told["errors"] and all(error["field"] and error["problem"] for error in told["errors"])
        case other:
            raise AssertionError(other)
    assert WORD not in answer.text + "".join(reasons)
    assert not [record for record in records if WORD in f"{record.getMessage()} {vars(record)}"]
