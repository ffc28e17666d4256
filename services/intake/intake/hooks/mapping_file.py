"""A mapping as it is written: the one that is shipped for each system, and what an operator adds to it."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import as_file, files
from typing import Any

from intake.hooks.documents import Place, Wrong, read_document
from intake.hooks.mapping import HookMapping, Members
from intake.hooks.targets import LISTS, known, reading
from intake.hooks.values import CustomFields, Value, parse_paths, parse_value

_PARTS = ("events", "custom_fields", "fields")
_EMPTY = HookMapping(frozenset(), (), {}, {})


@cache
def shipped(system: str) -> HookMapping:
    """The mapping in mappings/SYSTEM.yaml. Raises FileError: then this release is broken."""
    with as_file(files("intake.hooks") / "mappings" / f"{system}.yaml") as path:
        read = read_document(path)
    wrongs: list[Wrong] = []
    mapping = extend(_EMPTY, read.value, (), wrongs)
    if wrongs:
        raise read.error(wrongs)
    return mapping


def extend(mapping: HookMapping, told: Any, place: Place, wrongs: list[Wrong]) -> HookMapping:
    """The mapping with what `told` adds, replaces or (by null) takes away; mistakes are added to `wrongs`."""
    if not isinstance(told, dict):
        wrongs.append(Wrong(place, f"needs one or more of {', '.join(_PARTS)}"))
        return mapping
    wrongs.extend(
        Wrong((*place, str(name)), f"is not known here; known are {', '.join(_PARTS)}")
        for name in told
        if name not in _PARTS
    )
    events = _events(told["events"], (*place, "events"), wrongs) if "events" in told else mapping.events
    custom = _custom_fields(told.get("custom_fields", []), (*place, "custom_fields"), wrongs)
    values, lists = dict(mapping.values), dict(mapping.lists)
    _fields(told.get("fields", {}), (*place, "fields"), values, lists, wrongs)
    return HookMapping(events, custom + mapping.custom_fields, values, lists)


def _events(told: Any, place: Place, wrongs: list[Wrong]) -> frozenset[str]:
    if not isinstance(told, list) or not told or not all(isinstance(name, str) and name for name in told):
        wrongs.append(Wrong(place, "needs a list of the events that make an application, as the system names them"))
        return frozenset()
    return frozenset(told)


def _custom_fields(told: Any, place: Place, wrongs: list[Wrong]) -> tuple[CustomFields, ...]:
    if not isinstance(told, list):
        wrongs.append(Wrong(place, "needs a list of `in`, `name` and `value`"))
        return ()
    read = []
    for index, one in enumerate(told):
        here = (*place, index)
        if not isinstance(one, dict) or set(one) != {"in", "name", "value"}:
            wrongs.append(Wrong(here, "needs `in` (where the fields are), `name` and `value` (in each of them)"))
            continue
        places = parse_paths(one["in"], (*here, "in"), wrongs)
        names = parse_paths(one["name"], (*here, "name"), wrongs)
        values = parse_paths(one["value"], (*here, "value"), wrongs)
        read += [CustomFields(where, name, values) for where in places for name in names[:1]]
    return tuple(read)


def _fields(
    told: Any,
    place: Place,
    values: dict[str, Value],
    lists: dict[str, tuple[Members, ...]],
    wrongs: list[Wrong],
) -> None:
    if not isinstance(told, dict):
        wrongs.append(Wrong(place, f"needs fields of an application; known are {known()}"))
        return
    for target, spec in told.items():
        here = (*place, str(target))
        conversion = reading(target) if isinstance(target, str) else None
        if target in LISTS:
            lists[target] = _members(target, spec, here, wrongs)
        elif conversion is None:
            wrongs.append(Wrong(here, f"is no field of an application; known are {known()}"))
        elif spec is None:
            values.pop(target, None)
        else:
            values[target] = parse_value(spec, here, conversion, wrongs)


def _members(name: str, told: Any, place: Place, wrongs: list[Wrong]) -> tuple[Members, ...]:
    if told is None:
        return ()
    several = []
    for index, one in enumerate(told if isinstance(told, list) else [told]):
        here = (*place, index) if isinstance(told, list) else place
        if not isinstance(one, dict):
            wrongs.append(Wrong(here, f"needs one or more of each, {', '.join(LISTS[name])}"))
            continue
        each = parse_paths(one["each"], (*here, "each"), wrongs) if "each" in one else ()
        several.append(Members(each[0] if each else None, _member(name, one, here, wrongs)))
    return tuple(several)


def _member(name: str, told: Mapping[Any, Any], place: Place, wrongs: list[Wrong]) -> dict[str, Value]:
    read = {}
    for field, spec in told.items():
        if field == "each":
            continue
        if field in LISTS[name]:
            read[field] = parse_value(spec, (*place, field), LISTS[name][field], wrongs)
        else:
            wrongs.append(Wrong((*place, str(field)), f"is not known here; known are {', '.join(LISTS[name])}"))
    return read
