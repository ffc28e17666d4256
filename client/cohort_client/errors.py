"""What can go wrong, by what there is to do about it. No message holds what an application says."""

from collections.abc import Sequence
from typing import NamedTuple


class FieldProblem(NamedTuple):
    """What is wrong with one field, as `candidate.email`; `(whole)` where it is the application as such."""

    field: str
    problem: str


class CohortError(Exception):
    """Any error of this package. `status` is the HTTP status, None without an answer; `detail` is what intake said."""

    def __init__(self, message: str, status: int | None = None, detail: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.detail = detail or message


class Rejected(CohortError):
    """It cannot be taken as it is (400, 415, 422): mend what `errors` names, then send it again."""

    def __init__(self, detail: str, status: int, errors: Sequence[FieldProblem] = ()) -> None:
        told = "; ".join(f"{field}: {problem}" for field, problem in errors)
        super().__init__(f"{detail} ({told})" if told else detail, status, detail)
        self.errors = list(errors)


class NotAllowed(CohortError):
    """No API key, an unknown one, one that may not do this, or another source's (401, 403)."""


class TooLarge(CohortError):
    """Larger than intake, or a proxy before it, takes (413)."""


class Unavailable(CohortError):
    """Given up: no answer for good within the patience. Sending the same again later is safe.

    In bulk, `index` is the first application without an answer; every one before it was told.
    """

    def __init__(self, message: str, status: int | None = None, index: int | None = None) -> None:
        super().__init__(message, status)
        self.index = index


class Unexpected(CohortError):
    """The other side does not answer as intake does: `base_url` may name something else."""
