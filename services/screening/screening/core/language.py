"""What the parts of the policy language share: bounded text, sayings in two languages, strict models."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, StringConstraints
from pydantic_core import InitErrorDetails, PydanticCustomError, ValidationError

from hiring.events.fields import PLAIN

Text = Annotated[str, StringConstraints(min_length=1, max_length=500, strip_whitespace=True), PLAIN]

Place = tuple[str | int, ...]
"""Where in a policy something stands: ("tracks", 0, "rules", 2, "at_least")."""


class Strict(BaseModel):
    """Part of a policy: frozen, and a misspelt field is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Saying(Strict):
    """The same sentence in each language a candidate may read."""

    en: Text
    zh: Text


def wrong(title: str, complaints: list[tuple[Place, str]]) -> ValidationError:
    """The error that says several things, each at its place."""
    details: list[InitErrorDetails] = [
        {"type": PydanticCustomError("policy", "{text}", {"text": text}), "loc": place, "input": _NOTHING}
        for place, text in complaints
    ]
    return ValidationError.from_exception_data(title, details)


_NOTHING: Any = None
