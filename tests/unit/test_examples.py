"""What the documentation shows is true."""

from datetime import UTC, datetime
from pathlib import Path

from hiring.events.application import ApplicationSubmitted
from hiring.events.reading import parse
from hiring.events.submission import Submission
from intake.core.split import split
from intake.openapi import EXAMPLE

from .screening.seeds import seeds

DOCS = Path(__file__).parents[2] / "docs"


def test_the_example_application_advances_on_the_ai_track() -> None:
    given = parse((DOCS / "examples" / "application.json").read_bytes(), Submission)
    (record,) = split(given, b"a secret of sixteen", datetime.now(UTC)).waves[1]
    application = ApplicationSubmitted.model_validate_json(record.value or b"")
    decision = seeds().policy(application.programme).decide(application.facts)
    assert (decision.outcome, decision.track, decision.unit) == ("advance", "ai", "research")


def test_the_example_of_the_http_door_is_for_a_programme_that_is_open() -> None:
    given = Submission.model_validate(EXAMPLE)
    assert seeds().policy(given.programme).named.name == "ai-internships-2026"
    assert "ai-ethics" in given.answers
