"""The types of what templates say: of the variables of a letter, and of what is made of them. Pure."""

from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from jinja2 import nodes

from notify.core.view import View

Scope = dict[str, Any]
"""Names and their types; Any where a type is not known."""

_KEEPS = frozenset({"list", "reject", "rejectattr", "reverse", "select", "selectattr", "sort", "unique"})
_PICKS = frozenset({"first", "last"})


def variables() -> Scope:
    """The variables of a letter."""
    return get_type_hints(View)


def type_of(node: nodes.Node | None, scope: Scope) -> Any:
    """The type of an expression, less its None; Any where it is not known."""
    match node:
        case nodes.Name():
            return _plain(scope.get(node.name, Any))
        case nodes.Getattr():
            return _plain(fields_of(type_of(node.node, scope)).get(node.attr, Any))
        case nodes.Getitem(arg=nodes.Slice()):
            return type_of(node.node, scope)
        case nodes.Getitem(arg=nodes.Const(value=int())):
            return element_of(type_of(node.node, scope))
        case nodes.Filter() if node.name in _KEEPS:
            return type_of(node.node, scope)
        case nodes.Filter() if node.name in _PICKS:
            return element_of(type_of(node.node, scope))
        case _:
            return Any


def _plain(type_: Any) -> Any:
    """The type less its None, where that leaves one."""
    if get_origin(type_) not in (Union, UnionType):
        return type_
    left = [one for one in get_args(type_) if one is not NoneType]
    return left[0] if len(left) == 1 else Any


def element_of(type_: Any) -> Any:
    """What a tuple is of; of anything else, Any."""
    return _plain(get_args(type_)[0]) if get_origin(type_) is tuple else Any


def class_of(type_: Any) -> type:
    """The class whose attributes a value of this type has."""
    origin = get_origin(type_)
    found: type = str if origin is Literal else origin or type_
    return found


def fields_of(type_: Any) -> Scope:
    """The parts of a view's object and their types; of anything else, none."""
    return get_type_hints(type_) if getattr(type_, "__module__", None) == View.__module__ else {}
