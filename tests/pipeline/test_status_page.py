"""The candidate's page on the real parts: from the letter's link to the command on the topic, and back to the page."""

from __future__ import annotations

import contextlib
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest
import pytest_asyncio

from cohort.stack.letters import read_mailbox
from hiring.events import APPLICATION_WITHDRAWN, CANDIDATE_ERASED, REVIEW_REQUESTED
from hiring.events.command import ApplicationWithdrawn, CandidateErased, Command, ReviewRequested
from hiring.events.contact import ContactGiven
from hiring.events.decision import DecisionMade
from hiring.events.envelope import Outgoing, cloudevent_headers
from hiring.events.reading import read
from hiring.topic_reading import read_topic
from hiring.topics import COMMANDS

from .notify_service import Notify, Stack, contacts, decisions, drive, mail_sink, notify, running_stack, until

pytestmark = pytest.mark.stack

PUBLIC = "https://apply.example.com/hiring"
KEY = "a key of the tests that is long enough".replace(" ", "-")
SAME = {"sec-fetch-site": "same-origin"}
CONTRACTS: dict[str, type[Command]] = {REVIEW_REQUESTED: ReviewRequested, APPLICATION_WITHDRAWN: ApplicationWithdrawn}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def stack() -> AsyncIterator[Stack]:
    async with running_stack() as one:
        yield one


def applicant(**more: Any) -> tuple[DecisionMade, ContactGiven]:
    """A declined candidate of now, who reads English."""
    ((made, given),) = drive(1).values()
    declined = made.model_copy(update={"outcome": "decline", "decided_at": datetime.now(UTC), **more})
    return declined, given.model_copy(update={"name": "Ada Lovelace", "locale": "en"})


async def publish(stack: Stack, *pairs: tuple[DecisionMade, ContactGiven]) -> None:
    by_id = {made.decision_id: (made, given) for made, given in pairs}
    await stack.publisher.publish(contacts(by_id) + decisions(by_id))


@contextlib.asynccontextmanager
async def told(
    stack: Stack, made: DecisionMade, given: ContactGiven, **more: object
) -> AsyncIterator[tuple[Notify, httpx.AsyncClient, str, asyncpg.Connection[Any], Path]]:
    """Notify once it has sent the letter of a decision: with a browser of sorts, the path of the page that the letter
    names, the ledger, and the mailbox."""
    pages = {"public_url": PUBLIC, "link_keys": KEY, **more}
    async with mail_sink(stack) as sink, notify(stack, sink.port, **pages) as (service, ledger):
        await publish(stack, (made, given))
        await until(lambda: _is(ledger, made.decision_id, "sent"))
        (letter,) = [it for it in read_mailbox(sink.directory) if it.to == given.email]
        links = set(re.findall(rf"{PUBLIC}(/s/[\w.-]+)", text_of(letter.path)))
        assert len(links) == 1, "the letter names one page"
        async with httpx.AsyncClient(base_url=service.url, trust_env=False, timeout=30) as client:
            path = links.pop()
            yield service, client, path, ledger, sink.directory
            assert path.removeprefix("/s/") not in service.log.read_text(), "a token in the log"
            assert path.removeprefix("/s/") not in await service.get("/metrics")


def text_of(path: Path) -> str:
    body = message_from_bytes(path.read_bytes(), policy=policy.default).get_body(("plain",))
    assert body is not None
    return str(body.get_content())


async def _is(ledger: asyncpg.Connection[Any], decision: UUID, state: str) -> bool:
    return bool(await ledger.fetchval("SELECT state FROM letters WHERE decision_id = $1", decision) == state)


async def commands(stack: Stack, application: UUID) -> list[Any]:
    """Every command about an application, in the log until now."""
    records = read_topic(stack.settings.kafka_bootstrap_servers, COMMANDS)
    return [read(record, CONTRACTS) async for record in records if record.key == str(application).encode()]


async def test_from_the_letter_to_a_persons_look_to_a_withdrawal_to_being_forgotten(
    stack: Stack, tmp_path: Path
) -> None:
    release_day = tmp_path / "letters.yaml"
    release_day.write_text("default:\n  release:\n    advance: 2099-01-01T00:00:00Z\n")
    made, given = applicant()
    async with told(stack, made, given, letters_file=release_day) as (_, client, path, ledger, mailbox):
        page = (await client.get(path)).text
        assert "Does not go on" in page and "A reason." in page and "Hello Ada Lovelace." in page
        assert given.email not in page

        offer = applicant(outcome="advance", candidate_id=given.candidate_id, unit="research")[0]
        await publish(stack, (offer, given))
        await until(lambda: _is(ledger, offer.decision_id, "queued"))
        page = (await client.get(path)).text
        assert "Being looked at" in page and str(offer.application_id) in page
        assert "Goes on" not in page and "research" not in page.lower(), "nothing of it before its day"

        review = f"{path}/review/{made.decision_id}"
        assert "Ask for a person to look at it?" in (await client.get(review)).text
        assert await commands(stack, made.application_id) == [], "looking asks for nothing"
        answers = [await client.post(review, headers=SAME) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [303, 303]
        assert "Thank you, we have your request" in (await client.send(answers[0].next_request)).text  # type: ignore[arg-type]
        asked = await commands(stack, made.application_id)
        assert {(it.command_id, it.decision_id, it.by) for it in asked} == {
            (asked[0].command_id, made.decision_id, "candidate")
        }

        async def shown() -> bool:
            return "You asked on" in (await client.get(path)).text

        await until(shown)
        withdrawn = await client.post(f"{path}/withdraw/{offer.decision_id}", headers=SAME)
        assert "You took it back on" in (await client.send(withdrawn.next_request)).text  # type: ignore[arg-type]
        await until(lambda: _is(ledger, offer.decision_id, "suppressed"))
        page = (await client.get(path)).text
        assert "You took it back on" in page and "Does not go on" in page
        (wish,) = await commands(stack, offer.application_id)
        assert isinstance(wish, ApplicationWithdrawn) and wish.source == "status-page"
        assert sum(it.to == given.email for it in read_mailbox(mailbox)) == 1, "no letter about it went out"

        await stack.publisher.publish([_erasure(given.candidate_id)])

        async def gone() -> bool:
            return (await client.get(path)).status_code == 404

        await until(gone)
        assert (await client.get(path)).content == (await client.get("/s/nothing")).content


async def test_while_kafka_is_away_nobody_is_thanked_and_afterwards_it_works(stack: Stack) -> None:
    made, given = applicant()
    async with told(stack, made, given) as (service, client, path, _, _):
        review = f"{path}/review/{made.decision_id}"
        await stack.broker.stop()
        try:
            answer = await client.post(review, headers=SAME)
            assert answer.status_code == 503 and "Please try again" in answer.text
            assert (await client.get(path)).status_code == 200, "what is known can be read"
        finally:
            await stack.broker.start()
            await stack.broker.wait_ready()

        async def taken() -> bool:
            return (await client.post(review, headers=SAME)).status_code == 303

        await until(taken, 90)
        asked = await commands(stack, made.application_id)
        assert len({it.command_id for it in asked}) == 1, "the one that was in doubt is the same"
        assert service.process is not None and service.process.returncode is None


def _erasure(candidate: str) -> Outgoing:
    command = CandidateErased(command_id=uuid4(), by="test", why="asked", at=datetime.now(UTC), candidate_id=candidate)
    headers = cloudevent_headers(CANDIDATE_ERASED, command.command_id, "/test", command.at, candidate)
    return Outgoing(COMMANDS, candidate.encode(), command.model_dump_json().encode(), headers)
