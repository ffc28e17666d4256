"""How fast letters may go to a domain, as an operator writes it: `qq.com=20/min, *=5/s`."""

import re

from hiring.identity import InvalidEmail, normalise_email

ANY = "*"
"""Each domain that has no limit of its own."""

_LIMIT = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*/\s*(s|min|h)")
_SECONDS = {"s": 1, "min": 60, "h": 3600}


def limits(text: str) -> dict[str, float]:
    """Letters a second by domain, in Unicode, or by `*`. Raises ValueError that says what to write."""
    found: dict[str, float] = {}
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        name, _, limit = (side.strip() for side in part.partition("="))
        known = _LIMIT.fullmatch(limit)
        if known is None or float(known[1]) <= 0:
            raise ValueError(f"{part!r} is no limit: write domain=letters/unit, such as qq.com=20/min (s, min, h)")
        domain = _domain(name)
        if domain in found:
            raise ValueError(f"{domain} has two limits")
        found[domain] = float(known[1]) / _SECONDS[known[2]]
    return found


def domain_of(email: str) -> str:
    """The domain of a normalised address."""
    return email.rpartition("@")[2]


def _domain(name: str) -> str:
    if name == ANY:
        return name
    try:
        # As addresses are normalised, so that both are compared in one form.
        return domain_of(normalise_email(f"x@{name}"))
    except InvalidEmail:
        raise ValueError(f"{name!r} is no domain: write one such as qq.com, or * for all others") from None
