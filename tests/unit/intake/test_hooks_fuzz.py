"""A delivery ends as an application, as nothing to do, or as a refusal that says why and repeats nothing of it."""

import asyncio
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
from hypothesis import given, settings
from hypothesis import strategies as st

from hiring.events.dead_letter import DeadLetter
from intake.answers import SCHEMAS

from .hooks.api_stand_in import api_stand_in
from .hooks.conftest import at_hooks
from .hooks.senders import KEY, LEVER, SENDERS, Sender
from .hooks.test_every_system import resigned
from .hooks.test_mapping import anything

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


def as_json(document: Any) -> Any:
    return orjson.loads(orjson.dumps(document, default=str, option=orjson.OPT_NON_STR_KEYS).decode())


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
