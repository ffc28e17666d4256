"""A submission becomes its records: the same ones for the same submission, and nobody's name among the facts."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiring.events.envelope import Outgoing
from hiring.events.submission import Submission
from hiring.identity import event_id
from hiring.topics import APPLICATIONS, CONTACTS, DEMOGRAPHICS
from intake.core.split import Accepted, merged, split

SECRET = b"a secret of the tests"
MONDAY, TUESDAY = datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 3, tzinfo=UTC)
Application = Callable[..., dict[str, Any]]


def taken(data: dict[str, Any], at: datetime = MONDAY, secret: bytes = SECRET) -> Accepted:
    return split(Submission.model_validate_json(json.dumps(data)), secret, at)


def records(accepted: Accepted) -> dict[str, Outgoing]:
    return {record.topic: record for wave in accepted.waves for record in wave}


def event_ids(accepted: Accepted) -> dict[str, str]:
    return {topic: dict(record.headers)["ce_id"].decode() for topic, record in records(accepted).items()}  # type: ignore[union-attr]


def facts(accepted: Accepted) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(records(accepted)[APPLICATIONS].value or b"")["facts"]
    return found


def test_who_applied_goes_before_the_application(application: Application) -> None:
    first, second = taken(application()).waves
    assert [record.topic for record in first] == [CONTACTS, DEMOGRAPHICS]
    assert [record.topic for record in second] == [APPLICATIONS]


def test_each_record_is_keyed_as_its_topic_says(application: Application) -> None:
    accepted = taken(application())
    keys = {topic: record.key.decode() for topic, record in records(accepted).items()}
    name = str(accepted.application_id)
    assert keys == {CONTACTS: accepted.candidate_id, DEMOGRAPHICS: name, APPLICATIONS: name}


def test_sending_it_again_gives_the_same_ids(application: Application) -> None:
    data = application(submitted_at=None)
    first, again = taken(data), taken(data, TUESDAY)
    assert (again.application_id, again.candidate_id, again.revision) == (
        first.application_id,
        first.candidate_id,
        first.revision,
    )
    assert event_ids(again) == event_ids(first)


def test_the_order_of_fields_does_not_matter(application: Application) -> None:
    data = application(answers={"a": "1", "b": "2"}, demographics={"x": "1", "y": "2"})
    turned = json.loads(json.dumps(data), object_pairs_hook=lambda pairs: dict(reversed(pairs)))
    assert list(turned) != list(data)
    assert event_ids(taken(turned)) == event_ids(taken(data))


def test_what_was_not_said_is_the_same_as_null(application: Application) -> None:
    silent, null = application(), application(answers={})
    del silent["answers"]
    null["projects"][0]["summary"] = None
    del silent["projects"][0]["summary"]
    assert taken(silent).revision == taken(null).revision


@pytest.mark.parametrize("empty", [{"tracks": []}, {"tracks": [], "units": []}, {}])
def test_an_empty_preference_is_the_same_as_none(application: Application, empty: dict[str, Any]) -> None:
    silent = application()
    del silent["preferences"]
    assert taken(application(preferences=empty)).revision == taken(silent).revision


def test_a_text_that_reads_like_null_is_kept(application: Application) -> None:
    told = {"ethics": '"x":null, "y":[]'}
    assert facts(taken(application(answers=told, consents={"human_only": None}))) == {
        **{name: value for name, value in facts(taken(application(answers=told))).items() if name != "consents"},
    }


def test_other_facts_are_another_revision(application: Application) -> None:
    first, changed = taken(application()), taken(application(preferences={"tracks": ["backend"]}))
    assert changed.application_id == first.application_id
    assert changed.revision != first.revision
    assert event_ids(changed)[APPLICATIONS] != event_ids(first)[APPLICATIONS]
    assert event_ids(changed)[CONTACTS] == event_ids(first)[CONTACTS]


def test_another_telephone_is_no_other_revision(application: Application) -> None:
    data = application()
    data["candidate"]["phone"] = "+44 20 7946 0958"
    first, changed = taken(application()), taken(data)
    assert changed.revision == first.revision
    assert event_ids(changed)[CONTACTS] != event_ids(first)[CONTACTS]


def test_one_person_is_one_candidate_whatever_the_case_of_the_address(application: Application) -> None:
    data = application(external_id="another")
    data["candidate"]["email"] = data["candidate"]["email"].upper()
    assert taken(data).candidate_id == taken(application()).candidate_id
    assert taken(data).application_id != taken(application()).application_id
    assert taken(data, secret=b"another secret, longer").candidate_id != taken(data).candidate_id


def test_a_better_redaction_makes_no_new_revision(application: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    data = application(answers={"ethics": "Told by Mallory of tomorrow."})
    before = taken(data)
    monkeypatch.setattr("intake.core.facts.redact", lambda texts, *_: ["[removed]" for _ in texts])
    after = taken(data)
    assert after.revision == before.revision
    assert facts(after) != facts(before)


def test_a_corrected_address_is_a_new_revision_of_the_same_application(application: Application) -> None:
    data = application()
    before = taken(data)
    data["candidate"]["email"] = "lin.xiaoyv@example.com"
    after = taken(data)
    assert after.application_id == before.application_id
    assert after.candidate_id != before.candidate_id
    assert after.revision != before.revision


def test_courses_and_fields_of_study_are_searched_too(application: Application) -> None:
    data = application(
        courses=[{"name": "Thesis of Lin Xiaoyu, lxy@mail.cn"}],
        education=[{"field": "CS, Lin Xiaoyu 13800138000", "institution": "Example University"}],
    )
    assert facts(taken(data))["courses"] == [{"name": "Thesis of [removed]"}]
    assert facts(taken(data))["education"] == [{"field": "CS, [removed]"}]


def test_the_facts_hold_no_identity(application: Application) -> None:
    data = application()
    data["projects"][0]["summary"] = "By Lin Xiaoyu, lin.xiaoyu@example.com, +86 138 0013 8000, github.com/lxy/x."
    data["answers"] = {"ethics": "I, Xiaoyu, would measure outcomes in 2026."}
    accepted = taken(data)
    whole = (records(accepted)[APPLICATIONS].value or b"").decode().lower()
    for identity_ in ("xiaoyu", "lin.", "138 0013", "example university", "2026-000123", "lxy", "rural"):
        assert identity_ not in whole
    assert facts(accepted)["answers"] == {"ethics": "I, [removed], would measure outcomes in 2026."}
    assert facts(accepted)["courses"][0]["name"] == "Linear Algebra"


def test_a_text_that_grew_still_fits_the_contract(application: Application) -> None:
    data = application()
    data["candidate"]["name"] = "Li"
    data["projects"] = [{"title": "li;" * 66, "summary": "li;" * 2600}]
    project = facts(taken(data))["projects"][0]
    assert len(project["title"]) == 200
    assert len(project["summary"]) == 8000


def test_without_answers_and_schools_there_is_nothing_for_the_audit(application: Application) -> None:
    assert DEMOGRAPHICS not in records(taken(application(demographics={}, education=[])))
    schools = records(taken(application(demographics={})))[DEMOGRAPHICS]
    assert orjson.loads(schools.value or b"")["institutions"] == ["Example University"]


def test_many_are_published_wave_by_wave(application: Application) -> None:
    many = [taken(application(external_id=str(n))) for n in range(3)]
    people, applications = merged(many)
    assert [record.topic for record in people] == [CONTACTS, DEMOGRAPHICS] * 3
    assert [record.key.decode() for record in applications] == [str(one.application_id) for one in many]


@given(content=st.text())
def test_event_ids_are_those_of_the_standard_library(content: str) -> None:
    assert event_id(NAMESPACE_URL, content.encode()) == str(uuid5(NAMESPACE_URL, content))


@pytest.mark.parametrize(
    ("at", "is_told"),
    [
        (None, MONDAY),
        ("2026-03-01T10:00:00+08:00", datetime(2026, 3, 1, 2, tzinfo=UTC)),
        # A clock that runs ahead would keep every later contact from being believed.
        ("2098-03-01T10:00:00+08:00", MONDAY),
    ],
)
def test_the_time_is_the_submissions_where_it_has_a_past_one(
    application: Application, at: str | None, is_told: datetime
) -> None:
    record = records(taken(application(submitted_at=at)))[APPLICATIONS]
    told = dict(record.headers)["ce_time"].decode()  # type: ignore[union-attr]
    assert told == orjson.loads(record.value or b"")["submitted_at"] == is_told.isoformat()


def test_what_screening_never_sees(application: Application) -> None:
    """docs/integrate.md, "What screening never sees": word for word, with a word of its own in every field there is."""
    data = application(
        external_id="External-7",
        candidate={
            "name": "Quentin Xylander",
            "email": "qx@person.example",
            "phone": "+86 138 0013 8000",
            "locale": "zh-Hant-TW",
            "time_zone": "Asia/Taipei",
        },
        education=[{"institution": "Wonderland University", "field": "CS, qx@person.example", "graduation": "2026-06"}],
        demographics={"region": "Faraway"},
    )
    identity_ = (
        "Quentin Xylander, Xylander, QX@other.example, https://x.example/q, +86 138 0013 8000, 11010519491231002X"
    )
    stays = "Wonderland, Faraway, aged 22, daughter of Alice, called Quent, 昆廷"
    data["courses"] = [{"name": f"{identity_}; {stays}"}]
    data["projects"] = [{"title": f"{identity_}; {stays}", "summary": f"{identity_}; {stays}"}]
    data["answers"] = {"why": f"{identity_}; {stays}"}
    record = records(taken(data))[APPLICATIONS]
    whole = (record.value or b"").decode() + str(record.key) + str(record.headers)
    for word in ("Quentin", "Xylander", "qx@", "QX@", "8000", "Hant", "Taipei", "University", "External-7", "1949"):
        assert word not in whole
    assert "https" not in str(facts(taken(data)))
    assert whole.count(stays) == 4, "what no rule can tell from a fact stays"


@pytest.mark.parametrize(
    ("phone", "told"),
    [("138 0013 8000", "+8613800138000"), ("138 0013 8000 ext. 5", "138 0013 8000 ext. 5"), ("", ""), (None, None)],
)
def test_a_telephone_number_has_one_form(application: Application, phone: str | None, told: str | None) -> None:
    data = application()
    data["candidate"]["phone"] = phone
    first, again = taken(data), taken(data, TUESDAY)
    assert orjson.loads(records(first)[CONTACTS].value or b"").get("phone") == told
    assert records(first)[CONTACTS] == records(again)[CONTACTS]


def test_the_setting_tells_the_country_where_nothing_else_does(application: Application) -> None:
    data = application()
    data["candidate"] |= {"phone": "13800138000", "locale": "zh", "time_zone": None}
    submission = Submission.model_validate_json(json.dumps(data))
    contacts = [split(submission, SECRET, MONDAY, region).waves[0][0].value for region in (None, "CN")]
    assert [orjson.loads(value or b"")["phone"] for value in contacts] == ["13800138000", "+8613800138000"]
