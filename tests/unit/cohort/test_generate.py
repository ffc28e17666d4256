"""A made-up drive is the same for the same seed, lifelike, and of the shares it promises."""

import hashlib
import tracemalloc
from collections import Counter
from itertools import islice

import pytest
from pydantic import ValidationError

from cohort.drive.generate import generate
from hiring.events.submission import Submission

SIZE = 20_000


@pytest.fixture(scope="module")
def lines() -> list[bytes]:
    return [item.line for item in generate(SIZE, seed=2026)]


@pytest.fixture(scope="module")
def judged(lines: list[bytes]) -> tuple[list[Submission], list[ValidationError]]:
    good, bad = [], []
    for line in lines:
        try:
            good.append(Submission.model_validate_json(line))
        except ValidationError as error:
            bad.append(error)
    return good, bad


def test_the_same_seed_gives_the_same_bytes(lines: list[bytes]) -> None:
    again = hashlib.sha256(b"\n".join(item.line for item in generate(SIZE, seed=2026)))
    assert again.hexdigest() == hashlib.sha256(b"\n".join(lines)).hexdigest()


def test_a_shorter_drive_is_the_beginning_of_a_longer_one(lines: list[bytes]) -> None:
    assert [item.line for item in generate(500, seed=2026)] == lines[:500]


def test_drives_of_other_seeds_or_programmes_share_no_application(judged: tuple[list[Submission], list]) -> None:
    mine = {(s.source, s.external_id) for s in judged[0]}
    for other in (generate(2000, seed=2027), generate(2000, seed=2026, programme="other")):
        for item in other:
            try:
                submission = Submission.model_validate_json(item.line)
            except ValidationError:
                continue
            assert (submission.source, submission.external_id) not in mine


def test_no_line_holds_a_line_end(lines: list[bytes]) -> None:
    assert len(lines) == SIZE
    assert not any(b"\n" in line or not line.strip() for line in lines)


def test_about_three_in_a_hundred_repeat_an_earlier_line(judged: tuple[list[Submission], list]) -> None:
    seen: dict[tuple[str, str], Submission] = {}
    repeats = 0
    for submission in judged[0]:
        key = (submission.source, submission.external_id)
        if key in seen:
            repeats += 1
            assert seen[key] == submission, "a repeat never changes anything"
        seen[key] = submission
    assert 0.025 * SIZE < repeats < 0.035 * SIZE


def test_about_one_and_a_half_in_a_hundred_are_malformed_in_every_way(
    judged: tuple[list[Submission], list[ValidationError]],
) -> None:
    assert 0.011 * SIZE < len(judged[1]) < 0.019 * SIZE
    ways = {(str(e.errors()[0]["loc"][-1:]), e.errors()[0]["type"]) for e in judged[1]}
    assert {type_ for _, type_ in ways} >= {
        "json_invalid",
        "missing",
        "month",
        "extra_forbidden",
        "greater_than_equal",
        "dict_type",
        "tuple_type",
        "email",
    }


def test_nobody_could_be_reached(judged: tuple[list[Submission], list]) -> None:
    assert {s.candidate.email.rsplit(".", 1)[1] for s in judged[0]} == {"example", "test"}


def test_it_is_lifelike(judged: tuple[list[Submission], list]) -> None:
    good = judged[0]
    assert len({s.source for s in good}) == 4
    assert {"zh-CN", "zh-TW", "en", "en-GB", "de"} <= {s.candidate.locale for s in good}
    last = [month for s in good for d in s.education[-1:] if (month := d.get("graduation"))]
    months = Counter("2025-11" <= month <= "2026-10" for month in last)
    assert months[True] > 4 * months[False] > 0
    assert any(d.get("graduation") is None for s in good for d in s.education)
    assert {g["scale"] for s in good for d in s.education if (g := d.get("grade"))} == {4.0, 5.0, 100.0}
    assert {p.get("ai") for s in good for p in s.projects} == {True, False, None}
    assert {p.get("domain") for s in good for p in s.projects} >= {"healthcare", "finance", "logistics", "education"}
    answers = Counter(len(s.answers.get("ai-ethics", "")) // 100 for s in good)
    assert len(answers) > 5
    assert {len(s.courses) for s in good} >= {0, 2, 5, 10, 60}
    assert any(s.consents.get("human_only") for s in good)
    assert any(s.consents.get("data_processing") is None for s in good)
    names = "".join(s.candidate.name for s in good)
    assert all(odd in names for odd in ("\u200f", "👩🏽‍💻", "\u3000", "<b>"))
    assert max(len(s.candidate.name) for s in good) >= 180


def test_memory_does_not_grow_with_the_size() -> None:
    drive = generate(10**9, seed=1)
    tracemalloc.start()
    held = []
    for _ in range(3):
        for _ in islice(drive, 10_000):
            pass
        held.append(tracemalloc.get_traced_memory()[0])
    tracemalloc.stop()
    assert held[2] < 1.2 * held[0]
