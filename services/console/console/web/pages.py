"""The console over HTTP: every page, each in a module of its own. Looking is a GET, asking for something a POST."""

from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from console.web import assets
from console.web.access import Access, Visit
from console.web.actions import ActionsPage
from console.web.answering import Answering, NotFound, Parts
from console.web.applications import ApplicationPages
from console.web.dead_letters import DeadLetterPages
from console.web.gauges import GaugesPart
from console.web.glance import GlancePage
from console.web.letters import LettersPages
from console.web.policies import PoliciesPages
from console.web.rendering import Rendering
from console.web.reviewing import ReviewingPages
from console.web.reviews import ReviewPages
from console.web.trials import TrialsPages

_PAGES = (
    GlancePage,
    GaugesPart,
    ApplicationPages,
    ReviewPages,
    ReviewingPages,
    LettersPages,
    PoliciesPages,
    TrialsPages,
    DeadLetterPages,
    ActionsPage,
)


class Pages:
    """Answers for the pages; until it is connected it asks to try again."""

    def __init__(self, access: Access, rendering: Rendering) -> None:
        self._answering = Answering(access, rendering)

    def connect(self, parts: Parts) -> None:
        """Answer from here on."""
        self._answering.connect(parts)

    def close(self) -> None:
        """End what streams."""
        self._answering.close()

    def routes(self) -> list[BaseRoute]:
        """The routes; each but those of logging in is for who is logged in."""
        open_, seen, access = self._answering.open, self._answering.seen, self._answering.access
        pages = [page(self._answering).routes() for page in _PAGES]
        return [
            Route("/static/{name}", assets.serve),
            *access.routes(open_),
            Route("/logout", seen(access.log_out), methods=["POST"]),
            *(route for routes in pages for route in routes),
            Route("/{anything:path}", seen(_nothing), methods=["GET"]),
        ]


async def _nothing(_: Visit) -> Response:
    raise NotFound
