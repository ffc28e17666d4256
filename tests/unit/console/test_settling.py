"""What a dead letter's record tells of its application, and what stands in the way of giving it once more."""

import json
from collections import Counter
from datetime import datetime

import pytest

from console.core.settling import Obstacle, Stands, Told, note, obstacle, refusal, told
from hiring.events.cloudevents import STRUCTURED
from hiring.identity import application_id
from hiring.topics import APPLICATIONS, COMMANDS, CONTACTS, DECISIONS, SUBMISSIONS

from .happened import decided, id_of, minute, review_given, submitted

CAME = minute(30)
SUBMISSION = {"source": "campus", "external_id": "7", "submitted_at": "2026-03-01T08:05:00Z"}
NAMED = application_id("campus", "7")


def body(told: object) -> bytes:
    return json.dumps(told).encode()


@pytest.mark.parametrize(
    ("value", "content_type", "expected"),
    [
        (body(SUBMISSION), None, Told(NAMED, minute(5))),
        (body({"specversion": "1.0", "data": SUBMISSION}), STRUCTURED.encode(), Told(NAMED, minute(5))),
        (body(SUBMISSION | {"submitted_at": "yesterday"}), None, Told(NAMED, CAME)),
        # A clock that is wrong: intake takes it for the time at which it came, too.
        (body(SUBMISSION | {"submitted_at": "2999-01-01T00:00:00Z"}), None, Told(NAMED, CAME)),
        (body({"source": 5, "external_id": "7"}), None, None),
        (b"{oops", None, None),
        (b"[1]", None, None),
        (None, b"application/cloudevents+avro", None),
    ],
)
def test_a_submission_names_its_application(value: bytes | None, content_type: bytes | None, expected: object) -> None:
    assert told(SUBMISSIONS, b"k", value, {"content-type": content_type}, CAME) == expected


def test_an_application_or_a_decision_is_named_by_its_key() -> None:
    key = str(id_of(1)).encode()
    facts = submitted(1, at=5).model_dump_json().encode()
    assert told(APPLICATIONS, key, facts, {}, CAME) == Told(id_of(1), minute(5))
    assert told(APPLICATIONS, key, b"{oops", {}, CAME) == Told(id_of(1), CAME)
    decision = decided(1, at=6)
    assert told(DECISIONS, key, decision.model_dump_json().encode(), {}, CAME) == Told(
        id_of(1), minute(6), decision.decision_id
    )
    assert told(APPLICATIONS, b"nobody", facts, {}, CAME) is None
    assert told(APPLICATIONS, None, facts, {}, CAME) is None
    assert told(CONTACTS, key, facts, {}, CAME) is None
    verdict = review_given(1, at=4).model_dump_json().encode()
    assert told(COMMANDS, key, verdict, {}, CAME) == Told(id_of(1), minute(4), overtakes=False)
    assert told(COMMANDS, b"programme", verdict, {}, CAME) is None


AT = minute(5)
APPLIED = Told(id_of(1), AT)
ASKED = Told(id_of(1), AT, overtakes=False)
DECIDED = Told(id_of(1), AT, id_of("this"))


@pytest.mark.parametrize(
    ("record", "known", "expected"),
    [
        (APPLIED, None, None),
        (APPLIED, Stands(), None),
        (APPLIED, Stands(submitted_at=AT), None),
        (APPLIED, Stands(submitted_at=minute(4)), None),
        (APPLIED, Stands(submitted_at=minute(6)), Obstacle.NEWER),
        (APPLIED, Stands(submitted_at=AT, decision_id=id_of("d"), decided_at=minute(9)), None),
        (APPLIED, Stands(forgotten_at=minute(4)), None),
        (APPLIED, Stands(forgotten_at=AT), Obstacle.FORGOTTEN),
        (ASKED, Stands(submitted_at=minute(9)), None),
        (ASKED, Stands(forgotten_at=AT), Obstacle.FORGOTTEN),
        (DECIDED, Stands(submitted_at=minute(9)), None),
        (DECIDED, Stands(decision_id=id_of("this"), decided_at=AT), None),
        (DECIDED, Stands(decision_id=id_of("that"), decided_at=minute(4)), None),
        (DECIDED, Stands(decision_id=id_of("that"), decided_at=AT), Obstacle.DECIDED),
    ],
)
def test_what_is_older_than_what_stands_is_left_alone(
    record: Told, known: Stands | None, expected: Obstacle | None
) -> None:
    assert obstacle(record, known) is expected


def test_whoever_asked_is_told_how_many_and_why() -> None:
    assert note("discard", 1, Counter()) == "1 dead letter discarded"
    assert note("redrive", 1200, Counter()) == "1,200 dead letters given to their services once more"
    left = Counter({Obstacle.GONE: 2, Obstacle.NEWER: 1})
    text = note("redrive", 1, left)
    assert text.startswith("1 dead letter given to its service once more; left as they are: ")
    assert f"2 dead letters: {Obstacle.GONE}" in text and f"1 dead letter: {Obstacle.NEWER}" in text
    assert refusal(Counter({Obstacle.NEWER: 1})) == Obstacle.NEWER
    assert refusal(left).startswith("none of 3 dead letters was given to its service once more: ")


def test_moments_are_held_against_each_other_with_their_zones() -> None:
    value = body(SUBMISSION | {"submitted_at": "2026-03-01T16:05:00+08:00"})
    read = told(SUBMISSIONS, None, value, {}, CAME)
    assert read is not None and read.at == minute(5) and isinstance(read.at, datetime)
