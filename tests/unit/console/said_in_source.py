"""The sentences that code can give, read off its source: a value in an f-string is `{}`."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from itertools import product
from pathlib import Path

VALUE = "{}"
COMPOSING = {"console.core.settling"}
"""What functions here make of parts is not followed: who looks for it calls them."""
_Function = ast.FunctionDef | ast.AsyncFunctionDef


class Module:
    """A module's source, and what its names stand for. `name` is as it is imported."""

    def __init__(self, name: str) -> None:
        spec = find_spec(name)
        assert spec is not None and spec.origin is not None, name
        self.name = name
        self.tree = ast.parse(Path(spec.origin).read_text("utf-8"))
        self._around = {inner: outer for outer in ast.walk(self.tree) for inner in ast.iter_child_nodes(outer)}
        self.functions = {it.name: it for it in ast.walk(self.tree) if isinstance(it, _Function)}
        self.imported = {
            alias.asname or alias.name: (it.module or "", alias.name)
            for it in ast.walk(self.tree)
            if isinstance(it, ast.ImportFrom)
            for alias in it.names
        }

    def nodes(self) -> Iterator[ast.AST]:
        """All of it."""
        return ast.walk(self.tree)

    def scope(self, node: ast.AST) -> ast.AST:
        """The function that a node stands in, or the module."""
        while (node := self._around.get(node, self.tree)) is not self.tree and not isinstance(node, _Function):
            pass
        return node


@cache
def module(name: str) -> Module:
    """A module, read once."""
    return Module(name)


def modules(package: str) -> list[Module]:
    """All modules of a package."""
    spec = find_spec(package)
    assert spec is not None and spec.origin is not None, package
    folder = Path(spec.origin).parent
    names = [".".join((package, *it.relative_to(folder).with_suffix("").parts)) for it in folder.rglob("*.py")]
    return [module(name.removesuffix(".__init__")) for name in sorted(names)]


def sentences(within: Module, said: ast.expr | None) -> set[str]:
    """What an expression can be; VALUE where only the running code knows."""
    match said:
        case ast.Constant(value=str(text)):
            return {text}
        case None | ast.Constant(value=None):
            return set()
        case ast.JoinedStr(values=parts):
            each = [_part(within, part) for part in parts]
            return {"".join(chosen) for chosen in product(*each)}
        case ast.IfExp(body=one, orelse=other):
            return sentences(within, one) | sentences(within, other)
        case ast.BoolOp(values=several):
            return {text for one in several for text in sentences(within, one)}
        case ast.Await(value=inner) | ast.NamedExpr(value=inner):
            return sentences(within, inner)
        case ast.Name(id=name):
            return _named(within, said, name)
        case ast.Call():
            return _called(within, said)
    return {VALUE}


def _part(within: Module, part: ast.expr) -> set[str]:
    if isinstance(part, ast.FormattedValue):
        # A number's format, or nothing to be known.
        return {VALUE} if part.format_spec else sentences(within, part.value) or {VALUE}
    return sentences(within, part)


def _named(within: Module, node: ast.AST, name: str) -> set[str]:
    for scope in dict.fromkeys((within.scope(node), within.tree)):
        given = [value for it in ast.walk(scope) if within.scope(it) is scope for value in _given(it, name)]
        if given:
            return {text for value in given for text in sentences(within, value)}
    if name in within.imported:
        origin = module(within.imported[name][0])
        return _named(origin, origin.tree, within.imported[name][1])
    return {VALUE}


def _given(node: ast.AST, name: str) -> Iterator[ast.expr]:
    """What a statement or a walrus gives to a name."""
    match node:
        case ast.Assign(targets=[ast.Name(id=given)], value=value) if given == name:
            yield value
        case ast.AnnAssign(target=ast.Name(id=given), value=ast.expr() as value) if given == name:
            yield value
        case ast.NamedExpr(target=ast.Name(id=given), value=value) if given == name:
            yield value


def _called(within: Module, call: ast.Call) -> set[str]:
    match call.func:
        case ast.Name(id="str") if call.args:
            return sentences(within, call.args[0])
        case ast.Name(id=name) if name in within.functions:
            return _returned(within, name)
        case ast.Name(id=name) if name in within.imported:
            origin = module(within.imported[name][0])
            if within.imported[name][1] in origin.functions:
                return _returned(origin, within.imported[name][1])
        case ast.Attribute(attr="format", value=template):
            return {re.sub(r"\{\w*\}", VALUE, text) for text in sentences(within, template)}
        case ast.Attribute(value=ast.Name(id="self"), attr=name) if name in within.functions:
            return _returned(within, name)
    return {VALUE}


def _returned(within: Module, name: str) -> set[str]:
    if within.name in COMPOSING:
        return set()
    function = within.functions[name]
    returns = [it for it in ast.walk(function) if isinstance(it, ast.Return) and within.scope(it) is function]
    return {text for it in returns for text in sentences(within, it.value)}
