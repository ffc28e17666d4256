"""What a request says of itself: where it was, how much it sends, where a list goes on."""

from datetime import UTC, datetime
from uuid import UUID

from starlette.requests import Request

# A reason of 2,000 characters is up to twelve times as long in a form.
LARGEST_FORM = 32 * 1024
LATEST_ID = (datetime.max.replace(tzinfo=UTC), UUID(int=2**128 - 1))
"""Where a list of what has an id begins."""
_LATEST = (datetime.max.replace(tzinfo=UTC), 2**31 - 1, 2**63 - 1)


def small(request: Request, largest: int = LARGEST_FORM) -> bool:
    """Whether a form says its length, and is no longer than ours may be: it is read whole."""
    length = request.headers.get("content-length", "")
    return length.isdecimal() and int(length) <= largest


def here(request: Request) -> str:
    """The address of a page, to come back to it."""
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


def place(text: str) -> tuple[datetime, int, int]:
    """Where a list goes on; from the latest where that is not told."""
    try:
        at, partition, offset = text.split("~")
        moment = datetime.fromisoformat(at).astimezone(UTC)
        return moment, max(-1, min(int(partition), 2**31 - 1)), max(-1, min(int(offset), 2**63 - 1))
    except (ValueError, OverflowError):
        return _LATEST


def place_text(at: datetime, partition: int, offset: int) -> str:
    """The same place, for an address."""
    return f"{at.isoformat()}~{partition}~{offset}"


def id_place(text: str, begin: tuple[datetime, UUID] = LATEST_ID) -> tuple[datetime, UUID]:
    """Where a list of what has an id goes on; at its beginning where that is not told."""
    try:
        at, id_ = text.split("~")
        return datetime.fromisoformat(at).astimezone(UTC), UUID(id_)
    except (ValueError, OverflowError):
        return begin


def id_place_text(at: datetime, id_: UUID) -> str:
    """The same place, for an address."""
    return f"{at.isoformat()}~{id_}"


def with_done(path: str, command: UUID) -> str:
    """The address of a page that tells what became of a command."""
    return f"{path}{'&' if '?' in path else '?'}done={command}"
