"""The lines that intake answers an upload with: one for each line it was sent, and a summary at the end."""

from collections.abc import Iterator
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, TypeAdapter, ValidationError

from cohort_client.errors import FieldProblem
from cohort_client.protocol import NotNow, field_problems


class Answer(BaseModel):
    """What became of a line; `failed` is not recorded for certain, and sent again."""

    line: int
    status: Literal["accepted", "rejected", "failed"]
    application_id: UUID | None = None
    errors: Annotated[list[FieldProblem], BeforeValidator(field_problems)] = []


class Counts(BaseModel):
    """How many lines became what; `problem` says that something was not read."""

    lines: int
    problem: str | None = None


class Summary(BaseModel):
    """The last line of an answer that did not break off."""

    summary: Counts


_LINE: TypeAdapter[Answer | Summary] = TypeAdapter(Answer | Summary)


class AnswerLines:
    """Feed it an answer's bytes as they come."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, chunk: bytes) -> Iterator[Answer | Summary]:
        """The lines that are complete. Raises NotNow for one that cannot be read."""
        # Not by splitlines of text: that also breaks a line at U+2028, which may stand in JSON.
        *whole, self._rest = (self._rest + chunk).split(b"\n")
        for line in whole:
            if line and not line.isspace():
                yield _answer(line)


def _answer(line: bytes) -> Answer | Summary:
    try:
        told = _LINE.validate_json(line)
    except ValidationError:
        raise NotNow("a line of the answer cannot be read") from None
    if isinstance(told, Answer) and (told.status == "accepted") != (told.application_id is not None):
        raise NotNow("accepted, but the answer names no application; or the other way round")
    return told
