"""The facts of a submission as canonical JSON: as they were submitted, and as screening may see them."""

from typing import Any

import orjson

from hiring.events.application import Facts
from hiring.events.submission import CandidateGiven, Submission
from intake.core.redact import redact

_FACTS = tuple(Facts.__annotations__)
_LINE, _PROSE = 200, 8000

Place = tuple[dict[str, str], str, int]
"""Where a free text stands: its object, its name there, and how long the contract lets it be."""


def submitted_facts(submission: Submission) -> dict[str, Any]:
    """The facts before redaction, without what was null or empty: as if that had not been sent."""
    facts: dict[str, Any] = {name: told for name in _FACTS if (told := getattr(submission, name))}
    if education := facts.get("education"):
        facts["education"] = [{name: degree[name] for name in degree if name != "institution"} for degree in education]
    return facts


def institutions(submission: Submission) -> list[str]:
    """The schools, which are not among the facts."""
    return [school for degree in submission.education if (school := degree.get("institution"))]


def canonical(facts: dict[str, Any]) -> bytes:
    """One text for the same facts, whatever the order and however it was said that there is nothing to say."""
    content = orjson.dumps(facts, option=orjson.OPT_SORT_KEYS)
    if b":null" in content or b":[]" in content:
        # Rare, or a text that reads like it, which does no harm: looking into every object would cost the most.
        content = orjson.dumps(_said(facts), option=orjson.OPT_SORT_KEYS)
    return content


def _said(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: said for name, one in value.items() if (said := _said(one)) not in (None, (), [], {})}
    return [_said(one) for one in value] if isinstance(value, tuple | list) else value


def without_identity(content: bytes, facts: dict[str, Any], candidate: CandidateGiven) -> bytes:
    """Canonical facts with identity taken out of every free text; what grew is cut to what the contract takes."""
    texts = [place[name] for place, name, _ in _free_texts(facts)]
    redacted = redact(texts, candidate.name, candidate.email)
    if redacted == texts:
        return content
    mine = orjson.loads(content)
    for (place, name, limit), text in zip(_free_texts(mine), redacted, strict=True):
        place[name] = text[:limit]
    return orjson.dumps(mine, option=orjson.OPT_SORT_KEYS)


def _free_texts(facts: dict[str, Any]) -> list[Place]:
    """In one order, however the facts are ordered."""
    places: list[Place] = [(degree, "field", _LINE) for degree in facts.get("education", ()) if degree.get("field")]
    places += [(course, "name", _LINE) for course in facts.get("courses", ())]
    for project in facts.get("projects", ()):
        places.append((project, "title", _LINE))
        if project.get("summary"):
            places.append((project, "summary", _PROSE))
    answers = facts.get("answers", {})
    places += [(answers, question, _PROSE) for question in sorted(answers)]
    return places
