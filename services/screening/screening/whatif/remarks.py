"""What a writer of policies may have overlooked between two of them: no error, but worth a look."""

from collections.abc import Iterator

from screening.core.policy import Policy
from screening.whatif.content import Content, language

_LEADS_TO = {"otherwise", "if_unknown"}
_WORDS = {"reason", "unclear"}


def remarks(before: Policy, after: Policy) -> Iterator[str]:
    """A sentence for each rule that asks for something else and tells a candidate who fails it the same as before."""
    was, now = _rules(before), _rules(after)
    for (track, id_), rule in now.items():
        old = was.get((track, id_))
        if old is None or _asked(old) == _asked(rule):
            continue
        if same := [language(code) for code, text in rule["reason"].items() if text == old["reason"].get(code)]:
            place, languages = ", ".join(filter(None, (track, id_))), " and ".join(same)
            yield f"{place}: asks for something else in the same words: is its reason in {languages} still true?"


def _rules(policy: Policy) -> dict[tuple[str, str], Content]:
    content = policy.model_dump(mode="json")
    parts = [("", content["rules"]), *((track["id"], track["rules"]) for track in content["tracks"])]
    return {(track, rule["id"]): rule for track, rules in parts for rule in rules}


def _asked(rule: Content) -> Content:
    return {name: value for name, value in rule.items() if name not in _LEADS_TO | _WORDS}
