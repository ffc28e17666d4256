"""Places in payloads, conversions, and that no payload makes a mapping fail."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.hooks.conversions import CONVERSIONS
from intake.hooks.documents import Wrong
from intake.hooks.mapping import Mapped, NotOurs, Unusable, map_payload
from intake.hooks.mapping_file import extend, shipped
from intake.hooks.paths import NoPath, find, path
from intake.hooks.systems import SYSTEMS
from intake.hooks.targets import LISTS, PLAIN

from .senders import SENDERS

DOCUMENT = {"a": [{"b": 1}, {"b": None}, {"b": 2}], "c d.e": {"f": "x"}, "g": None}


@pytest.mark.parametrize(
    ("place", "found"),
    [
        ("a[0].b", [1]),
        ("a[-1].b", [2]),
        ("a[9].b", []),
        ("a[*].b", [1, 2]),
        ('["c d.e"].f', ["x"]),
        ("g", []),
        ("a.b", []),
        ("c", []),
    ],
)
def test_places(place: str, found: list[Any]) -> None:
    assert list(find(DOCUMENT, path(place))) == found


@pytest.mark.parametrize(
    "place", ["", ".", "a.", ".a", "a..b", "a[", "a[x]", "a[0]b", "a b", "a[99999]", "$(a)", "a[]"]
)
def test_no_places(place: str) -> None:
    with pytest.raises(NoPath):
        path(place)


@pytest.mark.parametrize(
    ("conversion", "told", "read"),
    [
        ("text", 125, "125"),
        ("text", ["a", "b"], "a, b"),
        ("text", True, "yes"),
        ("text", {"amount": 1}, None),
        ("line", "Ada\n Lovelace\x00 ", "Ada Lovelace"),
        ("slug", "AI Research!", "ai-research"),
        ("list", "AI, General;AI", ["ai", "general"]),
        ("list", ["AI Lab", "Cloud"], ["ai-lab", "cloud"]),
        ("month", "2026-06-30", "2026-06"),
        ("month", "2026-06-30T00:00:00Z", "2026-06"),
        ("month", "2026", None),
        ("month", "2026-13", None),
        ("month", "06/30/2026", None),
        ("month-first", "06/30/2026", "2026-06"),
        ("month-first", "6/2026", "2026-06"),
        ("month-first", "2026-06-30", "2026-06"),
        ("month-first", "30/06/2026", None),
        ("day-first", "30/06/2026", "2026-06"),
        ("day-first", "30.06.2026", "2026-06"),
        ("moment", "2026-03-01T10:00:00+08:00", "2026-03-01T10:00:00+08:00"),
        ("moment", 1772439330000, "2026-03-02T08:15:30+00:00"),
        ("moment", "2026-03-01T10:00:00", None),
        ("moment", "0001-01-01T00:00:00Z", None),
        ("moment", 1e300, None),
        ("yes-no", "YES", True),
        ("yes-no", "是", True),
        ("yes-no", 0, False),
        ("yes-no", "maybe", None),
        ("number", "86.5 %", 86.5),
        ("number", "-1", None),
        ("number", True, None),
        ("grade", "3.4/4.0", {"value": 3.4, "scale": 4.0}),
        ("grade", "86 out of 100", {"value": 86.0, "scale": 100.0}),
        ("grade", "92%", {"value": 92.0, "scale": 100.0}),
        ("grade", "3.4", None),
        ("grade", "1/0", None),
        ("level", "Bachelor's Degree", "bachelor"),
        ("level", "B.Sc. Mathematics", "bachelor"),
        ("level", "M.Sc.", "master"),
        ("level", "Ph.D.", "doctorate"),
        ("level", "本科", "bachelor"),
        ("level", "Master of Business Administration (M.B.A.)", "master"),
        ("level", "Masters", "master"),
        ("level", "Associate’s Degree", "associate"),
        ("level", "Doctor of Philosophy (Ph.D.)", "doctorate"),
        ("level", "High School", None),
        ("level", "MS/PhD", None),
        ("level", "Scrum Master", None),
        ("level", "Mastercard Foundation", None),
        ("level", "Headmaster", None),
        ("level", "博士后", None),
    ],
)
def test_conversions(conversion: str, told: Any, read: Any) -> None:
    assert CONVERSIONS[conversion](told) == read


def test_a_grade_without_a_scale_is_given_one_by_the_mapping() -> None:
    wrongs: list[Wrong] = []
    fields = {"education": {"grade": {"path": "gpa", "scale": 4}}, "external_id": "id", "candidate.email": "e"}
    mapping = extend(shipped("ashby"), {"fields": fields | {"candidate.name": "n"}}, (), wrongs)
    assert not wrongs
    mapped = map_payload({"gpa": "3.4", "id": 1, "e": "a@mail.example", "n": "A"}, mapping, "s", "p")
    assert mapped.submission.education == ({"grade": {"value": 3.4, "scale": 4.0}},)
    assert "courses" in mapped.unknown
    above = map_payload({"gpa": "5", "id": 1, "e": "a@mail.example", "n": "A"}, mapping, "s", "p")
    assert (above.submission.education, above.unread) == ((), ("education.grade",)), "5 of 4 is no grade"


def test_a_member_that_lacks_what_it_cannot_be_without_is_left_out() -> None:
    wrongs: list[Wrong] = []
    assessments = [{"name": {"constant": name}, "score": name, "out_of": {"constant": 10}} for name in ("a", "b")]
    mapping = extend(shipped("workable"), {"fields": {"assessments": assessments}}, (), wrongs)
    payload = {"a": 7, "data": {"id": "1", "name": "A", "email": "a@mail.example"}}
    assert map_payload(payload, mapping, "s", "p").submission.assessments == (
        {"name": "a", "score": 7.0, "out_of": 10.0},
    )


def test_half_of_an_id_is_none() -> None:
    fetched = {"firstName": "Ada", "lastName": "", "email": "a@mail.example"}
    payload = {"candidate_id": "c1", "job_id": "j1", "fetched": fetched}
    mapping = shipped("smartrecruiters")
    assert map_payload(payload, mapping, "s", "p").submission.external_id == "j1:c1"
    with pytest.raises(Unusable) as refused:
        map_payload(payload | {"job_id": None}, mapping, "s", "p")
    assert [told["field"] for told in refused.value.errors] == ["external_id"]


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=300),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=15,
)


@given(st.sampled_from(sorted(CONVERSIONS)), anything)
def test_conversions_are_total(conversion: str, told: Any) -> None:
    CONVERSIONS[conversion](told)


def spoiled(document: Any, data: st.DataObject) -> Any:
    """The document with something else somewhere."""
    if isinstance(document, dict):
        kept = {name: spoiled(told, data) for name, told in document.items()}
    elif isinstance(document, list):
        kept = [spoiled(told, data) for told in document]  # type: ignore[assignment]
    else:
        kept = document
    return data.draw(anything) if data.draw(st.integers(0, 11)) == 0 else kept


@given(st.sampled_from(SENDERS), st.data())
def test_no_payload_makes_a_mapping_fail(sender: Any, data: st.DataObject) -> None:
    document = sender.payload | ({"fetched": next(iter(sender.answers.values()))} if sender.answers else {})
    document = {name: spoiled(told, data) for name, told in document.items()}
    wrongs: list[Wrong] = []
    everywhere = st.sampled_from(["data", "payload", "fetched", "data[*]", "payload.application.candidate[*]"])
    fields: dict[str, Any] = {name: data.draw(everywhere) for name in PLAIN if not name.startswith(("cand", "ext"))}
    fields |= {name: {"each": data.draw(everywhere), **dict.fromkeys(LISTS[name], '["name"]')} for name in LISTS}
    mapping = extend(shipped(sender.system), {"fields": fields}, (), wrongs)
    assert not wrongs and sender.system in SYSTEMS
    try:
        assert isinstance(map_payload(document, mapping, "s", "p"), Mapped)
    except Unusable as error:
        assert {told["field"] for told in error.errors} <= {"candidate.name", "candidate.email", "external_id"}
    except NotOurs:
        raise AssertionError("the programme is given") from None
