"""YAML read so that every value keeps its line: bounded in size, no value twice under one key, no merge keys.

What is wrong is told by its line and never repeats a value: the text may hold a secret.
"""

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

import yaml
from yaml.constructor import SafeConstructor
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

LARGEST = 1_000_000
"""Characters in a text."""
MOST_VALUES = 100_000
"""Values that may come of it once its aliases are followed."""
DEEPEST = 40

_TAG = "tag:yaml.org,2002:"
_KEY = re.compile(r":(\s|$)")
_FULL_WIDTH = re.compile(r"[\s-]*[A-Za-z0-9_.-]+：")
_NO_COLON = "no colon and blank after the field's name: write name: value"


class Unreadable(Exception):
    """The text is not YAML that can be used. `line` counts from 1."""

    def __init__(self, line: int, text: str) -> None:
        super().__init__(text)
        self.line = line
        self.text = text


class Empty(Unreadable):
    """The text holds nothing but, perhaps, comments."""


class Lined(NamedTuple):
    """A value of plain dictionaries, lists and scalars, and the nodes it was read from."""

    value: Any
    node: Node


def read_yaml(text: str) -> Lined:
    """The one document in a text. Raises Unreadable."""
    if len(text) > LARGEST:
        raise Unreadable(1, f"is too large: {len(text):,} characters, at most {LARGEST:,}")
    try:
        _bound(text)
        node = yaml.compose(text, yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line, told = _plainly(error, text.splitlines())
        raise Unreadable(line, f"is not YAML: {told}") from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise Unreadable(line, f"holds the character {error.character:#06x}, which YAML does not take") from None
    except (yaml.YAMLError, ValueError, OverflowError):
        # Also an escape that stands for no character: the parser does not say where.
        raise Unreadable(1, "is not YAML") from None
    if node is None:
        raise Empty(1, "is empty")
    return Lined(_Reading().value(node, 0), node)


def line_of(node: Node, place: Sequence[str | int]) -> int:
    """The line, from 1, of the value at a place. Steps that lead nowhere, such as a rule's kind, are passed over."""
    return _at(node, place)[0] + 1


def number_or_bool_at(node: Node, place: Sequence[str | int]) -> str | None:
    """How the value at a place is written, where it is a number, true or false: 2.10, 010, on. None for any other."""
    found = _at(node, place)[1]
    plain = isinstance(found, ScalarNode) and found.tag.removeprefix(_TAG) in ("int", "float", "bool")
    return str(found.value) if plain else None


def _at(node: Node, place: Sequence[str | int]) -> tuple[int, Node]:
    """The node at a place, and the line, from 0, where what it belongs to begins."""
    line = int(node.start_mark.line)
    for step in place:
        if isinstance(node, MappingNode):
            for key, value in node.value:
                if isinstance(key, ScalarNode) and key.value == step:
                    line, node = (value if isinstance(value, ScalarNode) else key).start_mark.line, value
                    break
        elif isinstance(node, SequenceNode) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
            line = node.start_mark.line
    return line, node


def _bound(text: str) -> None:
    """Stop at what is nested too deeply, before anything recurses into it."""
    depth = 0
    for event in yaml.parse(text, yaml.SafeLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > DEEPEST:
                line = event.start_mark.line + 1 if event.start_mark else 1
                raise Unreadable(line, f"is nested more than {DEEPEST} deep")
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _plainly(error: yaml.MarkedYAMLError, lines: Sequence[str]) -> tuple[int, str]:
    """The line and what is wrong there, the frequent slips in words for people."""
    problem = error.problem or str(error)
    mark = error.problem_mark or error.context_mark
    number = mark.line + 1 if mark else 1
    begun = error.context_mark.line + 1 if error.context_mark else number
    if "'\\t'" in problem:
        return number, "a tab stands where blanks are meant: indent with blanks"
    for near in (number, number - 1, begun):
        if 1 <= near <= len(lines) and _FULL_WIDTH.match(lines[near - 1]):
            return near, "the colon after the field's name is a full-width one (：): write : and a blank"
    if problem == "found unexpected end of stream":
        return begun, "the quotation mark that opens here is never closed: close it"
    if problem == "could not find expected ':'":
        return begun, _NO_COLON
    if problem.startswith("mapping values are not allowed"):
        return _second_colon(number, mark.column if mark else 0, lines)
    if problem.startswith("expected ',' or"):
        return begun, "the bracket that opens here is not closed, or a comma is missing in it"
    if problem == "expected <block end>, but found '<scalar>'":
        return number, "text follows a quotation mark that closes: remove one, or put the whole in the other kind"
    if problem.startswith("expected <block end>"):
        return (
            number,
            "the line is indented otherwise than those it belongs to: give it as many blanks, and one after -",
        )
    return number, f"{problem} ({error.context})" if error.context else problem


def _second_colon(number: int, column: int, lines: Sequence[str]) -> tuple[int, str]:
    """What a colon may mean where none may be: in a text, after a line without one, or on a line indented too far."""
    if _KEY.search(lines[number - 1][:column]):
        return number, "a text holds a colon and a blank: put the whole text in quotes"
    before = next((n for n in range(number - 1, 0, -1) if lines[n - 1].split("#")[0].strip()), 0)
    if before and not _KEY.search(lines[before - 1]):
        return before, _NO_COLON
    return number, "the line is indented further than those it belongs to: give it as many blanks"


class _Reading:
    """One reading; counts values, so that aliases of aliases cannot make a text explode."""

    def __init__(self) -> None:
        self._values = 0
        self._scalars = SafeConstructor()

    def value(self, node: Node, depth: int) -> Any:
        self._values += 1
        line = node.start_mark.line + 1
        if self._values > MOST_VALUES:
            raise Unreadable(line, f"holds more than {MOST_VALUES:,} values once its aliases are followed")
        if depth > DEEPEST:
            raise Unreadable(line, f"is nested more than {DEEPEST} deep, or holds itself")
        if isinstance(node, MappingNode):
            return self._mapping(node, depth)
        if isinstance(node, SequenceNode):
            return [self.value(each, depth + 1) for each in node.value]
        assert isinstance(node, ScalarNode)
        return self._scalar(node, line)

    def _mapping(self, node: MappingNode, depth: int) -> dict[str, Any]:
        read: dict[str, Any] = {}
        first: dict[str, int] = {}
        for key, value in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, ScalarNode):
                raise Unreadable(line, "has a list or a mapping for a field's name: write a plain name")
            name = str(key.value)
            if key.tag == f"{_TAG}merge":
                raise Unreadable(line, "merge keys (<<) are not read: give the whole value an anchor, or write it out")
            if name in read:
                raise Unreadable(line, f"`{name}` stands here and on line {first[name]}: remove one")
            read[name] = self.value(value, depth + 1)
            first[name] = line
        return read

    def _scalar(self, node: ScalarNode, line: int) -> Any:
        kind = node.tag.removeprefix(_TAG)
        text = str(node.value)
        # 12:30 is a number to YAML 1.1, and 2025-11-01 a date: both are left as they are written.
        if kind in ("str", "timestamp") or ":" in text:
            return text
        try:
            match kind:
                case "int":
                    return self._scalars.construct_yaml_int(node)
                case "float":
                    return self._scalars.construct_yaml_float(node)
                case "bool":
                    return self._scalars.construct_yaml_bool(node)
                case "null":
                    return None
        except (ValueError, KeyError, OverflowError):
            raise Unreadable(line, "holds a value that is not of its type: put it in quotes") from None
        raise Unreadable(line, f"the tag {node.tag} is not read here: leave it out")
