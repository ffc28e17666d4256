"""Who may come in: the bearer's key, what it may do, for whom it may speak, and how often."""

import logging
import math
import time
from collections.abc import Mapping
from http import HTTPStatus

from hiring.rate import Rates
from intake.problems import Problem
from intake.rate import Pace
from intake.settings import IntakeSettings
from intake.sources import Keyring, SourceScope

log = logging.getLogger(__name__)

Headers = Mapping[bytes, bytes]
"""A request's headers by their names in lower case."""


class Access:
    """Checks the bearer where there is a keyring, and the pace where there are rates."""

    def __init__(self, keyring: Keyring | None, rates: Rates | None = None) -> None:
        self._keyring = keyring
        self.rates = rates

    def enter(self, headers: Headers, scope: SourceScope) -> str | None:
        """The source that the request's key speaks for; None where the doors are open. Raises Problem: 401, 403."""
        if self._keyring is None:
            return None
        scheme, _, token = headers.get(b"authorization", b"").decode("latin-1").partition(" ")
        if scheme.lower() != "bearer":
            raise _unauthorized("Send an API key: Authorization: Bearer KEY.", "")
        if (grant := self._keyring.grant(token.strip())) is None:
            raise _unauthorized("The API key is unknown or was revoked.", ', error="invalid_token"')
        if scope not in grant.scopes:
            raise Problem(
                HTTPStatus.FORBIDDEN,
                "scope",
                f"This API key may not {scope}: its source lacks the scope {scope}.",
                headers={"WWW-Authenticate": f'Bearer realm="cohort", error="insufficient_scope", scope="{scope}"'},
            )
        return grant.source

    def hold_back(self, source: str) -> None:
        """Count one submission of a source. Raises Problem: 429 when there were too many."""
        if self.rates is not None and (seconds := self.rates.take(source)):
            raise Problem(
                HTTPStatus.TOO_MANY_REQUESTS,
                "too-many",
                f"A source may send {self.rates.per_second:g} submissions a second one by one; send many in bulk.",
                headers={"Retry-After": str(math.ceil(seconds))},
            )

    def pace(self) -> Pace | None:
        """The pace of one upload; None where there is no limit."""
        return None if self.rates is None else Pace(self.rates)


def speaks_for(granted: str | None, source: str) -> None:
    """Raises Problem, 403, where a key of one source is used for another."""
    if granted is not None and granted != source:
        raise Problem(
            HTTPStatus.FORBIDDEN,
            "other-source",
            "This API key is another source's.",
            [
                {
                    "field": "source",
                    "problem": "is not the source of this API key: send the key's own source, or use a key of this one",
                }
            ],
        )


def access(settings: IntakeSettings) -> Access:
    """What the settings say of who may come in; open doors are told in the log."""
    if settings.sources_file is None:
        log.warning("the doors are open: HIRING_SOURCES_FILE names no file of sources, so nobody needs a key")
    keyring = None if settings.sources_file is None else Keyring(settings.sources_file)
    per_second = settings.submissions_per_second
    return Access(keyring, None if per_second is None else Rates(per_second, time.monotonic))


def _unauthorized(detail: str, more: str) -> Problem:
    return Problem(
        HTTPStatus.UNAUTHORIZED,
        "unauthorized",
        detail,
        headers={"WWW-Authenticate": f'Bearer realm="cohort"{more}'},
    )
