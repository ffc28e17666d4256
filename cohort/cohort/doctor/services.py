"""Do the services answer, are they ready, and are all of one release with this command?"""

from collections.abc import Mapping
from importlib.metadata import version

import httpx
from prometheus_client.parser import text_string_to_metric_families

from cohort.doctor.finding import Case, Finding, Samples, ok, unknown, wrong
from cohort.readiness import READY, SECONDS

CHECK = "services"
RELEASE = version("cohort")
_BUILD = "hiring_build_info"


async def services(case: Case) -> list[Finding]:
    """Whether each service that tells a URL is ready."""
    if not case.said:
        return [
            unknown(CHECK, "no service's URL is told: whether one is ready is not asked", "tell intake_url and others")
        ]
    found = []
    for name, it in case.said.items():
        if it.state == READY:
            found.append(ok(CHECK, f"{name} is ready"))
        elif it.answers:
            found.append(wrong(CHECK, f"{name} is {it.state}", f"mend what it names; the log of {name} tells more"))
        else:
            found.append(
                wrong(CHECK, f"{name} {it.state} at {case.at.urls()[name]}", f"start it, or correct {name}_url")
            )
    return found


async def releases(case: Case) -> list[Finding]:
    """Whether each service that tells its version is of this command's release."""
    return judged_releases(case.metrics, RELEASE)


def judged_releases(metrics: Mapping[str, Samples], release: str) -> list[Finding]:
    """The same, from what the services tell at /metrics."""
    told = {name: labels.get("version", "") for name, of in metrics.items() for labels, _ in of.get(_BUILD, [])}
    found = [
        ok("release", f"{name} is of release {its}")
        if its == release
        else wrong(
            "release",
            f"{name} is of release {its}, this command of {release}",
            "bring all to one release: docs/deploy.md",
        )
        for name, its in told.items()
    ]
    if silent := sorted(set(metrics) - set(told)):
        found.append(unknown("release", f"these do not tell their release: {', '.join(silent)}"))
    return found


async def metrics(urls: Mapping[str, str]) -> dict[str, Samples]:
    """What each service tells at /metrics; one that does not answer is left out."""
    found: dict[str, Samples] = {}
    async with httpx.AsyncClient(timeout=SECONDS, trust_env=False) as client:
        for name, url in urls.items():
            try:
                answer = await client.get(f"{url}/metrics")
                if answer.status_code == httpx.codes.OK:
                    found[name] = samples(answer.text)
            except (httpx.HTTPError, httpx.InvalidURL, ValueError):
                # Whether it answers is another check's.
                continue
    return found


def samples(text: str) -> Samples:
    """A page of metrics, by name. Raises ValueError where it is none."""
    found: dict[str, list[tuple[Mapping[str, str], float]]] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            found.setdefault(sample.name, []).append((sample.labels, sample.value))
    return found
