"""What a request says of itself: where it was, how much it sends, where a list goes on."""

from datetime import UTC, datetime

from starlette.requests import Request

LARGEST_FORM = 16 * 1024
_LATEST = (datetime.max.replace(tzinfo=UTC), 2**31 - 1, 2**63 - 1)


def small(request: Request) -> bool:
    """Whether a form says its length, and is no longer than any of ours: it is read whole."""
    length = request.headers.get("content-length", "")
    return length.isdecimal() and int(length) <= LARGEST_FORM


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
