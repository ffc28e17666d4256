"""GET /gauges  how much waits for each service and how much it does a second: the part of the first page that draws."""

import json
from typing import Any

from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from console.core.gauges import SERVICES, Gauges
from console.web.access import Visit
from console.web.answering import Answering

# So many points are as many as a chart has room for.
_POINTS = 450


class GaugesPart:
    """A table of now, and the points of the charts beside it."""

    def __init__(self, answering: Answering) -> None:
        self._answering = answering

    def routes(self) -> list[BaseRoute]:
        """The part."""
        return [Route("/gauges", self._answering.seen(self._show), methods=["GET"])]

    async def _show(self, visit: Visit) -> Response:
        told = gauges_told(self._answering.parts.gauges)
        return HTMLResponse(self._answering.rendering.render("gauges", visit.language, **told))


def gauges_told(gauges: Gauges) -> dict[str, Any]:
    """What the template shows: of each service what waits and its rate, and all points as JSON."""
    series = gauges.series()
    rows = [
        (service, series.waiting[service][-1] if series.at else None, _lately(series.rates[service]))
        for service in SERVICES
    ]
    points = {
        "at": [round(it) for it in series.at[-_POINTS:]],
        "waiting": [series.waiting[it][-_POINTS:] for it in SERVICES],
        "rates": [series.rates[it][-_POINTS:] for it in SERVICES],
    }
    return {"gauges": rows, "points": json.dumps(points, separators=(",", ":"))}


def _lately(rates: Any) -> float | None:
    """The rate of the last ten seconds: from one look to the next it jumps with the batches."""
    known = [it for it in rates[-5:] if it is not None]
    return round(sum(known) / len(known), 1) if known else None
