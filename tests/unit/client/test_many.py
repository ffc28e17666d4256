"""Many applications: each is answered, in order, whatever comes between, in memory for one upload."""

import asyncio
from collections import deque
from contextlib import aclosing
from typing import Any

import pytest

from cohort_client import AsyncClient, NotAllowed, Progress, Result, Unavailable, Unexpected

from .conftest import applications
from .stand_in import Intake, Trouble, application_id, serving

quick = pytest.mark.usefixtures("no_pauses")


async def sent(client: Any, intake: Intake, many: Any, **named: Any) -> list[Result]:
    told: list[Result] = []
    async with serving(intake) as url, client(url, patience=20) as either:
        await either.results("submit_many", many, told=told, **named)
    return told


async def test_results_come_in_order_with_the_index_of_each(client: Any) -> None:
    many = list(applications(25))
    many[7] = {"source": "s"}
    heard: list[Progress] = []
    told = await sent(client, intake := Intake(), iter(many), upload_lines=10, on_progress=heard.append)
    assert [result.index for result in told] == list(range(25))
    assert [result.index for result in told if not result.accepted] == [7]
    assert told[7].errors == (("external_id", "is missing"),)
    assert told[8].application_id == application_id(many[8])
    assert len(intake.requests) == 3
    assert heard[0] == (10, 0, 0, 0)
    assert heard[-1] == (25, 24, 1, 0)
    assert heard == sorted(heard)


async def test_nothing_to_send_sends_nothing(client: Any) -> None:
    assert await sent(client, intake := Intake(), []) == []
    assert not intake.requests


@quick
async def test_what_broke_off_or_failed_is_sent_again_and_only_that(client: Any) -> None:
    troubles = [Trouble(breaks_after=4), Trouble(status=503), Trouble(fails_from=3), Trouble(breaks_after=0)]
    heard: list[Progress] = []
    told = await sent(client, intake := Intake(deque(troubles)), applications(10), on_progress=heard.append)
    assert [result.index for result in told] == list(range(10))
    assert all(result.accepted for result in told)
    assert set(intake.took.values()) == {1}
    # What the other side has counted of an answer that broke off may not have come through.
    assert len(intake.requests) == 5
    assert heard[-1][:3] == (10, 10, 0)
    assert heard[-1].failed >= 6 + 6 + 4 + 4


@quick
async def test_where_only_the_summary_is_lost_nothing_is_sent_again(client: Any) -> None:
    troubles = [Trouble(breaks_after=10)]
    told = await sent(client, intake := Intake(deque(troubles)), applications(20), upload_lines=10)
    assert [result.index for result in told if result.accepted] == list(range(20))
    assert [body.count(b"external_id") for body in intake.bodies] == [10, 10]


@quick
async def test_an_upload_too_large_for_a_proxy_goes_in_smaller_ones(client: Any) -> None:
    many = list(applications(40))
    many[20]["candidate"]["name"] = "x" * 3_000
    told = await sent(client, intake := Intake(most_bytes=2_000), many)
    assert [result.index for result in told] == list(range(40))
    assert [(result.index, result.errors[0].field) for result in told if not result.accepted] == [(20, "(whole)")]
    assert sum(intake.took.values()) == 39
    assert len(intake.requests) < 30


@quick
async def test_uploads_are_bounded_by_bytes(client: Any) -> None:
    await sent(client, intake := Intake(), applications(40), upload_bytes=1_000)
    assert max(map(len, intake.bodies)) <= 1_000
    assert min(map(len, intake.bodies[:-1])) > 800


async def test_giving_up_says_where_to_go_on(client: Any) -> None:
    told: list[Result] = []
    troubles = [Trouble(), Trouble(status=503, retry_after="3600")]
    async with serving(Intake(deque(troubles))) as url, client(url) as either:
        with pytest.raises(Unavailable, match="begins with application 10") as raised:
            await either.results("submit_many", applications(30), told=told, upload_lines=10)
    assert raised.value.index == len(told) == 10


@quick
async def test_answers_out_of_step_are_not_believed(client: Any) -> None:
    with pytest.raises(Unexpected, match="answer 3 of an upload is about line 4"):
        await sent(client, intake := Intake(deque([Trouble(skips=3)])), applications(10))
    assert len(intake.requests) == 1, "trying again would hide the fault"


async def test_a_wrong_key_is_told_at_once(client: Any) -> None:
    with pytest.raises(NotAllowed):
        await sent(client, intake := Intake(key="cohort_1_x"), applications(10))
    assert len(intake.requests) == 1


async def test_no_more_is_read_than_one_upload_ahead(client: Any) -> None:
    intake, furthest = Intake(), []

    def reading() -> Any:
        for number, application in enumerate(applications(100)):
            furthest.append(number - sum(intake.took.values()))
            yield application

    await sent(client, intake, reading(), upload_lines=10)
    assert max(furthest) == 10


async def test_what_json_cannot_say_is_told_with_its_index(client: Any) -> None:
    with pytest.raises(TypeError, match="application 1 cannot be written as JSON"):
        await sent(client, Intake(), [*applications(1), {"source": {1}}])


async def test_several_uploads_at_once_are_bounded_and_still_told_in_order() -> None:
    intake = Intake(gate=asyncio.Event())

    async def source() -> Any:
        for application in applications(90):
            yield application

    async with serving(intake) as url, AsyncClient(url) as client:
        results = client.submit_many(source(), upload_lines=10, uploads_at_once=3)
        first = asyncio.ensure_future(anext(results))
        async with asyncio.timeout(10):
            while intake.at_once < 3:
                await asyncio.sleep(0.01)
        assert intake.gate is not None
        intake.gate.set()
        told = [await first, *[result async for result in results]]
    assert [result.index for result in told] == list(range(90))
    assert intake.most_at_once == 3


async def test_leaving_early_ends_the_uploads_under_way() -> None:
    intake = Intake(gate=asyncio.Event(), lets_first=True)
    async with serving(intake) as url, AsyncClient(url) as client:
        async with asyncio.timeout(10):
            async with aclosing(client.submit_many(applications(50), upload_lines=10, uploads_at_once=3)) as results:
                async for _ in results:
                    break
        left = [task for task in asyncio.all_tasks() if "AsyncClient._upload" in repr(task)]
        assert intake.gate is not None
        intake.gate.set()
    assert not left


async def test_lines_that_fail_for_ever_are_given_up(client: Any) -> None:
    told: list[Result] = []
    async with serving(Intake(deque([Trouble(fails_from=1)] * 1_000))) as url, client(url, patience=0.5) as either:
        with pytest.raises(Unavailable, match="could not be recorded"):
            await either.results("submit_many", applications(5), told=told)
    assert told == []
