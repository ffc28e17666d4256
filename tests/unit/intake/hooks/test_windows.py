"""A system that signs the time: what is too old, or ahead of us, is turned away."""

import time

import pytest

from .conftest import Hooks
from .senders import SENDERS, Sender
from .test_every_system import problem


@pytest.mark.parametrize("sender", [it for it in SENDERS if it.window_seconds], ids=lambda it: it.system)
async def test_what_is_signed_too_long_ago_or_ahead_of_time_is_turned_away(hooks: Hooks, sender: Sender) -> None:
    assert sender.window_seconds is not None
    for at in (time.time() - sender.window_seconds - 60, time.time() + 600):
        problem(await hooks.post(sender, sender.send(at=at)), sender.unverified, "out-of-window")
    assert (await hooks.post(sender, sender.send(at=time.time() - sender.window_seconds + 60))).status_code == sender.ok
