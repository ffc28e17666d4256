"""What becomes of a trial that does not end well, and how much of what is told fits a record."""

from collections import Counter
from dataclasses import replace
from typing import Any
from unittest.mock import AsyncMock

import orjson
import pytest

from hiring.events.decision import PolicyNamed
from hiring.events.policy import PolicyKnown
from hiring.settings import Settings
from screening.known_policies import LARGEST, in_words
from screening.policy_file import PolicyError, read_content
from screening.trials import process
from screening.trials.child import TrialProcess
from screening.whatif.result import Comparison, Flip, Place, Tried, bounded
from screening.whatif.telling import fitting, size

from .whatif_policies import CONTENT, policy

# Nothing listens there.
NOWHERE = "127.0.0.1:9"
REQUEST = {"programme": "drive", "policy": policy().content(), "against": None, "judging": None}
# Too large for what a process of Python has left over anyway.
LARGE = {**REQUEST, "policy": {**CONTENT, "rules": [{**CONTENT["rules"][0], "id": f"r-{n}"} for n in range(20_000)]}}


@pytest.mark.parametrize(
    ("asked", "seconds", "memory_mb", "told"),
    [
        (REQUEST, 60.0, 300, "the topics could not be read to their ends (KafkaConnectionError): ask for it again"),
        (REQUEST, 0.01, 300, "it took longer than 0.01 seconds (HIRING_TRIAL_SECONDS) and was ended"),
        (LARGE, 60.0, 1, "HIRING_TRIAL_MEMORY_MB"),
    ],
)
async def test_a_trial_that_finds_nothing_says_why(
    monkeypatch: pytest.MonkeyPatch, asked: dict[str, Any], seconds: float, memory_mb: int, told: str
) -> None:
    monkeypatch.setenv("HIRING_KAFKA_BOOTSTRAP_SERVERS", NOWHERE)
    answer = await TrialProcess(seconds, memory_mb).run(asked)
    assert answer.keys() == {"problem"}
    assert told in answer["problem"]


KNOWN: dict[str, Any] = {
    "digest": "a" * 64,
    "programme": "drive",
    "name": "small",
    "version": "1",
    "policy": CONTENT,
    "effective_from": None,
    "proposed_by": "file",
    "proposed_why": "it came with the release",
    "proposed_at": "2026-05-01T00:00:00Z",
}


def test_sentences_that_do_not_fit_a_record_are_cut_and_counted() -> None:
    says, differs = ["says 政策 " * 20] * 5_000, ["differs " * 10] * 100
    told = in_words(PolicyKnown.model_validate(KNOWN), says, differs)
    known = PolicyKnown.model_validate_json(told)
    assert LARGEST - 500 < len(told) <= LARGEST
    assert known.changes == tuple(differs), "what differs comes first"
    assert known.sentences[-1].startswith(f"and {5_000 - len(known.sentences) + 1:,} lines more, which do not fit here")


def test_the_line_that_counts_what_was_cut_fits_too() -> None:
    lines = [f"{number:0>60}" for number in range(2_000)]
    # Wherever within a line the room ends.
    for room in range(process.LARGEST_CHANGES - size(lines[0]), process.LARGEST_CHANGES + 1):
        kept = fitting(lines, room)
        assert room - 500 < sum(map(size, kept)) <= room
        assert kept[-1].startswith(f"and {2_000 - len(kept) + 1:,} lines more")


def test_a_trial_tells_how_the_tried_policy_differs_from_the_one_that_judges(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = Comparison(0, 0, 0, Counter(), Counter(), [], 0, 0, (), (), (), ())
    tried = Tried(PolicyNamed(name="small", version="2", digest="a" * 64), None, "drive", found, 0, 0, 0, 0.1)
    monkeypatch.setattr(process, "try_policy", AsyncMock(return_value=tried))
    asked = {**REQUEST, "policy": {**CONTENT, "version": "2"}, "judging": CONTENT}
    answer = process.answer(Settings(), asked)
    assert (answer["judged"]["version"], answer["changes"]) == ("1", ("the version goes from 1 to 2",))


def test_what_fits_is_told_whole() -> None:
    known = PolicyKnown.model_validate_json(in_words(PolicyKnown.model_validate(KNOWN), ["one", "two"], None))
    assert (known.sentences, known.changes) == (("one", "two"), None)


def test_of_a_result_that_is_too_large_the_rarer_flips_are_left_out() -> None:
    places = [Place("advance", f"track-{number}", "cloud") for number in range(2_000)]
    flips = [Flip(place, Place("decline", None, None), 10) for place in places]
    found = Comparison(9, 0, 0, Counter(), Counter(), flips, 20_000, 0, (), (), (), ())
    tried = Tried(PolicyNamed(name="small", version="1", digest="a" * 64), None, "drive", found, 0, 0, 9, 1.5)
    told = bounded(tried, 50_000)
    kept = told["comparison"]["flips"]
    assert 49_000 < len(orjson.dumps(told)) <= 50_000
    assert told["comparison"]["flips_left_out"] == 2_000 - len(kept)
    assert kept[0]["before"]["track"] == "track-0"
    assert told["comparison"]["flipped"] == 20_000
    few = replace(tried, comparison=replace(found, flips=flips[:1]))
    assert "flips_left_out" not in bounded(few, 50_000)["comparison"]


def test_what_is_wrong_with_a_content_is_told_as_of_a_file_without_lines() -> None:
    with pytest.raises(PolicyError) as refused:
        read_content({**CONTENT, "rulez": [], "rules": [{**CONTENT["rules"][0], "latest": "June 2026"}]})
    assert str(refused.value).splitlines() == [
        "rule graduation, latest: is 'June 2026', not a month: write YYYY-MM",
        "there is no field `rulez` here: did you mean `rules`?",
    ]
