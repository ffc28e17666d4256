"""A shadow policy decides beside the one in force, and only the counts tell of it."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest.mock import Mock
from uuid import UUID

import pytest
import yaml
from prometheus_client import CollectorRegistry

from hiring.consumer import Received
from hiring.events.application import ApplicationSubmitted
from screening.consumer import plan
from screening.core.policy import Policy
from screening.programmes import PolicyError
from screening.settings import HERE
from screening.shadow import Shadow, read_shadows

from .seeds import seeds

REFERENCE = HERE / "policies" / "ai-internships-2026.yaml"
PROGRAMME = "ai-internships-2026"
AT = datetime(2026, 1, 1, tzinfo=UTC)


def stricter() -> Policy:
    content = yaml.safe_load(REFERENCE.read_text())
    content["rules"][2]["latest"] = "2026-05"
    return Policy.model_validate(content)


def submitted(number: int, month: str, programme: str = PROGRAMME) -> Received:
    facts: dict[str, Any] = {
        "education": [{"level": "bachelor", "graduation": month}],
        "courses": [{"name": "Data structures"}],
        "projects": [{"title": "x", "ai": False}],
        "preferences": {"tracks": ["general"]},
        "consents": {"data_processing": True, "automated_screening": True},
    }
    event = ApplicationSubmitted(
        application_id=UUID(int=number),
        candidate_id=f"{number:064x}",
        revision=f"{number:064x}",
        source="test",
        programme=programme,
        submitted_at=AT,
        facts=facts,  # type: ignore[arg-type]
    )
    return Received(event, Mock())


def test_its_differences_are_counted_and_nothing_else_changes() -> None:
    programmes, registry = seeds(), CollectorRegistry()
    months = ["2026-04", "2026-06", "2026-06", "2024-01"]
    batch = [submitted(number, month) for number, month in enumerate(months)]
    batch.append(submitted(9, "2026-06", "another"))

    shadow = Shadow([stricter()], registry)
    assert plan(programmes, batch, AT, shadow) == plan(programmes, batch, AT)

    def counted(active: str, shadow: str, programme: str = PROGRAMME) -> float | None:
        labels = {"programme": programme, "active": active, "shadow": shadow}
        return registry.get_sample_value("screening_shadow_decisions_total", labels)

    assert counted("advance", "advance") == 1
    assert counted("advance", "decline") == 2
    assert counted("decline", "decline") == 1
    assert counted("review", "review", "another") is None


def test_no_folder_or_an_empty_one_is_no_shadow(tmp_path: Path) -> None:
    assert read_shadows(None) == []
    assert read_shadows(tmp_path) == []
    (tmp_path / "new.yaml").write_text(REFERENCE.read_text())
    assert [policy.programme for policy in read_shadows(tmp_path)] == [PROGRAMME]


def test_a_folder_that_is_not_there_names_the_setting(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="HIRING_SHADOW_POLICIES"):
        read_shadows(tmp_path / "nowhere")
