"""No bytes, signed or not, make any system's webhook fail: never an exception, never a 5xx."""

import asyncio
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import orjson
import yaml
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from .api_stand_in import api_stand_in
from .conftest import at_hooks
from .senders import KEY, LEVER, SENDERS, SMARTRECRUITERS, Sender
from .test_every_system import resigned
from .test_mapping import anything, spoiled

header = st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"), max_size=80)


def post(sender: Sender, body: bytes, headers: dict[str, Any]) -> int:
    async def once() -> int:
        with TemporaryDirectory() as folder:
            file = Path(folder) / "hooks.yaml"
            async with api_stand_in() as api:
                api.answers |= sender.answers
                source = {f"from-{sender.system}": sender.config(api.url)}
                file.write_text(yaml.safe_dump({sender.system: source}), encoding="utf-8")
                async with at_hooks(file, api) as hooks:
                    return (await hooks.post(sender, (body, headers))).status_code

    return asyncio.run(once())


def as_json(document: Any) -> Any:
    """What JSON can say of it."""
    try:
        return orjson.loads(orjson.dumps(document))
    except (TypeError, ValueError):
        reject()


@settings(deadline=None, max_examples=60)
@given(
    st.sampled_from(SENDERS),
    st.binary(max_size=400),
    st.dictionaries(
        st.sampled_from(
            [
                "signature",
                "ashby-signature",
                "smartrecruiters-signature",
                "smartrecruiters-timestamp",
                "x-workable-signature",
                "event-name",
                "content-type",
                "content-length",
            ]
        ),
        header,
        max_size=6,
    ),
)
def test_unsigned(sender: Sender, body: bytes, headers: dict[str, str]) -> None:
    headers.pop("content-length", None)
    status = post(sender, body, {name: value.encode("latin-1") for name, value in headers.items()})
    assert status == sender.unverified


@settings(deadline=None, max_examples=100)
@given(st.sampled_from(SENDERS), st.data())
def test_signed(sender: Sender, data: st.DataObject) -> None:
    if sender is LEVER:
        # Without its token, time and signature a payload is not Lever's at all.
        payload = as_json({name: spoiled(told, data) for name, told in sender.payload.items()})
        sent = sender.sign(payload, (KEY,), time.time())
    else:
        document = spoiled(sender.payload, data)
        body = data.draw(st.binary(max_size=200)) if document is None else orjson.dumps(as_json(document))
        sent = resigned(sender, body)
    assert post(sender, *sent) == sender.ok


@settings(deadline=None, max_examples=60)
@given(st.sampled_from([LEVER, SMARTRECRUITERS]), st.data())
def test_whatever_the_systems_api_answers(sender: Sender, data: st.DataObject) -> None:
    [(path, told)] = sender.answers.items()
    answer = data.draw(anything) if data.draw(st.booleans()) else spoiled(told, data)
    spoilt = Sender(**{**vars(sender), "answers": {path: as_json(answer)}})
    # null is what the stand-in says 404 for.
    assert post(spoilt, *spoilt.send()) == sender.ok
