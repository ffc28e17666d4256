"""A part of a whole, as a policy writes it: `3.0 of 4`, `75%` or `0.75`; and as a mark on its own scale."""

import math
import re
from fractions import Fraction
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

_NUMBER = r"\d+(?:\.\d+)?"
_OF = re.compile(rf"({_NUMBER})\s*(?:of|/)\s*({_NUMBER})")
_PERCENT = re.compile(rf"({_NUMBER})\s*%")
_FORMS = "write it as `3.0 of 4`, `75%` or `0.75`"


class Share(BaseModel):
    """`value` of `scale`, from none of it to all of it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    value: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    scale: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 1.0

    @property
    def fraction(self) -> Fraction:
        """The exact part, by the decimal digits as written."""
        return Fraction(str(self.value)) / Fraction(str(self.scale))


def _read(given: Any) -> Any:
    """A Share from what YAML gives. Raises PydanticCustomError, which names the mend."""
    if isinstance(given, dict | Share):
        share = given if isinstance(given, Share) else Share.model_validate(given)
    elif isinstance(given, bool) or not isinstance(given, int | float | str):
        raise PydanticCustomError("share", f"is not a share: {_FORMS}")
    else:
        share = _parsed(str(given).strip())
    if share.value > share.scale:
        more = f"is more than the whole ({share.value:g} of {share.scale:g}), which nobody reaches: {_FORMS}"
        raise PydanticCustomError("share", more.replace("{", "").replace("}", ""))
    return share


def _parsed(text: str) -> Share:
    if found := _OF.fullmatch(text):
        value, scale = float(found[1]), float(found[2])
    elif found := _PERCENT.fullmatch(text):
        value, scale = float(found[1]), 100.0
    elif re.fullmatch(_NUMBER, text):
        value, scale = float(text), 1.0
    else:
        raise PydanticCustomError("share", f"is not a share: {_FORMS}")
    if not scale or not math.isfinite(value) or not math.isfinite(scale):
        raise PydanticCustomError("share", f"is not a share: {_FORMS}")
    return Share(value=value, scale=scale)


def _some(share: Share) -> Share:
    if not share.value:
        raise PydanticCustomError("share", "asks for nothing, so everybody has it: leave the rule out, or ask for more")
    return share


_SCHEMA = WithJsonSchema(
    {
        "description": "A share: `3.0 of 4`, `75%` or `0.75`",
        "anyOf": [
            {"type": "number", "minimum": 0, "maximum": 1},
            {"type": "string", "pattern": rf"^\s*({_NUMBER})\s*((of|/)\s*{_NUMBER}|%)?\s*$"},
            {
                "type": "object",
                "properties": {"value": {"type": "number"}, "scale": {"type": "number"}},
                "required": ["value"],
                "additionalProperties": False,
            },
        ],
    }
)

Anchor = Annotated[Share, BeforeValidator(_read), _SCHEMA]
"""A share from nothing to the whole."""


def _read_some(given: Any) -> Any:
    return _some(_read(given))


AtLeast = Annotated[Share, BeforeValidator(_read_some), _SCHEMA]
"""A share that asks for something."""

Mark = tuple[float, float]
"""What a candidate reached, and of how much."""


def fraction(mark: Mark) -> Fraction | None:
    """The exact part that a mark is; None where it cannot be one: a scale of zero, or more than the whole."""
    value, scale = mark
    if not (math.isfinite(value) and math.isfinite(scale)) or scale <= 0 or not 0 <= value <= scale:
        return None
    return Fraction(str(value)) / Fraction(str(scale))
