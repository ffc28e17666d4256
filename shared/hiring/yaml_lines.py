"""YAML read so that every value keeps its line: bounded in size, no value twice under one key, no merge keys.

What is wrong is told by its line and never repeats a value: the text may hold a secret.
"""

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
        mark = error.problem_mark or error.context_mark
        raise Unreadable(mark.line + 1 if mark else 1, f"is not YAML: {_plainly(error)}") from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise Unreadable(line, f"holds the character {error.character:#06x}, which YAML does not take") from None
    except (yaml.YAMLError, ValueError):
        raise Unreadable(1, "is not YAML") from None
    if node is None:
        raise Empty(1, "is empty")
    return Lined(_Reading().value(node, 0), node)


def line_of(node: Node, place: Sequence[str | int]) -> int:
    """The line, from 1, of the value at a place. Steps that lead nowhere, such as a rule's kind, are passed over."""
    line = node.start_mark.line
    for step in place:
        if isinstance(node, MappingNode):
            for key, value in node.value:
                if isinstance(key, ScalarNode) and key.value == step:
                    line, node = (value if isinstance(value, ScalarNode) else key).start_mark.line, value
                    break
        elif isinstance(node, SequenceNode) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
            line = node.start_mark.line
    return int(line) + 1


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


def _plainly(error: yaml.MarkedYAMLError) -> str:
    problem = error.problem or str(error)
    if "'\\t'" in problem:
        return "a tab stands where blanks are meant: indent with blanks"
    if error.context:
        problem = f"{problem} ({error.context})"
    return problem


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
