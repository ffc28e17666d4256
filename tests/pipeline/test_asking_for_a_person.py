"""A candidate who was declined asks for a person by the link in their letter, and is heard: the whole pipeline."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import pytest

from cohort.pipeline import Pipeline
from cohort.stack.mailbox import read_mailbox
from hiring.events import REVIEW_REQUESTED
from hiring.identity import event_id

from .letters import letter_to
from .screening_stand import Stand, policy, stand

pytestmark = pytest.mark.stack

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "application.json"
SAME = {"sec-fetch-site": "same-origin"}


@pytest.fixture
async def at(pipeline: Pipeline) -> AsyncIterator[Stand]:
    async with stand(pipeline) as found:
        yield found


async def test_a_link_leads_to_a_page_the_page_to_a_person_and_the_person_to_a_letter(at: Stand) -> None:
    await at.bring_into_force(policy(at.programme))
    application = json.loads(EXAMPLE.read_text())
    address = f"{uuid4().hex}@example.org"
    application |= {"external_id": uuid4().hex, "programme": at.programme}
    application["candidate"]["email"] = address
    application["consents"]["data_processing"] = False
    async with httpx.AsyncClient(trust_env=False, timeout=30) as client:
        taken = await client.post(f"{at.pipeline.addresses.intake_url}/v1/applications", json=application)
        assert taken.status_code == 202, taken.text
        letter = await letter_to(at.pipeline, address)
        (url,) = set(re.findall(r"http://127\.0\.0\.1:\d+/s/[\w.-]+", letter))
        assert "Version 1 asks for it." in (await client.get(url)).text

        declined = await at.decided(UUID(taken.json()["application_id"]))
        pressed = await client.post(f"{url}/review/{declined.decision_id}", headers=SAME)
        assert pressed.status_code == 303
        wish = UUID(event_id(declined.decision_id, REVIEW_REQUESTED.encode()))
        assert await at.answered(wish) is None, "screening takes the wish"
        assert await at.answered(await at.review(declined, "advance", track="ai", unit="cloud")) is None
        async with asyncio.timeout(60):
            while sum(it.to == address for it in read_mailbox(at.pipeline.addresses.mailbox)) < 2:
                await asyncio.sleep(0.1)
            # That the relay has a letter is noted a moment after.
            while "Goes on to the next step" not in (page := (await client.get(url)).text):
                await asyncio.sleep(0.1)
    assert "A person" in page and "it does not go on" in page, "who decided, and what was told before"
