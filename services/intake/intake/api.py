"""The HTTP door: one application, a stream of them, and what else an HR system may ask."""

from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from hiring.health import Health, routes
from intake import docs, openapi, problems
from intake.access import access
from intake.asking import add_asking
from intake.hooks.door import add_hooks
from intake.idempotency import Remembered
from intake.metrics import DoorMetrics
from intake.outlet import Outlet
from intake.settings import IntakeSettings
from intake.single import add_single
from intake.upload import add_bulk


def create_app(
    settings: IntakeSettings, outlet: Outlet, metrics: DoorMetrics, health: Health, registry: CollectorRegistry
) -> FastAPI:
    """The ASGI application: submissions come in, records go to `outlet`."""
    app = FastAPI(
        title="Cohort intake",
        version="1",
        description="Send applications, withdraw them, forget a person. Whatever was not answered may be sent again: "
        "ids are derived from what is sent.",
        # FastAPI's own pages load scripts from elsewhere; ours do not.
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        # Traces of requests could carry what candidates wrote.
        telemetry={"tracing": False, "metrics": False, "logs": False},
        responses=openapi.PROBLEMS,
    )
    problems.install(app)
    app.router.routes.extend([*routes(health, registry), *docs.routes()])
    allowed, remembered = access(settings), Remembered()
    add_single(app, settings, outlet, metrics, allowed, remembered)
    add_bulk(app, settings, outlet, metrics, allowed)
    add_asking(app, settings, outlet, metrics, allowed, remembered)
    add_hooks(app, settings, outlet, metrics, registry, allowed)
    openapi.describe(app, keys=settings.sources_file is not None)

    @app.get("/", summary="What is here")
    async def index() -> dict[str, dict[str, str]]:
        return {
            "endpoints": {
                "POST /v1/applications": "send one application as JSON, or as a CloudEvent",
                "POST /v1/applications/bulk": "send many, one JSON a line (NDJSON) or a CSV table, "
                "and read an answer a line",
                "POST /v1/applications/{source}/{external_id}/withdraw": "withdraw an application",
                "POST /v1/candidates/erase": "forget a person",
                "POST /v1/hooks/{system}/{source}": "webhooks of HR systems, where they are set up",
                "GET /docs": "these doors, to be read and tried in a browser",
                "GET /docs/topics": "the topics and their events, to be read",
                "GET /openapi.json": "the fields of an application, and every answer",
                "GET /asyncapi.json": "every topic and event",
                "GET /livez, /readyz, /metrics": "for operators",
            }
        }

    return app
