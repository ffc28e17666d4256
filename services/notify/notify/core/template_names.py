"""Whether templates ask only for what a letter knows, told with file and line before any is written. Pure.

The templates are walked with the types of the variables, so that a misspelt part of one is found in a branch that
no sample takes. What cannot be known beforehand (a macro's arguments, a computed value) is let pass.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Literal, NamedTuple, get_args, get_origin

from jinja2 import Environment, TemplateSyntaxError, nodes

from notify.core.language import LANGUAGES
from notify.core.template_types import Scope, class_of, element_of, fields_of, type_of, variables
from notify.core.templates import HTML, TEXT, words_file
from notify.core.view import View

_OF_JINJA = frozenset({"self", "super"})
_BY_ATTRIBUTE = frozenset({"selectattr", "rejectattr"})


class Problem(NamedTuple):
    """What is wrong with a template, and where; `line` is None where it is about the whole file."""

    file: str
    line: int | None
    what: str

    def __str__(self) -> str:
        return f"{self.file}{'' if self.line is None else f', line {self.line}'}: {self.what}"


def name_problems(jinja: Environment, sources: Mapping[str, str]) -> list[Problem]:
    """What is wrong in the files of a letter and in those they extend, include or import."""
    walk = _Walk(jinja, sources)
    for language in LANGUAGES:
        file = words_file(language)
        scope = variables()
        walk.file(file, scope)
        if walk.broken(file):
            continue
        if "subject" not in scope:
            walk.found.append(Problem(file, None, "it does not set the `subject`"))
        # What the letter asks for, this language must have.
        for letter in (TEXT, HTML):
            walk.file(letter, dict(scope), words=file)
    return list(dict.fromkeys(walk.found))


class _Walk:
    def __init__(self, jinja: Environment, sources: Mapping[str, str]) -> None:
        self.found: list[Problem] = []
        self._jinja = jinja
        self._given = _OF_JINJA | jinja.globals.keys()
        self._sources = sources
        self._open: list[str] = []
        self._trees: dict[str, nodes.Template | None] = {}
        self._words = ""

    def broken(self, name: str) -> bool:
        """Whether this file is not there, or is no template."""
        return self._trees.get(name) is None

    def file(self, name: str, scope: Scope, asked_by: int | None = None, words: str = "") -> None:
        """Walk a file with these names known, and add to them those that it sets.

        `asked_by`: the line of the open file that names it; `words`: the file that set names before.
        """
        if not self._open:
            self._words = words
        if name not in self._sources:
            if self._open:
                self._tell(asked_by, f"there is no file {name}")
            else:
                self.found.append(Problem(name, None, "there is no such file"))
            return
        if name in self._open:
            self._tell(asked_by, f"{name} comes to name itself")
            return
        self._open.append(name)
        tree = self._tree(name)
        if tree is not None:
            # Jinja goes on to what a file extends when the file has made its names.
            last = [node for node in tree.body if isinstance(node, nodes.Extends)]
            self._body([node for node in tree.body if node not in last] + last, scope, scope)
        self._open.pop()

    def _tree(self, name: str) -> nodes.Template | None:
        if name not in self._trees:
            self._trees[name] = None
            try:
                self._trees[name] = self._jinja.parse(self._sources[name], name)
            except TemplateSyntaxError as error:
                self._tell(error.lineno, error.message or "is no template")
        return self._trees[name]

    def _tell(self, line: int | None, what: str) -> None:
        self.found.append(Problem(self._open[-1], line, what))

    # -- statements; `top` has the names that a block sees ---------------------------------------------------

    def _body(self, body: list[Any], scope: Scope, top: Scope) -> None:
        for node in body:
            self._statement(node, scope, top)

    def _statement(self, node: nodes.Node, scope: Scope, top: Scope) -> None:
        match node:
            case nodes.Extends():
                for name in self._named(node.template):
                    self.file(name, top, node.lineno)
            case nodes.Include():
                for name in self._named(node.template):
                    seen = scope if node.with_context else {}
                    self.file(name, {key: type_ for key, type_ in seen.items() if key != "loop"}, node.lineno)
            case nodes.Import() | nodes.FromImport():
                for name in self._named(node.template):
                    self.file(name, dict(scope) if node.with_context else {}, node.lineno)
                names = [node.target] if isinstance(node, nodes.Import) else node.names
                scope |= {name if isinstance(name, str) else name[1]: Any for name in names}
            case nodes.For():
                self._expression(node.iter, scope)
                inner = {**scope, "loop": Any}
                self._bind(node.target, element_of(type_of(node.iter, scope)), inner)
                if node.test is not None:
                    self._expression(node.test, inner)
                self._body(node.body, inner, top)
                self._body(node.else_, dict(scope), top)
            case nodes.If():
                self._expression(node.test, scope)
                for part in (node.body, node.elif_, node.else_):
                    self._body(part, scope, top)
            case nodes.Assign():
                self._expression(node.node, scope)
                self._bind(node.target, type_of(node.node, scope), scope)
            case nodes.Macro() | nodes.CallBlock():
                inner = {**scope, **{argument.name: Any for argument in node.args}, "caller": Any}
                inner |= {"varargs": Any, "kwargs": Any}
                for expression in [*node.defaults, *([node.call] if isinstance(node, nodes.CallBlock) else [])]:
                    self._expression(expression, scope)
                self._body(node.body, inner, top)
                if isinstance(node, nodes.Macro):
                    scope[node.name] = Any
            case nodes.With():
                inner = dict(scope)
                for target, value in zip(node.targets, node.values, strict=True):
                    self._expression(value, inner)
                    self._bind(target, type_of(value, inner), inner)
                self._body(node.body, inner, top)
            case nodes.AssignBlock():
                self._body(node.body, dict(scope), top)
                self._bind(node.target, Any, scope)
            case nodes.Block():
                self._body(node.body, dict(scope if node.scoped else top), top)
            case nodes.FilterBlock():
                self._expression(node.filter, scope)
                self._body(node.body, dict(scope), top)
            case nodes.Scope() | nodes.ScopedEvalContextModifier():
                self._body(node.body, dict(scope), top)
            case _:
                self._expression(node, scope)

    def _named(self, expression: nodes.Expr) -> Iterator[str]:
        """The files a statement names."""
        try:
            named = expression.as_const()
        except nodes.Impossible:
            self._tell(expression.lineno, "name the file itself: what is computed cannot be checked")
            return
        yield from [named] if isinstance(named, str) else named

    def _bind(self, target: nodes.Node, type_: Any, scope: Scope) -> None:
        match target:
            case nodes.Name():
                scope[target.name] = type_
            case nodes.Tuple():
                for item in target.items:
                    self._bind(item, Any, scope)

    # -- expressions ---------------------------------------------------------------------------------------

    def _expression(self, node: nodes.Node, scope: Scope) -> None:
        match node:
            case nodes.Name(ctx="load") if not (node.name in scope or node.name in self._given):
                also = f", and what {self._words} sets" if self._words else ""
                known = ", ".join(View.__slots__)
                self._tell(node.lineno, f"`{node.name}` is unknown; the letter knows: {known}{also}")
            case nodes.Getattr():
                self._attribute(node, node.attr, type_of(node.node, scope))
            case nodes.Getitem(arg=nodes.Const(value=str() as attribute)):
                self._attribute(node, attribute, type_of(node.node, scope))
            case nodes.Filter():
                self._filter(node, scope)
            case nodes.Test() if node.name not in self._jinja.tests:
                self._tell(node.lineno, f"there is no test `{node.name}`")
            case nodes.Compare():
                self._compared(node, scope)
        for child in node.iter_child_nodes():
            self._expression(child, scope)

    def _attribute(self, node: nodes.Node, attribute: str, of: Any) -> None:
        if attribute.startswith("_"):
            self._tell(node.lineno, f"`{attribute}` is not for templates")
        elif (fields := fields_of(of)) and attribute not in fields:
            self._tell(node.lineno, f"`{attribute}` is unknown; the {of.__name__.lower()} knows: {', '.join(fields)}")
        elif not fields and of is not Any and not hasattr(class_of(of), attribute):
            self._tell(node.lineno, f"`{attribute}` is unknown: this is a {class_of(of).__name__}")

    def _filter(self, node: nodes.Filter, scope: Scope) -> None:
        if node.name not in self._jinja.filters:
            self._tell(node.lineno, f"there is no filter `{node.name}`")
        named = [pair.value for pair in node.kwargs if pair.key == "attribute"]
        if node.name in _BY_ATTRIBUTE:
            named += node.args[:1]
        for value in named:
            if node.node is not None and isinstance(value, nodes.Const) and isinstance(value.value, str):
                self._attribute(node, value.value.partition(".")[0], element_of(type_of(node.node, scope)))

    def _compared(self, node: nodes.Compare, scope: Scope) -> None:
        """A word that a variable never is would make its branch silent."""
        type_ = type_of(node.expr, scope)
        words = get_args(type_) if get_origin(type_) is Literal else ()
        for operand in node.ops:
            of = operand.expr.items if isinstance(operand.expr, nodes.Tuple | nodes.List) else [operand.expr]
            for given in of:
                if words and isinstance(given, nodes.Const) and given.value not in (*words, None):
                    self._tell(node.lineno, f"`{given.value}` is none of: {', '.join(words)}")
