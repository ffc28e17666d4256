"""Where services say something that the console shows, by the table of told.zh.toml that has its Chinese."""

import ast
import re
from collections.abc import Callable, Iterator, Mapping

from .said_in_source import Module, module, modules, sentences

Said = Iterator[tuple[Module, ast.expr]]
"""Expressions that are said, each with the module that its names are to be looked up in."""

_REFUSED = {("screening.refusal", "Refused"), ("console.redriving", "Refused")}


def _services(*names: str) -> list[Module]:
    # Pages say nothing of their own: they hand on.
    return [it for name in names for it in modules(name) if not it.name.startswith("console.web")]


def refusals() -> Said:
    for within in _services("intake", "screening", "notify", "console"):
        for node in within.nodes():
            match node:
                case ast.Call(func=ast.Name(id="Refused"), args=[why]):
                    if within.imported.get("Refused", (within.name, "Refused")) in _REFUSED:
                        yield within, why
                case ast.Call(func=ast.Attribute(attr="execute"), args=[ast.Name(id="_REFUSE"), *_, why]):
                    yield within, why
                case ast.Call(keywords=named):
                    yield from ((within, it.value) for it in named if it.arg == "refusal")


def _notes() -> Said:
    for within in _services("intake", "screening", "notify", "console"):
        for node in within.nodes():
            if isinstance(node, ast.Call):
                yield from ((within, it.value) for it in node.keywords if it.arg == "note")


def _causes() -> Said:
    for within in _services("notify"):
        for node in within.nodes():
            match node:
                case ast.Call(func=ast.Name(id="Answer"), args=[ast.Constant(value=verdict), why, *_]):
                    # What was not tried waits, and nobody is told.
                    if verdict != "not tried":
                        yield within, why
                case ast.Call(func=ast.Name(id="Unaddressable"), args=[why]):
                    yield within, why
                case ast.Assign(
                    targets=[ast.Subscript(value=ast.Attribute(attr="rest"))], value=ast.Tuple(elts=[_, why])
                ):
                    yield within, why


def _problems() -> Said:
    for within in _services("screening.trials"):
        yield from ((within, it) for it in _values(within, "problem"))


def _values(within: Module, name: str) -> Iterator[ast.expr]:
    """What stands under a name in dictionaries that are written out."""
    for node in within.nodes():
        if isinstance(node, ast.Dict):
            pairs = zip(node.keys, node.values, strict=True)
            yield from (value for key, value in pairs if isinstance(key, ast.Constant) and key.value == name)


def _details() -> Said:
    shared = [module(f"hiring.events.{it}") for it in ("cloudevents", "dead_letter", "reading")]
    for within in [*shared, *_services("hiring.consumer", "intake", "screening", "notify")]:
        for node in within.nodes():
            match node:
                case ast.Call(func=func, args=[flaw, why, *_]) if "Unreadable" in ast.dump(func):
                    # What is wrong field by field is told in the contract's words, and these are English.
                    if ast.unparse(flaw) != "Flaw.INVALID":
                        yield within, why
                case ast.Call(func=ast.Name(id="UnsupportedFormat"), args=[why]):
                    yield within, why
                case ast.Call(func=ast.Name(id="bury"), args=[_, _, why, *_]):
                    yield within, why
                case ast.Call(func=ast.Attribute(attr="_still"), args=[_, why]):
                    yield within, why
                case ast.Call(keywords=named):
                    yield from ((within, it.value) for it in named if it.arg == "detail")


def _wrongs() -> Said:
    mending, reading = module("hiring.events.mending"), module("hiring.events.reading")
    for within in (mending, reading):
        for node in within.nodes():
            match node:
                case ast.Assign(
                    targets=[ast.Name(id="_SENTENCES" | "_PATTERNS" | "_QUOTING")], value=ast.Dict() as all_
                ):
                    yield from ((within, it) for it in all_.values)
                case ast.Return(value=ast.expr() as why):
                    if getattr(within.scope(node), "name", "") in ("sentence", "unknown_field"):
                        yield within, why
    activation = module("screening.activation")
    yield from ((activation, it) for it in _values(activation, "msg"))
    for within in modules("hiring.events"):
        for node in within.nodes():
            match node:
                # Of an address that is none only that is told.
                case ast.Call(func=ast.Name(id="PydanticCustomError"), args=[ast.Constant(value=kind), why, *_]):
                    if kind != "email":
                        yield within, why
                case ast.Call(func=ast.Name(id="ValueError"), args=[why]) if within.name.endswith(".command"):
                    yield within, why


def _unreadables() -> Said:
    for within in (module("hiring.yaml_lines"), module("console.web.trials")):
        for node in within.nodes():
            match node:
                case ast.Call(func=ast.Name(id="Unreadable" | "Empty"), args=[_, why]):
                    yield within, why
                case ast.Call(func=ast.Name(id="NoPolicy"), args=[why]):
                    yield within, why


def _yamls() -> Said:
    within = module("hiring.yaml_lines")
    for name in ("_plainly", "_second_colon"):
        for node in ast.walk(within.functions[name]):
            match node:
                case ast.Return(value=ast.Tuple(elts=[_, why])):
                    yield within, why


_WHERE: Mapping[str, Callable[[], Said]] = {
    "refusal": refusals,
    "note": _notes,
    "cause": _causes,
    "problem": _problems,
    "detail": _details,
    "wrong": _wrongs,
    "unreadable": _unreadables,
    "yaml": _yamls,
}
TABLES = tuple(_WHERE)


def said(table: str) -> set[str]:
    """What stands in the source, with {} for values; without what is nothing but values."""
    found = {it for within, expression in _WHERE[table]() for it in sentences(within, expression)}
    # A form's problem begins with the line, which has a place of its own.
    found = {re.sub(r"^(1|\{\}): ", "", it) for it in found} if table == "unreadable" else found
    return {it for it in found if re.search("[a-z]{2}", it)}
