"""What the compiled policy costs beside the same rules written by hand: CPU time to decide, on facts already read."""

import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from statistics import median
from typing import Any

from pydantic import ValidationError

from bench import work
from bench.application import Application
from cohort.drive.generate import generate
from hiring.events.application import ApplicationSubmitted
from hiring.events.submission import Submission
from intake.core.split import split
from screening.core.decide import compile_policy
from screening.programmes import read_policy
from screening.settings import HERE

POLICY = HERE / "policies" / "ai-internships-2026.yaml"
APPLICATIONS = 20_000

Say = Callable[[str], None]


def measure(rounds: int, say: Say) -> dict[str, Any]:
    """Decisions a CPU second of either, in turns on the same applications, and their ratio round by round.

    The policy gives every rule's result and every reason in two languages; by hand it is outcome, track and the
    names of what did not pass.
    """
    values = list(_applications(APPLICATIONS))
    facts = [ApplicationSubmitted.model_validate_json(value).facts for value in values]
    models = [Application.model_validate_json(value).facts for value in values]
    policy = read_policy(POLICY)
    found: dict[str, Any] = {"applications": len(values), "policy": [], "by_hand": []}
    for number in range(1, rounds + 1):
        # Compiled anew, so that every round begins with nothing remembered.
        found["policy"].append(_rate(compile_policy(policy), facts))
        found["by_hand"].append(_rate(work.screen, models))
        say(f"round {number}  policy {found['policy'][-1]:9,.0f}/s  by hand {found['by_hand'][-1]:9,.0f}/s")
    found["ratio"] = [ours / theirs for ours, theirs in zip(found["policy"], found["by_hand"], strict=True)]
    say(f"ratio {median(found['ratio']):.2f}")
    return found


def _rate(decide: Callable[[Any], object], given: Iterable[Any]) -> float:
    begin = time.process_time()
    count = 0
    for facts in given:
        decide(facts)
        count += 1
    return count / (time.process_time() - begin)


def _applications(size: int) -> Iterable[bytes]:
    """The applications of a drive as they stand in the topic."""
    at = datetime(2026, 3, 1, tzinfo=UTC)
    for item in generate(size, seed=1):
        try:
            given = Submission.model_validate_json(item.line)
        except ValidationError:
            continue
        (record,) = split(given, b"a secret of sixteen", at).waves[1]
        assert record.value is not None
        yield record.value
