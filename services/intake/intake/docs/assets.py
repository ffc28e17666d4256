"""The files that the pages load: Swagger UI's, from its package, and our own."""

from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from intake.docs.content import Content

# The package brings Swagger UI 5; nothing of it is used but these two files.
_SWAGGER_UI = "fastapi_offline", "static"
_OURS = "intake", "docs/static"

_FILES = {
    "swagger-ui-bundle.js": (_SWAGGER_UI, "text/javascript"),
    "swagger-ui.css": (_SWAGGER_UI, "text/css"),
    "http.js": (_OURS, "text/javascript"),
    "pages.css": (_OURS, "text/css"),
    "icon.svg": (_OURS, "image/svg+xml"),
}


@cache
def asset(name: str) -> Content:
    """A file by its name. Raises KeyError where there is none."""
    (package, folder), media_type = _FILES[name]
    path: Traversable = files(package).joinpath(folder, name)
    return Content(path.read_bytes(), media_type)


def address(name: str) -> str:
    """What a page below /docs/ calls a file: its name, and its tag as the query."""
    return f"assets/{name}?{asset(name).tag}"
