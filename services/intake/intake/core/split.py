"""Splits a submission into what each reader may see: the contact, the answers for the audit, the facts."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import NAMESPACE_URL, uuid5

import orjson

from hiring import identity
from hiring.events import APPLICATION_SUBMITTED, CONTACT_GIVEN, DEMOGRAPHICS_GIVEN
from hiring.events.envelope import Outgoing, cloudevent_headers
from hiring.events.submission import Submission
from hiring.identity import event_id
from hiring.topics import APPLICATIONS, CONTACTS, DEMOGRAPHICS
from intake.core import phone
from intake.core.facts import canonical, institutions, submitted_facts, without_identity

SOURCE = "/cohort/intake"

_CONTACT_EVENTS = uuid5(NAMESPACE_URL, "https://cohort.invalid/contacts").bytes
_DEMOGRAPHICS_EVENTS = uuid5(NAMESPACE_URL, "https://cohort.invalid/demographics").bytes


class Accepted(NamedTuple):
    """A submission as it is published. The broker must have a wave before the next one is sent."""

    application_id: str
    candidate_id: str
    revision: str
    waves: tuple[tuple[Outgoing, ...], tuple[Outgoing, ...]]
    """First who applied (contact, and demographics where any were told), then the application."""
    submitted_at: datetime


def split(submission: Submission, secret: bytes, accepted_at: datetime, phone_region: str | None = None) -> Accepted:
    """The records of one submission. The same submission gives the same ids, whenever it is accepted.

    `secret` makes the candidate's pseudonym. `accepted_at` stands in where the submission has no time, `phone_region`
    (one of phone.REGIONS) where nothing tells the country of a telephone number. Total.
    """
    name = identity.application_name(submission.source, submission.external_id)
    candidate = identity.candidate_id(secret, submission.candidate.email)
    # A time ahead of ours is a clock that is wrong: taken at its word, no later contact would ever replace this one.
    submitted_at = min((submission.submitted_at or accepted_at).astimezone(UTC), accepted_at.astimezone(UTC))
    at = _text(submitted_at)
    facts = submitted_facts(submission)
    content = canonical(facts)
    revision = identity.revision(secret, candidate, submission.programme, content)
    people: tuple[Outgoing, ...] = (_contact(submission, candidate, at, phone_region),)
    schools = institutions(submission)
    if submission.demographics or schools:
        people += (_demographics(submission, name, schools, at),)
    data = {
        "application_id": name,
        "candidate_id": candidate,
        "revision": revision,
        "source": submission.source,
        "programme": submission.programme,
        "submitted_at": at,
        "facts": orjson.Fragment(without_identity(content, facts, submission.candidate)),
    }
    id_ = event_id(bytes.fromhex(name.replace("-", "")), revision.encode())
    headers = cloudevent_headers(APPLICATION_SUBMITTED, id_, SOURCE, at, name)
    record = Outgoing(APPLICATIONS, name.encode(), orjson.dumps(data), headers)
    return Accepted(name, candidate, revision, (people, (record,)), submitted_at)


def merged(many: Sequence[Accepted]) -> tuple[list[Outgoing], list[Outgoing]]:
    """The waves of many submissions as two: everything of their first waves, then everything of their second."""
    return (
        [record for accepted in many for record in accepted.waves[0]],
        [record for accepted in many for record in accepted.waves[1]],
    )


def _contact(submission: Submission, candidate: str, at: str, phone_region: str | None) -> Outgoing:
    given = submission.candidate
    data = {"candidate_id": candidate, "name": given.name, "email": given.email, "locale": given.locale}
    if given.phone is not None:
        data["phone"] = phone.e164(given.phone, given.locale, given.time_zone, phone_region)
    if given.time_zone is not None:
        data["time_zone"] = given.time_zone
    content = orjson.dumps(data)
    headers = cloudevent_headers(CONTACT_GIVEN, event_id(_CONTACT_EVENTS, content), SOURCE, at, candidate)
    return Outgoing(CONTACTS, candidate.encode(), _dated(content, at), headers)


def _demographics(submission: Submission, name: str, schools: list[str], at: str) -> Outgoing:
    data: dict[str, Any] = {
        "application_id": name,
        "programme": submission.programme,
        "answers": submission.demographics,
    }
    if schools:
        data["institutions"] = schools
    content = orjson.dumps(data, option=orjson.OPT_SORT_KEYS)
    headers = cloudevent_headers(DEMOGRAPHICS_GIVEN, event_id(_DEMOGRAPHICS_EVENTS, content), SOURCE, at, name)
    return Outgoing(DEMOGRAPHICS, name.encode(), _dated(content, at), headers)


def _dated(content: bytes, at: str) -> bytes:
    """The JSON object with the moment added; the event's id digests it without."""
    return b'%b,"given_at":"%b"}' % (content[:-1], at.encode())


def _text(at: datetime) -> str:
    """What isoformat gives, at a quarter of its time."""
    return orjson.dumps(at)[1:-1].decode()
