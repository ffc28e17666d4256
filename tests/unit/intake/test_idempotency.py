"""Idempotency-Key: repeating is safe anyway, one key for two things is told."""

from typing import Any

import pytest

from intake.idempotency import Remembered
from intake.problems import Problem

URL = "/v1/applications"


def key(text: str = "8e03978e") -> dict[str, str]:
    return {"idempotency-key": text}


async def test_the_same_again_is_the_same_answer(doors: Any, application: Any) -> None:
    first = await doors.http.post(URL, json=application(), headers=key())
    again = await doors.http.post(URL, json=application(), headers=key('"8e03978e"'))
    assert first.status_code == again.status_code == 202
    assert first.json() == again.json()


async def test_another_body_is_refused(doors: Any, application: Any) -> None:
    await doors.http.post(URL, json=application(), headers=key())
    response = await doors.http.post(URL, json=application(programme="another"), headers=key())
    assert response.status_code == 422
    assert response.json()["type"] == "urn:cohort:problem:idempotency-key-reused"
    assert len(doors.outlet.published) == 1


async def test_another_key_or_another_source_is_another_matter(doors: Any, application: Any) -> None:
    await doors.http.post(URL, json=application(), headers=key())
    for changed, header in (({"source": "another"}, key()), ({"programme": "another"}, key("other")), ({}, {})):
        assert (await doors.http.post(URL, json=application(**changed), headers=header)).status_code == 202


async def test_a_body_that_was_refused_binds_no_key(doors: Any, application: Any) -> None:
    assert (await doors.http.post(URL, json=application(programme="A B"), headers=key())).status_code == 422
    assert (await doors.http.post(URL, json=application(), headers=key())).status_code == 202


async def test_a_body_that_could_not_be_recorded_may_come_again(doors: Any, application: Any) -> None:
    doors.outlet.faults = [doors.away]
    assert (await doors.http.post(URL, json=application(), headers=key())).status_code == 503
    assert (await doors.http.post(URL, json=application(), headers=key())).status_code == 202


@pytest.mark.parametrize("text", ["", '""', "x" * 256])
async def test_keys_that_are_none(doors: Any, application: Any, text: str) -> None:
    assert (await doors.http.post(URL, json=application(), headers=key(text))).status_code == 400


def test_the_oldest_is_forgotten_first() -> None:
    remembered = Remembered(most=2)
    for n in (b"1", b"2", b"1", b"3"):
        remembered.check({b"idempotency-key": n}, "door", b"body")
    with pytest.raises(Problem):
        remembered.check({b"idempotency-key": b"1"}, "door", b"other")
    remembered.check({b"idempotency-key": b"2"}, "door", b"other")
