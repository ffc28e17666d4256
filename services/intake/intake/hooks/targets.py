"""What a mapping can fill: the fields of a submission, and how each is read unless the mapping says otherwise."""

import re

from hiring.events.fields import SLUG
from hiring.events.submission import AssessmentGiven, CourseGiven, DegreeGiven, ProjectGiven

PLAIN = {
    "external_id": "line",
    "submitted_at": "moment",
    "candidate.name": "line",
    "candidate.email": "line",
    "candidate.phone": "line",
    "candidate.locale": "line",
    "candidate.time_zone": "line",
    "preferences.tracks": "list",
    "preferences.units": "list",
    "consents.data_processing": "yes-no",
    "consents.automated_screening": "yes-no",
    "consents.human_only": "yes-no",
}
NAMED = {"answers": "text", "demographics": "line"}
"""Objects whose members the mapping names: `answers.why-us`."""

LISTS = {
    "education": {"institution": "line", "level": "level", "field": "line", "graduation": "month", "grade": "grade"},
    "courses": {"name": "line", "area": "slug", "grade": "grade"},
    "projects": {"title": "line", "kind": "slug", "domain": "slug", "ai": "yes-no", "summary": "text"},
    "assessments": {"name": "slug", "score": "number", "out_of": "number", "taken": "month"},
}
REQUIRED: dict[str, frozenset[str]] = {
    "education": DegreeGiven.__required_keys__,
    "courses": CourseGiven.__required_keys__,
    "projects": ProjectGiven.__required_keys__,
    "assessments": AssessmentGiven.__required_keys__,
}
"""Without these a member says nothing that could be taken."""

INDISPENSABLE = frozenset({"source", "external_id", "programme", "candidate.name", "candidate.email"})
"""Without these there is no application. Everything else may be unknown."""

FACTS = ("education", "courses", "projects", "assessments", "answers", "preferences", "consents")

_SLUG = re.compile(SLUG)


def reading(target: str) -> str | None:
    """The conversion of a target that is no list; None where there is no such target."""
    group, _, name = target.partition(".")
    if group in NAMED:
        return NAMED[group] if _SLUG.fullmatch(name) else None
    return PLAIN.get(target)


def known() -> str:
    """The targets, for whoever named another."""
    return ", ".join((*PLAIN, *(f"{name}.NAME" for name in NAMED), *LISTS))
