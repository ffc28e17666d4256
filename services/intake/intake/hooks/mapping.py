"""From a payload to a submission, by a mapping: what it says and how it is applied. Pure."""

import copy
from collections.abc import Container, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from pydantic import ValidationError

from hiring.events.reading import TOLD, for_operators, problem_of
from hiring.events.submission import Submission
from intake.hooks.paths import Path, find
from intake.hooks.targets import FACTS, INDISPENSABLE, REQUIRED
from intake.hooks.values import CustomFields, Unread, Value


class Members(NamedTuple):
    """Members of a list: one, or one for each thing that stands at `each`."""

    each: Path | None
    values: Mapping[str, Value]


class HookMapping(NamedTuple):
    """Which events make a submission, and from where its fields come."""

    events: frozenset[str]
    custom_fields: tuple[CustomFields, ...]
    values: Mapping[str, Value]
    lists: Mapping[str, tuple[Members, ...]]


class Mapped(NamedTuple):
    """A submission, the facts it does not tell, and the targets whose values could not be read."""

    submission: Submission
    unknown: tuple[str, ...]
    unread: tuple[str, ...]


class Unusable(Exception):
    """The payload can never become a submission; `errors` names the fields for the sender, `detail` for operators."""

    def __init__(self, error: ValidationError, fields: Container[str] | None = None) -> None:
        super().__init__("the payload lacks what an application needs")
        items = error.errors(include_url=False, include_input=False)
        told = [item for item in items if fields is None or ".".join(map(str, item["loc"])) in fields][:TOLD]
        self.errors = [problem_of(item, Submission) for item in told]
        self.detail = "; ".join(for_operators(item, Submission) for item in told)


class NotOurs(Exception):
    """The application is for nothing that we decide about."""


def map_payload(payload: Mapping[str, Any], mapping: HookMapping, source: str, programme: str | Value) -> Mapped:
    """The submission that a payload describes. A fact that is missing or cannot be read is unknown.

    Raises Unusable, NotOurs; nothing else, whatever the payload.
    """
    unread: set[str] = set()
    made: dict[str, Any] = {"source": source, "candidate": {}}
    if (applied_for := _programme(programme, payload, mapping)) is not None:
        made["programme"] = applied_for
    for target, value in mapping.values.items():
        if target == "external_id" and not value.complete(payload):
            continue  # half of an id could be another application's
        if (read := _read(value, payload, payload, mapping, target, unread)) is not None:
            group, _, name = target.partition(".")
            if name:
                made.setdefault(group, {})[name] = read
            else:
                made[group] = read
    for name, several in mapping.lists.items():
        if members := [one for each in several for one in _members(name, each, payload, mapping, unread)]:
            made[name] = members
    submission = _submission(made, unread)
    unknown = tuple(name for name in FACTS if not getattr(submission, name))
    return Mapped(submission, unknown, tuple(sorted(unread)))


def _programme(programme: str | Value, payload: Mapping[str, Any], mapping: HookMapping) -> str | None:
    """None where nothing stands: a slip in the place would otherwise pass everybody over. Raises NotOurs."""
    if isinstance(programme, str):
        return programme
    try:
        read = programme.read(payload, payload, mapping.custom_fields)
    except Unread:
        raise NotOurs from None
    return None if read is None else str(read)


def _read(value: Value, here: Any, payload: Any, mapping: HookMapping, target: str, unread: set[str]) -> Any:
    try:
        return value.read(here, payload, mapping.custom_fields)
    except Unread:
        unread.add(target)
        return None


def _members(
    name: str, members: Members, payload: Mapping[str, Any], mapping: HookMapping, unread: set[str]
) -> Iterator[dict[str, Any]]:
    for here in _each(members.each, payload):
        made = {
            field: read
            for field, value in members.values.items()
            if (read := _read(value, here, payload, mapping, f"{name}.{field}", unread)) is not None
        }
        constants = {field for field, value in members.values.items() if value.constant is not None}
        # What only constants fill was not told by the payload.
        if made.keys() - constants and made.keys() >= REQUIRED[name]:
            yield made


def _each(place: Path | None, payload: Mapping[str, Any]) -> Iterator[Any]:
    if place is None:
        yield payload
        return
    for found in find(payload, place):
        yield from found if isinstance(found, list) else [found]


def _submission(made: dict[str, Any], unread: set[str]) -> Submission:
    """Leaves out what the contract does not take, unless there is no application without it. Raises Unusable."""
    try:
        return Submission.model_validate(made)
    except ValidationError as error:
        wrong = error
    places = [item["loc"] for item in wrong.errors(include_url=False, include_context=False, include_input=False)]
    if any(".".join(map(str, place)) in INDISPENSABLE for place in places):
        raise Unusable(wrong, INDISPENSABLE) from None
    for place in places:
        unread.add(".".join(str(part) for part in place[:3] if not isinstance(part, int)))
    try:
        return Submission.model_validate(_without(made, places))
    except ValidationError as error:
        raise Unusable(error) from None


def _without(made: Mapping[str, Any], places: Sequence[tuple[int | str, ...]]) -> dict[str, Any]:
    """Without what stands at the places; a member of a list goes as a whole where it is nothing without that."""
    kept = copy.deepcopy(dict(made))
    for name, *rest in places:
        told = kept.get(str(name))
        if not rest or not isinstance(told, dict | list):
            kept.pop(str(name), None)
        elif isinstance(told, dict):
            told.pop(str(rest[0]), None)
        else:
            index, field = int(rest[0]), str(rest[1]) if len(rest) > 1 else ""
            told[index] = {} if field in {"", *REQUIRED[str(name)]} else _but(told[index], field)
    return {name: [one for one in told if one] if isinstance(told, list) else told for name, told in kept.items()}


def _but(member: Mapping[str, Any], field: str) -> dict[str, Any]:
    return {name: told for name, told in member.items() if name != field}
