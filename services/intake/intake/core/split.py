"""Splits a submission into what each reader may see: the contact, the answers for the audit, the facts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import orjson

from hiring import identity
from hiring.events import APPLICATION_SUBMITTED, CONTACT_GIVEN, DEMOGRAPHICS_GIVEN
from hiring.events.application import Facts
from hiring.events.envelope import Outgoing, cloudevent_headers
from hiring.events.submission import Submission
from hiring.identity import event_id
from hiring.topics import APPLICATIONS, CONTACTS, DEMOGRAPHICS
from intake.core.redact import redact

SOURCE = "/cohort/intake"

_FACTS = set(Facts.__annotations__)
_CONTACT_EVENTS = uuid5(NAMESPACE_URL, "https://cohort.invalid/contacts")
_DEMOGRAPHICS_EVENTS = uuid5(NAMESPACE_URL, "https://cohort.invalid/demographics")
_LINE, _PROSE = 200, 8000


@dataclass(frozen=True, slots=True)
class Accepted:
    """A submission as it is published. The broker must have a wave before the next one is sent."""

    application_id: UUID
    candidate_id: str
    revision: str
    waves: tuple[tuple[Outgoing, ...], tuple[Outgoing, ...]]
    """First who applied (contact, and demographics where any were told), then the application."""


def split(submission: Submission, secret: bytes, accepted_at: datetime) -> Accepted:
    """The records of one submission. The same submission gives the same ids, whenever it is accepted.

    `secret` makes the candidate's pseudonym. `accepted_at` stands in where the submission has no time. Total.
    """
    application = identity.application_id(submission.source, submission.external_id)
    candidate = identity.candidate_id(secret, submission.candidate.email)
    # A time ahead of ours is a clock that is wrong: taken at its word, no later contact would ever replace this one.
    at = min(submission.submitted_at or accepted_at, accepted_at).astimezone(UTC)
    institutions, told = _facts(submission)
    revision = identity.revision(secret, candidate, submission.programme, _canonical(told))
    _redact(told, submission)
    people = [_contact(submission, candidate, at)]
    if submission.demographics or institutions:
        people.append(_demographics(submission, application, institutions, at))
    data = {
        "application_id": application,
        "candidate_id": candidate,
        "revision": revision,
        "source": submission.source,
        "programme": submission.programme,
        "submitted_at": at,
        "facts": orjson.Fragment(_canonical(told)),
    }
    name = str(application)
    record = Outgoing(
        APPLICATIONS,
        name.encode(),
        orjson.dumps(data),
        cloudevent_headers(APPLICATION_SUBMITTED, event_id(application, revision.encode()), SOURCE, at, name),
    )
    return Accepted(application, candidate, revision, (tuple(people), (record,)))


def merged(many: Sequence[Accepted]) -> tuple[list[Outgoing], list[Outgoing]]:
    """The waves of many submissions as two: everything of their first waves, then everything of their second."""
    return (
        [record for accepted in many for record in accepted.waves[0]],
        [record for accepted in many for record in accepted.waves[1]],
    )


def _facts(submission: Submission) -> tuple[list[str], dict[str, Any]]:
    """The institutions, set aside, and the facts as they were submitted."""
    facts: dict[str, Any] = submission.model_dump(mode="json", include=_FACTS, exclude_defaults=True)
    institutions = []
    for degree in facts.get("education", ()):
        if institution := degree.pop("institution", None):
            institutions.append(institution)
    return institutions, facts


def _canonical(facts: dict[str, Any]) -> bytes:
    return orjson.dumps(facts, option=orjson.OPT_SORT_KEYS)


def _redact(facts: dict[str, Any], submission: Submission) -> None:
    """Take identity out of every free text of the facts, in place; what grew is cut to what the contract takes."""
    places: list[tuple[dict[str, str], str, int]] = []
    for degree in facts.get("education", ()):
        if "field" in degree:
            places.append((degree, "field", _LINE))
    places += [(course, "name", _LINE) for course in facts.get("courses", ())]
    for project in facts.get("projects", ()):
        places.append((project, "title", _LINE))
        if "summary" in project:
            places.append((project, "summary", _PROSE))
    answers = facts.get("answers", {})
    places += [(answers, question, _PROSE) for question in answers]
    told = [place[name] for place, name, _ in places]
    candidate = submission.candidate
    for (place, name, limit), text in zip(places, redact(told, candidate.name, candidate.email), strict=True):
        place[name] = text[:limit]


def _contact(submission: Submission, candidate: str, at: datetime) -> Outgoing:
    given = submission.candidate
    data = {"candidate_id": candidate, "name": given.name, "email": given.email, "locale": given.locale}
    if given.phone is not None:
        data["phone"] = given.phone
    if given.time_zone is not None:
        data["time_zone"] = given.time_zone
    content = orjson.dumps(data)
    id_ = event_id(_CONTACT_EVENTS, content)
    return Outgoing(
        CONTACTS,
        candidate.encode(),
        _dated(content, at),
        cloudevent_headers(CONTACT_GIVEN, id_, SOURCE, at, candidate),
    )


def _demographics(submission: Submission, application: UUID, institutions: list[str], at: datetime) -> Outgoing:
    data: dict[str, Any] = {
        "application_id": application,
        "programme": submission.programme,
        "answers": submission.demographics,
    }
    if institutions:
        data["institutions"] = institutions
    content = orjson.dumps(data, option=orjson.OPT_SORT_KEYS)
    name = str(application)
    id_ = event_id(_DEMOGRAPHICS_EVENTS, content)
    return Outgoing(
        DEMOGRAPHICS,
        name.encode(),
        _dated(content, at),
        cloudevent_headers(DEMOGRAPHICS_GIVEN, id_, SOURCE, at, name),
    )


def _dated(content: bytes, at: datetime) -> bytes:
    """The JSON object with the moment added; the event's id digests it without."""
    return content[:-1] + b',"given_at":' + orjson.dumps(at) + b"}"
