"""Where one value of a submission comes from: places in a payload, custom fields, a constant; and how it is read."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from intake.hooks.conversions import CONVERSIONS, number, text
from intake.hooks.documents import Place, Wrong
from intake.hooks.paths import NoPath, Path, find, first, path

_OPTIONS = {"as", "values", "scale"}
_WAYS = ("path", "field", "constant", "join")


class Unread(ValueError):
    """Something stands there and it cannot be read."""


class CustomFields(NamedTuple):
    """Where a system keeps the fields that its users make up: each member of `places` has a name and a value."""

    places: Path
    name: Path
    values: tuple[Path, ...]

    def find(self, document: Any, wanted: str) -> Iterator[Any]:
        """The values of the fields of that name, whatever their case."""
        for member in find(document, (*self.places, None)):
            if _alike(first(member, self.name)) == wanted:
                for value in self.values:
                    yield from find(member, value)


@dataclass(frozen=True, slots=True)
class Value:
    """One value. `paths` and `fields` are tried in turn; with `join` all of the paths are put together."""

    conversion: str
    paths: tuple[Path, ...] = ()
    fields: tuple[str, ...] = ()
    constant: Any = None
    join: str | None = None
    values: Mapping[str, Any] | None = None
    scale: float | None = None

    def read(self, here: Any, document: Any, custom: Sequence[CustomFields]) -> Any:
        """None where nothing stands. `here` is where paths begin, fields are the document's. Raises Unread."""
        if self.constant is not None:
            return self.constant
        if self.join is not None:
            parts = [told for one in self.paths if (told := text(first(here, one)))]
            return CONVERSIONS[self.conversion](self.join.join(parts)) if parts else None
        for found in self._found(here, document, custom):
            if found not in ("", [], {}):
                return self._convert(found)
        return None

    def complete(self, here: Any) -> bool:
        """Whether something stands at each of the places that are joined."""
        return self.join is None or all(text(first(here, one)) for one in self.paths)

    def _found(self, here: Any, document: Any, custom: Sequence[CustomFields]) -> Iterator[Any]:
        for one in self.paths:
            yield from find(here, one)
        for name in self.fields:
            for fields in custom:
                yield from fields.find(document, name)

    def _convert(self, found: Any) -> Any:
        if self.values is not None:
            told = _alike(found)
            if told not in self.values:
                raise Unread
            return self.values[told]
        if self.scale is not None and (mark := number(found)) is not None:
            return {"value": mark, "scale": self.scale}
        read = CONVERSIONS[self.conversion](found)
        if read is None and not (isinstance(found, str) and not found.strip()):
            raise Unread
        return read


def parse_value(told: Any, place: Place, conversion: str, wrongs: list[Wrong]) -> Value:
    """The value that a mapping describes; mistakes are added to `wrongs`."""
    if isinstance(told, str | list):
        told = {"path": told}
    if not isinstance(told, dict):
        wrongs.append(Wrong(place, "write a place in the payload, or one of path, field, constant and join"))
        return Value(conversion)
    ways = [way for way in _WAYS if way in told]
    allowed = _OPTIONS | set(ways) | ({"with"} if "join" in told else set())
    wrongs.extend(
        Wrong((*place, str(name)), f"is not known here; known are {', '.join((*_WAYS, 'with', *sorted(_OPTIONS)))}")
        for name in told
        if name not in allowed
    )
    if not ways or (len(ways) > 1 and set(ways) != {"path", "field"}):
        wrongs.append(Wrong(place, "needs one of path, field, constant and join (path and field may stand together)"))
        return Value(conversion)
    as_ = told.get("as", conversion)
    if as_ not in CONVERSIONS:
        wrongs.append(Wrong((*place, "as"), f"is no conversion: write one of {', '.join(CONVERSIONS)}"))
        as_ = conversion
    return Value(
        as_,
        paths=parse_paths(told.get("join", told.get("path", [])), (*place, ways[0]), wrongs),
        fields=_names(told.get("field", []), (*place, "field"), wrongs),
        constant=_constant(told["constant"], as_, (*place, "constant"), wrongs) if "constant" in told else None,
        join=_text(told.get("with", " "), (*place, "with"), wrongs) if "join" in told else None,
        values=_table(told["values"], as_, (*place, "values"), wrongs) if "values" in told else None,
        scale=_scale(told["scale"], as_, (*place, "scale"), wrongs) if "scale" in told else None,
    )


def parse_paths(told: Any, place: Place, wrongs: list[Wrong]) -> tuple[Path, ...]:
    """One path or several; mistakes are added to `wrongs`."""
    paths = []
    for one in told if isinstance(told, list) else [told]:
        try:
            paths.append(path(one if isinstance(one, str) else ""))
        except NoPath as error:
            wrongs.append(Wrong(place, str(error)))
    return tuple(paths)


def _names(told: Any, place: Place, wrongs: list[Wrong]) -> tuple[str, ...]:
    names = told if isinstance(told, list) else [told]
    if not all(isinstance(name, str) and name.strip() for name in names):
        wrongs.append(Wrong(place, "is no name of a custom field: write it as its users read it, in quotes"))
        return ()
    return tuple(_alike(name) for name in names)


def _constant(told: Any, conversion: str, place: Place, wrongs: list[Wrong]) -> Any:
    read = CONVERSIONS[conversion](told)
    if read is None:
        wrongs.append(Wrong(place, f"cannot be read as {conversion}"))
    return read


def _text(told: Any, place: Place, wrongs: list[Wrong]) -> str:
    if not isinstance(told, str):
        wrongs.append(Wrong(place, "is no text: put quotes around it"))
        return " "
    return told


def _table(told: Any, conversion: str, place: Place, wrongs: list[Wrong]) -> dict[str, Any]:
    if not isinstance(told, dict) or not told:
        wrongs.append(Wrong(place, "needs what may stand there and what each means, as in `Diploma: associate`"))
        return {}
    return {_alike(name): _constant(means, conversion, (*place, str(name)), wrongs) for name, means in told.items()}


def _scale(told: Any, conversion: str, place: Place, wrongs: list[Wrong]) -> float | None:
    mark = number(told)
    if not mark or conversion != "grade":
        wrongs.append(Wrong(place, "is the best grade there is, as a number; only a grade has one"))
        return None
    return mark


def _alike(name: Any) -> str:
    """Names as their users compare them."""
    return " ".join((text(name) or "").lower().split())
