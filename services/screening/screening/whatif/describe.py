"""What a policy says, in plain sentences."""

from collections.abc import Iterator, Mapping

from screening.core.decide import compile_policy
from screening.core.policy import Policy
from screening.whatif.content import Content, field, is_saying, said, words

_CONSEQUENCES = {
    "decline": "failing it declines",
    "review": "failing it sends to a person",
    "person": "failing it sends to a person, whatever the other rules say",
}
_TOLD_APART = {"name", "version", "programme", "rules", "tracks", "courses"}
_TOLD_OF_A_TRACK = {"id", "seats", "units", "rules", "score"}

Requirements = Mapping[tuple[str, str], str]
"""What each rule requires, in words, by track (empty for a rule of the whole programme) and rule."""


def sentences(policy: Policy) -> Iterator[str]:
    """The policy line by line: what every application is asked, then each track; indented below their headings."""
    content, required = policy.model_dump(mode="json"), requirements(policy)
    yield f"{policy.name}, version {policy.version}, for the programme {policy.programme}"
    yield f"digest {policy.digest()}"
    yield from _fields(policy.content(), _TOLD_APART, "")
    for what, name in (("course without an area", "courses"), ("field of study", "fields")):
        if content.get(name):
            counted = ", ".join(f"{len(listed)} for {words(known)}" for known, listed in content[name].items())
            yield f"a {what} is known by these many names: {counted}"
    yield f"every application is asked {_counted(len(content['rules']), 'rule')}"
    yield from _rules(content["rules"], "", required)
    for track, short in zip(content["tracks"], policy.content()["tracks"], strict=True):
        seats = _counted(track["seats"], "seat")
        yield f"track {track['id']}: {seats}, in {said(track['units'])}; {_counted(len(track['rules']), 'rule')} more"
        yield from _fields(short, _TOLD_OF_A_TRACK, "  ")
        yield from _rules(track["rules"], track["id"], required)
        if track.get("score"):
            yield from _score(track["score"])


def requirements(policy: Policy) -> Requirements:
    """The rules' own words for what they require: those that every decision carries."""
    asked = compile_policy(policy)({})
    shared = {("", result.rule): result.required for result in asked.rules}
    return shared | {(track.track, result.rule): result.required for track in asked.tracks for result in track.rules}


def rule_in_words(rule: Content, required: str) -> str:
    """What a rule asks for, and what failing it leads to."""
    unsaid = "; not saying passes" if rule.get("if_unknown") == "pass" else ""
    return f"{required}; {_CONSEQUENCES.get(rule.get('otherwise', ''), '')}{unsaid}".rstrip("; ")


def _score(score: Content) -> Iterator[str]:
    advance, review = score["advance_from"], score["review_from"]
    person = f", to a person from {review}" if review < advance else ""
    yield f"  a score of 100 points: advances from {advance}{person}, declined below {review}"
    for component in score["components"]:
        rest = {name: part for name, part in component.items() if name not in ("id", "kind", "weight")}
        yield f"    {component['id']}: up to {component['weight']} points by {words(component['kind'])}, {said(rest)}"


def _rules(rules: list[Content], track: str, required: Requirements) -> Iterator[str]:
    for rule in rules:
        yield f"  {rule['id']}: {rule_in_words(rule, required[track, rule['id']])}"


def _fields(content: Content, but: set[str], indent: str) -> Iterator[str]:
    """What else is set."""
    for name, value in content.items():
        if name not in but and value not in (None, False, [], {}) and not is_saying(value):
            yield f"{indent}{field(name).removeprefix('the ')}: {said(value)}"


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}" + ("" if number == 1 else "s")
