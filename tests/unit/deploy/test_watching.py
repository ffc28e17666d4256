"""What watches the pipeline asks for what there is, and every alert says what to do."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from cohort.pipeline import CONSOLE, SERVICES

ROOT = Path(__file__).parents[3]
DEPLOY, RUNBOOKS = ROOT / "deploy", ROOT / "docs" / "runbooks"
SECTIONS = ["What it means for people", "See it", "What to do", "It is over when"]
_MADE = re.compile(r'\b(Counter|Gauge|Histogram|GaugeMetricFamily|Info)\(\s*"([a-z_]+)"')
_ASKED = re.compile(r"\b(?:hiring|screening)_[a-z_]+\b(?![.:/-])")
_SUFFIXES = {"Counter": ["_total"], "Info": ["_info"], "Histogram": ["_bucket", "_sum", "_count"]}


def alerts() -> list[dict[str, Any]]:
    (group,) = yaml.safe_load((DEPLOY / "prometheus" / "alerts.yml").read_text())["groups"]
    return list(group["rules"])


def made() -> Iterator[tuple[str, str]]:
    """The kind and name of every metric that the code makes."""
    for folder in ("shared/hiring", "services"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield from _MADE.findall(path.read_text())


def page_of(alert: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", alert).lower() + ".md"


def test_every_alert_has_a_page_and_every_page_an_alert() -> None:
    pages = {alert["alert"]: page_of(alert["alert"]) for alert in alerts()}
    assert {alert["alert"]: alert["annotations"]["runbook"] for alert in alerts()} == {
        name: f"docs/runbooks/{page}" for name, page in pages.items()
    }
    assert {path.name for path in RUNBOOKS.glob("*.md")} == {"README.md", *pages.values()}
    index = (RUNBOOKS / "README.md").read_text()
    for name, page in pages.items():
        assert f"[{name}]({page})" in index
        text = (RUNBOOKS / page).read_text()
        assert text.startswith(f"# {name}\n")
        assert re.findall(r"^## (.*)$", text, re.MULTILINE) == SECTIONS, page


def test_whoever_watches_asks_only_for_metrics_that_there_are() -> None:
    there = {name + suffix for kind, name in made() for suffix in _SUFFIXES.get(kind, [""])}
    dashboard = json.loads((DEPLOY / "grafana" / "dashboards" / "cohort.json").read_text())
    asking = [alert["expr"] for alert in alerts()]
    asking += [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    asking += [page.read_text() for page in RUNBOOKS.glob("*.md")]
    for text in asking:
        assert set(_ASKED.findall(text)) <= there, text.splitlines()[0]


def test_every_metric_is_explained() -> None:
    rows = re.findall(r"^\| (`.*?) \|", (ROOT / "docs" / "observability.md").read_text(), re.MULTILINE)
    explained = [name for row in rows for name in re.findall(r"`(\w+)`", row)]
    assert sorted(explained) == sorted({name for _, name in made()})


@pytest.mark.parametrize("service", [*SERVICES, CONSOLE])
def test_every_service_is_scraped_and_missed(service: str) -> None:
    config = yaml.safe_load((DEPLOY / "prometheus" / "prometheus.yml").read_text())
    (job,) = config["scrape_configs"]
    assert [service] in [target["names"] for target in job["dns_sd_configs"]]
    (away,) = [alert["expr"] for alert in alerts() if alert["alert"] == "ServiceAway"]
    assert f'absent(up{{service="{service}"}})' in away
    assert service in re.findall(r"\w+", away.split("==")[0])


def test_panels_of_the_dashboard_do_not_overlap() -> None:
    panels = json.loads((DEPLOY / "grafana" / "dashboards" / "cohort.json").read_text())["panels"]
    cells = [
        (x, y)
        for panel in panels
        for place in [panel["gridPos"]]
        for x in range(place["x"], place["x"] + place["w"])
        for y in range(place["y"], place["y"] + place["h"])
    ]
    assert len(set(cells)) == len(cells)
    assert len({panel["id"] for panel in panels}) == len(panels)
