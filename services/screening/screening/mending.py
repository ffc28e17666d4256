"""What is wrong with a policy, for the person who wrote it: each error of its models as a sentence with the mend."""

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, get_args

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from screening.core.conditions import Condition
from screening.core.language import Saying
from screening.core.policy import Policy, Track, Unit
from screening.core.protected import protected_attribute
from screening.core.rules import AnyRule
from screening.core.scoring import AnyComponent, Score
from screening.core.shares import Share


def _by_kind(union: Any) -> dict[str, type[BaseModel]]:
    models: tuple[type[BaseModel], ...] = get_args(get_args(union)[0])
    return {get_args(model.model_fields["kind"].annotation)[0]: model for model in models}


_RULES, _CONDITIONS, _COMPONENTS = map(_by_kind, (AnyRule, Condition, AnyComponent))
_SAYINGS = dict.fromkeys(("reason", "unclear", "between"), Saying)
_PARTS: dict[str, type[BaseModel]] = {
    "tracks": Track,
    "units": Unit,
    "score": Score,
    **_SAYINGS,
    **dict.fromkeys(("at_least", "none_at", "full_at"), Share),
}
_THOUSANDS = re.compile(r"[0-9]{1,3}(,[0-9]{3})+")
_SHOWN = 60
_NEAR = 0.65
"""How alike a name must be to be taken for a slip."""


def sentence(error: ErrorDetails, written: str | None = None) -> str:
    """What is wrong, and how to mend it. `written`: how the file has it, where that is a number, true or false."""
    kind, ctx = error["type"], error.get("ctx", {})
    given = _shown(error["input"]) if written is None else _cut(written)
    match kind:
        case "policy" | "share":
            return error["msg"]
        case "extra_forbidden":
            return _unknown_field(error["loc"])
        case "missing":
            return f"lacks the field `{error['loc'][-1]}`: add it"
        case "union_tag_invalid":
            tag = written or str(ctx.get("tag"))
            return _not_one_of(f"there is no kind {tag}", tag, _kinds(error["loc"]))
        case "union_tag_not_found":
            return f"does not say its `kind`: one of {', '.join(_kinds(error['loc']))}"
        case "literal_error":
            choices = [choice.strip("'") for choice in str(ctx["expected"]).replace(" or ", ", ").split(", ")]
            return _not_one_of(f"is {given}", written or str(error["input"]), choices)
        case "string_type":
            mend = f'write it in quotes: "{given}"' if isinstance(error["input"], int | float) else "write text"
            return f"is {given}, not text: {mend}"
        case "control_character":
            return f"is {given}, and holds a control character: remove it"
        case "string_pattern_mismatch":
            return f"is {given}, {_pattern(str(ctx['pattern']))}"
        case "int_type" | "int_parsing" if _THOUSANDS.fullmatch(str(error["input"])):
            return f"is {given}: write {str(error['input']).replace(',', '')} without the comma"
        case "int_type" | "int_parsing" | "int_from_float":
            return f"is {given}: write a whole number, without quotes"
        case "bool_type" | "bool_parsing":
            return f"is {given}: write true or false"
        case "less_than_equal":
            return f"is {given}, and cannot be met: at most {ctx['le']}"
        case "greater_than_equal":
            return f"is {given}: at least {ctx['ge']}"
        case "tuple_type":
            return f"is {given}: write a list, [a, b] or a line with - for each"
        case "model_type" | "dict_type" | "model_attributes_type" if "：" in str(error["input"]):
            return f"is {given}: write the colon as : and a blank, not as ："
        case "model_type" | "dict_type" | "model_attributes_type":
            return f"is {given}: write fields, name: value, indented below"
        case "too_short" | "string_too_short":
            return "is empty: name at least one, or leave the field out"
    return f"is {given}: {error['msg'][:1].lower()}{error['msg'][1:]}"


def place_named(place: Sequence[str | int], policy: Any) -> str:
    """Where it stands, by the ids that the writer gave: `track ai, rule mathematics, at_least`."""
    named: list[str] = []
    value, kinds = policy, {*_RULES, *_COMPONENTS}
    steps = list(place)
    for number, step in enumerate(steps):
        before = steps[number - 1] if number else None
        if isinstance(value, list) and isinstance(step, int) and step < len(value):
            value = value[step]
            id_ = value.get("id") if isinstance(value, Mapping) else None
            if isinstance(before, str) and named:
                one = "condition" if before == "of" else before.removesuffix("s")
                named[-1] = f"{one} {id_ if isinstance(id_, str) else step + 1}"
        elif isinstance(value, Mapping) and step in value:
            value = value[step]
            named.append(str(step))
        elif step not in kinds:
            named.append(str(step))
    return ", ".join(named)


def meant(place: Sequence[str | int]) -> str | None:
    """The field that a name at a place, which is none, is taken for."""
    name = str(place[-1])
    return None if protected_attribute(name) else _nearest(name, sorted(_fields_at(place[:-1])))


def _unknown_field(place: Sequence[str | int]) -> str:
    name, known = str(place[-1]), sorted(_fields_at(place[:-1]))
    if attribute := protected_attribute(name):
        return f"`{name}` speaks of {attribute}, a protected attribute: no rule may look at it; remove it"
    return _not_one_of(f"there is no field `{_cut(name)}` here", name, known)


def _not_one_of(wrong: str, given: str, known: Sequence[str]) -> str:
    if attribute := protected_attribute(given):
        return f"{wrong}: it speaks of {attribute}, a protected attribute, which no rule may look at; remove it"
    near = _nearest(given, known)
    return f"{wrong}: did you mean `{near}`?" if near else f"{wrong}: write one of {', '.join(known)}"


def _nearest(given: str, known: Sequence[str]) -> str | None:
    return next(iter(difflib.get_close_matches(given, known, 1, _NEAR)), None)


def _fields_at(place: Sequence[str | int]) -> Iterable[str]:
    inner = [step for step in place if isinstance(step, str)]
    if not inner:
        return Policy.model_fields
    last = inner[-1]
    model = _models(place).get(last) or _PARTS.get(last)
    return model.model_fields if model else ()


def _models(place: Sequence[str | int]) -> dict[str, type[BaseModel]]:
    return _COMPONENTS if "components" in place else _CONDITIONS if "of" in place else _RULES


def _kinds(place: Sequence[str | int]) -> list[str]:
    return list(_models(place))


def _pattern(pattern: str) -> str:
    if pattern.startswith("^(19|20"):
        return "not a month: write YYYY-MM"
    return "not a name: write lower-case letters, digits, . _ or -, at most 63, without blanks"


def _shown(value: Any) -> str:
    if value is None:
        return "empty"
    if isinstance(value, Mapping | list | tuple):
        return "a mapping" if isinstance(value, Mapping) else "a list"
    return _cut(str(value).lower() if isinstance(value, bool) else repr(value))


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
