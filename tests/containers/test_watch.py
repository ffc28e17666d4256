"""Prometheus beside the pipeline: it finds every replica, and what alerts and dashboard ask for is there."""

import re
from typing import Any

import httpx
import pytest

from .compose import ROOT, Compose, until

pytestmark = [pytest.mark.containers, pytest.mark.timeout(420)]


async def test_it_finds_every_replica_and_knows_every_metric_that_is_asked_for(pipeline: Compose) -> None:
    pipeline.up("prometheus")
    services = ("intake", "screening", "notify", "console")
    running = pipeline("ps", "--format", "{{.Service}}", *services).stdout.split()

    def ask(what: str) -> Any:
        port = pipeline.environment["COHORT_PROMETHEUS_PORT"]
        answer = httpx.get(f"http://127.0.0.1:{port}/api/v1/{what}", trust_env=False)
        return answer.raise_for_status().json()["data"]

    def seen() -> list[str]:
        return sorted(
            target["labels"]["service"] for target in ask("targets")["activeTargets"] if target["health"] == "up"
        )

    await until(lambda: seen() == sorted(running), "every replica is scraped")
    await until(
        lambda: {rule["health"] for group in ask("rules")["groups"] for rule in group["rules"]} == {"ok"}, "rules"
    )
    asked_for = {
        re.sub("_(bucket|sum|count)$", "", name)
        for file in ("prometheus/alerts.yml", "grafana/dashboards/cohort.json")
        for name in re.findall(r"\bhiring_\w+", (ROOT / "deploy" / file).read_text())
    }
    await until(lambda: asked_for <= set(ask("metadata")), f"services tell {sorted(asked_for)}")


@pytest.mark.parametrize(("verb", "file"), [("test rules", "alerts_test.yml"), ("check config", "prometheus.yml")])
def test_the_alerts_fire_when_they_should_and_not_otherwise(pipeline: Compose, verb: str, file: str) -> None:
    promtool = ("run", "--rm", "--no-deps", "--entrypoint", "promtool", "prometheus")
    pipeline(*promtool, *verb.split(), f"/etc/prometheus/{file}")
