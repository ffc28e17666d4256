"""What intake publishes is what the contracts say, and CloudEvents as their own SDK reads them."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary
from cloudevents.core.formats.json import JSONFormat
from hypothesis import given
from hypothesis import strategies as st

from hiring.events import APPLICATION_SUBMITTED, CONTACT_GIVEN, CONTRACTS, DEMOGRAPHICS_GIVEN
from hiring.events.application import ApplicationSubmitted
from hiring.events.contact import ContactGiven
from hiring.events.demographics import DemographicsGiven
from hiring.events.envelope import Outgoing
from hiring.events.reading import read
from hiring.events.submission import Submission
from hiring.topics import APPLICATIONS, CONTACTS, DEMOGRAPHICS
from intake.core.split import Accepted, split

GOLDEN = Path(__file__).parent / "golden"
SECRET = b"a secret of the tests"
IN_OUR_TIME = datetime.fromisoformat("2000-01-01"), datetime.fromisoformat("2026-01-01")
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
TYPES = {CONTACTS: CONTACT_GIVEN, DEMOGRAPHICS: DEMOGRAPHICS_GIVEN, APPLICATIONS: APPLICATION_SUBMITTED}


@pytest.fixture(params=["full", "least"])
def submission(request: pytest.FixtureRequest) -> Submission:
    return Submission.model_validate_json((GOLDEN / f"hiring.submission.made.v1-{request.param}.json").read_bytes())


def published(accepted: Accepted) -> list[Outgoing]:
    return [record for wave in accepted.waves for record in wave]


def test_cloudevents_own_sdk_reads_our_records(submission: Submission) -> None:
    accepted = split(submission, SECRET, NOW)
    for record in published(accepted):
        headers = {name: value for name, value in record.headers if value is not None}
        event = from_binary(KafkaMessage(headers, record.key, record.value or b""), JSONFormat())
        assert event.get_specversion() == "1.0"
        assert event.get_type() == TYPES[record.topic]
        assert event.get_source() == "/cohort/intake"
        assert event.get_time() == (submission.submitted_at or NOW)
        assert event.get_datacontenttype() == "application/json"
        assert event.get_subject() == record.key.decode()
        assert event.get_data() == orjson.loads(record.value or b"")


def test_our_own_reader_reads_them(submission: Submission) -> None:
    for record in published(split(submission, SECRET, NOW)):
        assert isinstance(read(record, CONTRACTS), CONTRACTS[TYPES[record.topic]])


lines = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=60).filter(str.strip)
prose = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=300)
slugs = st.from_regex(r"[a-z0-9][a-z0-9._-]{0,20}", fullmatch=True)
months = st.from_regex(r"(19|20)[0-9]{2}-(0[1-9]|1[0-2])", fullmatch=True)
grades = st.builds(lambda scale, share: {"value": scale * share, "scale": scale}, st.floats(0.1, 1000), st.floats(0, 1))


def maybe(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional={name: st.none() | field for name, field in fields.items()})


def named(field: str, rest: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    return st.builds(lambda name, others: {field: name, **others}, lines, rest)


def several(one: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    return st.lists(one, max_size=3)


submissions = st.fixed_dictionaries(
    {
        "source": slugs,
        "external_id": lines,
        "programme": slugs,
        "candidate": st.fixed_dictionaries({"name": lines, "email": st.just("lin.xiaoyu@example.com")}),
    },
    optional={
        "submitted_at": st.datetimes(*IN_OUR_TIME, timezones=st.just(UTC)).map(datetime.isoformat),
        "education": st.lists(
            maybe(institution=lines, level=st.just("master"), field=lines, graduation=months), max_size=3
        ),
        "courses": several(named("name", maybe(grade=grades))),
        "projects": several(named("title", maybe(summary=prose, ai=st.booleans()))),
        "answers": st.dictionaries(slugs, prose, max_size=3),
        "preferences": st.fixed_dictionaries({}, optional={"tracks": st.lists(slugs, max_size=3)}),
        "consents": maybe(data_processing=st.booleans(), human_only=st.booleans()),
        "demographics": st.dictionaries(slugs, lines, max_size=3),
    },
)


@given(data=submissions)
def test_every_submission_gives_events_of_the_contract(data: dict[str, Any]) -> None:
    submission = Submission.model_validate_json(orjson.dumps(data))
    accepted = split(submission, SECRET, NOW)
    found = {record.topic: read(record, CONTRACTS) for record in published(accepted)}
    told = found[APPLICATIONS]
    assert isinstance(told, ApplicationSubmitted)
    assert (str(told.application_id), told.candidate_id, told.revision) == (
        accepted.application_id,
        accepted.candidate_id,
        accepted.revision,
    )
    facts = told.facts
    assert [d.get("graduation") for d in facts.get("education", ())] == [
        d.get("graduation") for d in submission.education
    ]
    assert [c.get("area") for c in facts.get("courses", ())] == [c.get("area") for c in submission.courses]
    given_consents = {name: said for name, said in submission.consents.items() if said is not None}
    assert facts.get("consents", {}) == given_consents
    contact = found[CONTACTS]
    assert isinstance(contact, ContactGiven)
    assert (contact.name, contact.email) == (submission.candidate.name, submission.candidate.email)
    if (audit := found.get(DEMOGRAPHICS)) is not None:
        assert isinstance(audit, DemographicsGiven)
        assert audit.answers == submission.demographics
