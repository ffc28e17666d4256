"""From a record back to an event, or to the reason why it is none. Reasons carry no personal data."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from functools import cache
from typing import Protocol, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from hiring.events import CONTRACTS
from hiring.events.cloudevents import STRUCTURED, Envelope, Typed, UnsupportedFormat, is_structured
from hiring.events.mending import schema_of, sentence

E = TypeVar("E", bound=BaseModel)

TOLD = 10
"""So many problems of one record are told; mending these shows the next."""

_REQUIRED = frozenset({"ce_specversion", "ce_type", "ce_id", "ce_source"})
_HOW = f"send CloudEvents 1.0 in binary mode (ce_ headers), or in structured mode (content-type: {STRUCTURED})"
_JSON = b"application/json"


class Flaw(StrEnum):
    """What is wrong with a record that no retry can mend."""

    UNREADABLE_HEADER = "unreadable-header"
    MISSING_HEADER = "missing-header"
    UNKNOWN_TYPE = "unknown-type"
    UNSUPPORTED_FORMAT = "unsupported-format"
    EMPTY = "empty"
    NOT_JSON = "not-json"
    INVALID = "invalid"
    UNSTORABLE = "unstorable"
    FORGOTTEN = "forgotten"
    """It was redriven, and its person was erased since: nothing of it is kept, here neither."""


class Unreadable(Exception):
    """The record is no event of ours; `flaw` classes it, `detail` says where and how to mend it.

    `detail` is for operators: it names the contract's own fields and repeats nothing else of the record.
    `problems` is for whoever sent it: the same field by field as they wrote it, where the flaw is INVALID.
    """

    def __init__(self, flaw: Flaw, detail: str, problems: Sequence[dict[str, str]] = ()) -> None:
        super().__init__(f"{flaw}: {detail}")
        self.flaw = flaw
        self.detail = detail
        self.problems = problems


class Foreign(Unreadable):
    """An event of ours that this reader does not know: another service reads it."""


class Record(Protocol):
    """What reading needs of a consumed record."""

    @property
    def topic(self) -> str: ...
    @property
    def value(self) -> bytes | None: ...
    @property
    def headers(self) -> Sequence[tuple[str, bytes | None]]: ...


def describe(error: ValidationError, model: type[BaseModel] | None = None) -> list[dict[str, str]]:
    """What is wrong, field by field, for whoever sent it: `field` as they wrote it, `problem`.

    `model` is what it should have been: a name that is no field is then told with the one it is taken for.
    """
    return [problem_of(item, model) for item in error.errors(include_url=False, include_input=False)[:TOLD]]


def problem_of(error: ErrorDetails, model: type[BaseModel] | None = None) -> dict[str, str]:
    """One thing that is wrong, for whoever sent it."""
    place = error["loc"]
    if place and place[-1] == "[key]" and error["type"] != "extra_forbidden":
        # Of a member's name; pydantic's own mark says no more.
        place = place[:-1]
    return {"field": _place(place), "problem": sentence(error, model)}


def _headers(record: Record) -> dict[str, bytes]:
    """The headers by name, of a repeated one the last. Raises Unreadable where one is null or no text."""
    try:
        b"\n".join([value for _, value in record.headers]).decode()  # type: ignore[misc]
    except (TypeError, UnicodeDecodeError):
        raise _unreadable_header(record) from None
    return dict(record.headers)  # type: ignore[arg-type]


def _binary_type(found: Mapping[str, bytes]) -> str:
    """The CloudEvents type of a record in binary mode. Raises Unreadable."""
    if not found.keys() >= _REQUIRED:
        name = min(_REQUIRED - found.keys())
        raise Unreadable(Flaw.MISSING_HEADER, f"the header {name} is missing: {_HOW}")
    if found["ce_specversion"] != b"1.0":
        raise Unreadable(Flaw.UNKNOWN_TYPE, "ce_specversion is not 1.0")
    return found["ce_type"].decode()


def _unreadable_header(record: Record) -> Unreadable:
    """Which header it is that is null or no text."""
    for name, value in record.headers:
        if value is None:
            return Unreadable(Flaw.UNREADABLE_HEADER, f"{_name(name)} is null: send text or leave it out")
        try:
            value.decode()
        except UnicodeDecodeError:
            return Unreadable(Flaw.UNREADABLE_HEADER, f"{_name(name)} is not UTF-8 text")
    return Unreadable(Flaw.UNREADABLE_HEADER, "the headers are not text")


def read(record: Record, contracts: Mapping[str, type[E]]) -> E:
    """The event in a record, in binary or structured mode, by the model its type names. Raises Unreadable."""
    found = _headers(record)
    # What nearly every record says is looked at no further.
    if (content_type := found.get("content-type", _JSON)) != _JSON:
        try:
            if is_structured(content_type):
                model = _model(parse(record.value, Typed).type, contracts, "type")
                envelope: type[Envelope[E]] = _envelope(model)
                return parse_envelope(record.value, envelope, model)
        except UnsupportedFormat as error:
            raise Unreadable(Flaw.UNSUPPORTED_FORMAT, str(error)) from None
    return parse(record.value, _model(_binary_type(found), contracts, "ce_type"))


@cache
def _envelope(model: type[E]) -> type[Envelope[E]]:
    # pydantic holds such a class weakly, and making it takes milliseconds.
    return Envelope[model]  # type: ignore[valid-type]


def parse_envelope(value: bytes | None, envelope: type[Envelope[E]], model: type[E]) -> E:
    """The event in an envelope of structured mode: its data, or what is in its base64. Raises Unreadable."""
    around = parse(value, envelope)
    return around.data if around.data is not None else parse(around.data_base64, model)


def _model(type_: str, contracts: Mapping[str, type[E]], field: str) -> type[E]:
    """The model of an event type. Raises Unreadable, Foreign; `field` is where the type was told."""
    model = contracts.get(type_)
    if model is None:
        known = ", ".join(sorted(contracts))
        why = f"this topic is read for {known}; {field} names another"
        raise (Foreign if type_ in CONTRACTS else Unreadable)(Flaw.UNKNOWN_TYPE, why)
    return model


def parse(value: bytes | None, model: type[E]) -> E:
    """The event in some JSON. Raises Unreadable: not JSON, or what is wrong field by field."""
    if value is None or not value.strip():
        raise Unreadable(Flaw.EMPTY, "the record has no value")
    try:
        return model.model_validate_json(value)
    except ValidationError as error:
        errors = error.errors(include_url=False, include_input=False)
        if errors[0]["type"] == "json_invalid":
            raise Unreadable(Flaw.NOT_JSON, errors[0]["msg"]) from None
        told = "; ".join(for_operators(item, model) for item in errors[:TOLD])
        raise Unreadable(Flaw.INVALID, told, describe(error, model)) from None


# What pydantic says of these quotes some of the input; where it stands is enough for an operator.
_QUOTING = {"email": "is not an e-mail address", "union_tag_invalid": "is of no kind that there is"}


def for_operators(error: ErrorDetails, model: type[BaseModel]) -> str:
    """One thing that is wrong with what should be a `model`: where and what, in the contract's own words only."""
    known = _words(model)
    place = _place([part if isinstance(part, int) or part in known else "*" for part in error["loc"]])
    return f"{place}: {_QUOTING.get(error['type']) or sentence(error, model)}"


@cache
def _words(model: type[BaseModel]) -> frozenset[str]:
    """The names of its fields, and of the kinds that it tells apart."""
    schema = schema_of(model)
    fields = [
        field for part in (schema, *schema.get("$defs", {}).values()) for field in part.get("properties", {}).items()
    ]
    return frozenset(
        {name for name, _ in fields} | {told["const"] for _, told in fields if isinstance(told.get("const"), str)}
    )


def _place(location: Sequence[int | str]) -> str:
    return ".".join(str(part) for part in location) or "(whole)"


def _name(header: str) -> str:
    # A foreign header's name is somebody else's text: it is not repeated.
    return f"the header {header}" if header.startswith("ce_") or header == "content-type" else "a header"
