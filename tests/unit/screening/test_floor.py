"""The bench's hand-written rules decide as the reference policy does; otherwise its ratios compare different work."""

from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

import pytest
from pydantic import ValidationError

from cohort.drive.generate import generate
from hiring.events.application import ApplicationSubmitted
from hiring.events.submission import Submission
from intake.core.split import split
from screening.core.decide import compile_policy
from screening.programmes import read_policy
from screening.settings import HERE

ROOT = Path(__file__).parents[3]
AT = datetime(2026, 3, 1, tzinfo=UTC)


def test_the_floor_decides_as_the_policy_over_a_whole_drive(monkeypatch: pytest.MonkeyPatch) -> None:
    # bench is no part of any package that is installed.
    monkeypatch.syspath_prepend(ROOT)
    work = import_module("bench.work")
    decide = compile_policy(read_policy(HERE / "policies" / "ai-internships-2026.yaml"))
    seen: set[tuple[str, str | None]] = set()
    compared = 0
    for item in generate(3200, seed=5):
        try:
            given = Submission.model_validate_json(item.line)
        except ValidationError:
            continue
        (record,) = split(given, b"a secret of sixteen", AT).waves[1]
        ours = decide(ApplicationSubmitted.model_validate_json(record.value or b"").facts)
        by_hand = work.screen(work.Application.model_validate_json(record.value or b"").facts)
        assert (ours.outcome, ours.track) == by_hand[:2], record.value
        seen.add((ours.outcome, ours.track))
        compared += 1
    assert compared > 3000
    assert seen == {(outcome, track) for outcome in ("advance", "review", "decline") for track in ("ai", "general")}
