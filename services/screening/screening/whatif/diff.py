"""How two policies differ, in sentences. It knows few fields by name; whatever else a policy gains is told as well."""

from typing import NamedTuple

from screening.core.policy import Policy
from screening.core.wording import many
from screening.whatif.content import Content, field, is_plain, is_saying, language, naming, one_of, said
from screening.whatif.describe import Requirements, requirements, rule_in_words

_COUNTED = {"foundations": "course", "projects": "project"}
_LEADS_TO = {
    "decline": "declines",
    "review": "goes to a person",
    "person": "goes to a person whatever the other rules say",
}
Path = tuple[str, ...]


class Change(NamedTuple):
    """One difference: `place` says where in the policy, empty for the policy itself; `text` is a sentence."""

    place: str
    text: str

    def __str__(self) -> str:
        return f"{self.place}: {self.text}" if self.place else self.text


def differences(before: Policy, after: Policy) -> list[Change]:
    """Every difference, in the order of the policy's own fields; the order of rules and tracks is none."""
    found = _Comparing(requirements(before), requirements(after))
    found.parts((), before.model_dump(mode="json"), after.model_dump(mode="json"))
    return found.changes


class _Comparing:
    """Walks through two policies side by side."""

    def __init__(self, required_before: Requirements, required_after: Requirements) -> None:
        self._before, self._after = required_before, required_after
        self.changes: list[Change] = []

    def parts(self, path: Path, before: Content, after: Content) -> None:
        kind = str(after.get("kind", ""))
        for name in dict.fromkeys((*before, *after)):
            old, new = before.get(name), after.get(name)
            if old != new:
                self._field(path, name, old, new, kind)

    def _field(self, path: Path, name: str, old: Content, new: Content, kind: str) -> None:
        if is_saying(old) and is_saying(new):
            for code in dict.fromkeys((*old, *new)):
                if old.get(code) != new.get(code):
                    told = f"{field(name)} in {language(code)} is now “{new.get(code)}” (was “{old.get(code)}”)"
                    self._tell(path, told)
        elif name == "of":
            # What stands in a group has no names to compare by: the whole is told, as decisions word it.
            self._tell(path, f"now asks for: {self._after[_rule(path)]} (was: {self._before[_rule(path)]})")
        elif is_plain(old) and is_plain(new):
            self._tell(path, _sentence(name, old, new, kind))
        elif isinstance(old, dict) and isinstance(new, dict):
            self.parts((*path, field(name).removeprefix("the ")), old, new)
        elif isinstance(old, list) and isinstance(new, list) and naming([*old, *new][:1]):
            self._named(path, name, old, new)
        elif isinstance(old or [], list) and isinstance(new or [], list):
            told = _set(old or [], new or [])
            # Below `courses` and `fields` a name is an area's or a field's own.
            if path and path[-1] in ("courses", "fields"):
                self._tell((*path, name), told)
            else:
                self._tell(path, f"{field(name)}: {told}")
        else:
            self._tell(path, _sentence(name, old, new, kind))

    def _named(self, path: Path, name: str, old: list[Content], new: list[Content]) -> None:
        """Parts that have ids: each is new, gone, or changed inside."""
        by = naming(new or old) or "id"
        before, after = ({part[by]: part for part in parts} for parts in (old, new))
        for id_ in dict.fromkeys((*before, *after)):
            what = f"the {one_of(name)} {id_}"
            if id_ not in before:
                self._tell(path, f"{what} is new{self._content(path, name, after[id_])}")
            elif id_ not in after:
                self._tell(path, f"{what} is gone{self._was(path, name, before[id_])}")
            elif before[id_].get("kind") != after[id_].get("kind"):
                told = self._content(path, name, after[id_])
                self._tell(path, f"{what} is now another{told}{self._was(path, name, before[id_])}")
            else:
                self.parts((*path, id_), before[id_], after[id_])

    def _content(self, path: Path, name: str, part: Content) -> str:
        return self._in_words(path, name, part, self._after)

    def _was(self, path: Path, name: str, part: Content) -> str:
        told = self._in_words(path, name, part, self._before)
        return f" (was{told})" if told else ""

    def _in_words(self, path: Path, name: str, part: Content, required: Requirements) -> str:
        if name == "rules":
            return f": {rule_in_words(part, required[_rule((*path, part['id']))])}"
        told = said({key: value for key, value in part.items() if key != "id"})
        return "" if told == "nothing" else f": {told}"

    def _tell(self, path: Path, text: str) -> None:
        self.changes.append(Change(", ".join(path), text))


def _rule(path: Path) -> tuple[str, str]:
    """Track and rule, from the path of a rule: a track's stands below its track."""
    return (path[0], path[1]) if len(path) > 1 else ("", path[0])


def _set(old: list[Content], new: list[Content]) -> str:
    more = [part for part in new if part not in old]
    fewer = [part for part in old if part not in new]
    told = ([f"now also {said(more)}"] if more else []) + ([f"no longer {said(fewer)}"] if fewer else [])
    return ", ".join(told) or f"now in the order {said(new)}"


def _sentence(name: str, old: Content, new: Content, kind: str) -> str:
    match name:
        case "at_least":
            asked = many(new, _COUNTED[kind]) if kind in _COUNTED else said(new)
            return f"now asks for at least {asked} (was {said(old)})"
        case "words":
            return f"now asks for at least {said(new)} words (was {said(old)})"
        case "otherwise":
            return f"failing it now {_LEADS_TO.get(new, new)} (before: {_LEADS_TO.get(old, old)})"
    if old is None or isinstance(new, bool):
        return f"{field(name)} is now {said(new)} (was {'not set' if old is None else said(old)})"
    if new is None:
        return f"{field(name)} is no longer set (was {said(old)})"
    return f"{field(name)} {'go' if name.endswith('s') else 'goes'} from {said(old)} to {said(new)}"
