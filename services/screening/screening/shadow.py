"""A policy that runs beside the one in force: it decides the same applications, and only the differences are counted.

Nothing of it is stored or published. Reading a drive again counts it again, as metrics do.
"""

from collections.abc import Iterable
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter

from hiring.events.application import ApplicationSubmitted
from hiring.events.decision import Outcome
from screening.core.decide import compile_policy
from screening.core.policy import Policy
from screening.programmes import PolicyError, read_folder


class Shadow:
    """The shadow policies, one a programme at most, and the counter of what they say."""

    def __init__(self, policies: Iterable[Policy], registry: CollectorRegistry) -> None:
        self._decide = {policy.programme: compile_policy(policy) for policy in policies}
        # The programme is one of the shadow policies': what applications name never makes a label.
        self._decisions = Counter(
            "screening_shadow_decisions",
            "Applications by what the policy in force and the shadow policy say of them",
            ["programme", "active", "shadow"],
            registry=registry,
        )

    def compare(self, event: ApplicationSubmitted, active: Outcome) -> None:
        """Count what the programme's shadow policy says of an application, beside the outcome of the one in force."""
        decide = self._decide.get(event.programme)
        if decide is not None:
            self._decisions.labels(event.programme, active, decide(event.facts).outcome).inc()


def read_shadows(folder: Path | None) -> list[Policy]:
    """The policies in a folder; none where there is no folder or no policy in it. Raises PolicyError."""
    if folder is None:
        return []
    if not folder.is_dir():
        raise PolicyError(f"{folder}: is no folder: name that of the shadow policies in HIRING_SHADOW_POLICIES")
    return read_folder(folder) if any(folder.glob("*.yaml")) else []
