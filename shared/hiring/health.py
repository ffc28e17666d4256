"""What a process knows of its own health, and the HTTP page that tells it: /livez, /readyz, /metrics."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route


@dataclass(slots=True)
class Health:
    """Conditions by name. Ready when all hold; alive until something failed that only a restart mends."""

    _conditions: dict[str, str | None] = field(default_factory=dict)
    _failure: str | None = None

    @classmethod
    def awaiting(cls, *conditions: str) -> "Health":
        """Not ready before each of these was heard of: who has asked nobody yet knows nothing."""
        return cls(dict.fromkeys(conditions, "not heard of yet"))

    def set(self, name: str, holds: bool, why: str = "") -> None:
        """Note whether a condition holds; `why` is for operators and holds no personal data."""
        self._conditions[name] = None if holds else why or "no"

    def fail(self, why: str) -> None:
        """Note that only a restart helps."""
        self._failure = why

    @property
    def alive(self) -> bool:
        return self._failure is None

    @property
    def ready(self) -> bool:
        return self.alive and not any(self._conditions.values())

    def conditions(self) -> dict[str, str | None]:
        """Every condition by name, and why it does not hold; None where it does."""
        return dict(sorted(self._conditions.items()))

    def report(self) -> dict[str, Any]:
        """Every condition: `ok`, or why it does not hold."""
        report: dict[str, Any] = {name: why or "ok" for name, why in self.conditions().items()}
        return report | ({"failure": self._failure} if self._failure else {})


class _Conditions(Collector):
    """What readiness rests on, for alerts: a broker that is silent counts as no fault, and yet it is away."""

    def __init__(self, health: Health) -> None:
        self._health = health

    def collect(self) -> Iterator[GaugeMetricFamily]:
        told = GaugeMetricFamily("hiring_condition_holds", "1 for a condition of readiness that holds", labels=["of"])
        for name, why in self._health.conditions().items():
            told.add_metric([name], why is None)
        yield told


def routes(health: Health, registry: CollectorRegistry) -> list[Route]:
    """The routes every service answers beside its own; `registry` tells of `health` too."""
    registry.register(_Conditions(health))

    async def livez(_: Request) -> Response:
        return JSONResponse({"alive": health.alive}, 200 if health.alive else 503)

    async def readyz(_: Request) -> Response:
        return JSONResponse({"ready": health.ready, **health.report()}, 200 if health.ready else 503)

    async def metrics(_: Request) -> Response:
        text = await asyncio.to_thread(generate_latest, registry)
        return Response(text, media_type=CONTENT_TYPE_LATEST)

    return [Route("/livez", livez), Route("/readyz", readyz), Route("/metrics", metrics)]


def app(health: Health, registry: CollectorRegistry) -> Starlette:
    """The page of a service that has no other."""
    return Starlette(routes=routes(health, registry))
