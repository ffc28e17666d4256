"""Waiting for a letter in the pipeline's mailbox."""

import asyncio
from email import message_from_bytes, policy

from cohort.pipeline import Pipeline
from cohort.stack.mailbox import read_mailbox

PATIENCE_SECONDS = 90


async def letter_to(pipeline: Pipeline, address: str) -> str:
    """The plain text of the letter to an address, once it is there; TimeoutError when it does not come."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not (letter := _letter_to(pipeline, address)):
            await asyncio.sleep(0.1)
    return letter


def _letter_to(pipeline: Pipeline, address: str) -> str:
    for letter in read_mailbox(pipeline.addresses.mailbox):
        if letter.to == address:
            body = message_from_bytes(letter.path.read_bytes(), policy=policy.default).get_body(("plain",))
            assert body is not None
            return str(body.get_content())
    return ""
