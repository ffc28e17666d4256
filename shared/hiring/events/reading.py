"""From a record back to an event, or to the reason why it is none. Reasons carry no personal data."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Protocol, TypeVar

from pydantic import BaseModel, ValidationError

E = TypeVar("E", bound=BaseModel)

_REQUIRED = ("ce_specversion", "ce_type", "ce_id", "ce_source")


class Flaw(StrEnum):
    """What is wrong with a record that no retry can mend."""

    UNREADABLE_HEADER = "unreadable-header"
    MISSING_HEADER = "missing-header"
    UNKNOWN_TYPE = "unknown-type"
    EMPTY = "empty"
    NOT_JSON = "not-json"
    INVALID = "invalid"
    WRONG_KEY = "wrong-key"


class Unreadable(Exception):
    """The record is no event of ours; `flaw` classes it, `detail` says where and how to mend it.

    `problems` says the same field by field, where the flaw is INVALID.
    """

    def __init__(self, flaw: Flaw, detail: str, problems: Sequence[dict[str, str]] = ()) -> None:
        super().__init__(f"{flaw}: {detail}")
        self.flaw = flaw
        self.detail = detail
        self.problems = problems


class Record(Protocol):
    """What reading needs of a consumed record."""

    @property
    def topic(self) -> str: ...
    @property
    def value(self) -> bytes | None: ...
    @property
    def headers(self) -> Sequence[tuple[str, bytes | None]]: ...


def describe(error: ValidationError, limit: int = 10) -> list[dict[str, str]]:
    """What is wrong, field by field: `field`, `problem`. The values themselves are not repeated."""
    return [
        {"field": ".".join(str(part) for part in item["loc"]) or "(whole)", "problem": item["msg"]}
        for item in error.errors(include_url=False, include_context=False, include_input=False)[:limit]
    ]


def event_type(record: Record) -> str:
    """The CloudEvents type of a record in binary mode. Raises Unreadable."""
    found: dict[str, str] = {}
    for name, value in record.headers:
        if value is None:
            raise Unreadable(Flaw.UNREADABLE_HEADER, f"{_name(name)} is null: send text or leave it out")
        try:
            found[name] = value.decode()
        except UnicodeDecodeError:
            raise Unreadable(Flaw.UNREADABLE_HEADER, f"{_name(name)} is not UTF-8 text") from None
    for name in _REQUIRED:
        if name not in found:
            raise Unreadable(Flaw.MISSING_HEADER, f"the header {name} is missing: send CloudEvents 1.0 in binary mode")
    if found["ce_specversion"] != "1.0":
        raise Unreadable(Flaw.UNKNOWN_TYPE, "ce_specversion is not 1.0")
    return found["ce_type"]


def read(record: Record, contracts: Mapping[str, type[E]]) -> E:
    """The event in a record, by the model its ce_type names. Raises Unreadable."""
    type_ = event_type(record)
    model = contracts.get(type_)
    if model is None:
        known = ", ".join(sorted(contracts))
        raise Unreadable(Flaw.UNKNOWN_TYPE, f"this topic is read for {known}; ce_type names another")
    return parse(record.value, model)


def parse(value: bytes | None, model: type[E]) -> E:
    """The event in some JSON. Raises Unreadable: not JSON, or what is wrong field by field."""
    if value is None or not value.strip():
        raise Unreadable(Flaw.EMPTY, "the record has no value")
    try:
        return model.model_validate_json(value)
    except ValidationError as error:
        problems = describe(error)
        if error.errors(include_url=False, include_context=False, include_input=False)[0]["type"] == "json_invalid":
            raise Unreadable(Flaw.NOT_JSON, problems[0]["problem"]) from None
        told = "; ".join(f"{item['field']}: {item['problem']}" for item in problems)
        raise Unreadable(Flaw.INVALID, told, problems) from None


def _name(header: str) -> str:
    # A foreign header's name is somebody else's text: it is not repeated.
    return f"the header {header}" if header.startswith("ce_") or header == "content-type" else "a header"
