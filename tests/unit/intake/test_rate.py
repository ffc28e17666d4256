"""Limits per source: 429 for single requests, a slower stream for uploads."""

import asyncio
import json
import time
from collections.abc import Callable
from typing import Any

from hiring.rate import Rates
from intake.rate import Pace

URL = "/v1/applications"


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_an_upload_owes_what_it_brought() -> None:
    rates = Rates(10.0, Clock())
    pace = Pace(rates)
    for _ in range(30):
        pace.count("a")
    assert pace.pause() == 2.0
    assert pace.pause() == 0.0
    assert rates.take("a") > 2.0, "its single requests wait for it too"


async def test_too_many_are_told_when_to_come_back(doors_with: Callable[..., Any], application: Any) -> None:
    async with doors_with(submissions_per_second=2) as doors:
        responses = [await doors.http.post(URL, json=application(external_id=str(n))) for n in range(4)]
        other = await doors.http.post(URL, json=application(source="another"))
        metrics = (await doors.http.get("/metrics")).text
    assert [response.status_code for response in responses[:3]] == [202, 202, 429]
    assert responses[2].headers["content-type"] == "application/problem+json"
    assert int(responses[2].headers["retry-after"]) >= 1
    assert other.status_code == 202
    assert 'reason="too-many"' in metrics


async def test_an_upload_is_slowed_and_loses_nothing(doors_with: Callable[..., Any], application: Any) -> None:
    """400 lines at 200 a second, of which a second's worth may come at once: a second at least."""
    body = "\n".join(json.dumps(application(external_id=str(n))) for n in range(401))
    began = time.monotonic()
    async with doors_with(submissions_per_second=200) as doors, asyncio.timeout(20):
        response = await doors.http.post(f"{URL}/bulk", content=body, headers={"content-type": "application/x-ndjson"})
    assert json.loads(response.text.splitlines()[-1])["summary"]["accepted"] == 401
    assert max(doors.outlet.groups) <= 200
    assert time.monotonic() - began >= 0.9
