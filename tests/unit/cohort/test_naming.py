"""A raw line is named as intake will name it, or by its digest where it has no name."""

from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from cohort.drive.generate import generate
from cohort.drive.naming import name
from hiring.events.submission import Submission
from hiring.identity import application_id


def test_every_good_line_is_named_as_the_door_names_it() -> None:
    for item in generate(3000, seed=5):
        try:
            submission = Submission.model_validate_json(item.line)
        except ValidationError:
            continue
        named = name(item.line)
        assert named.application_id == application_id(submission.source, submission.external_id)
        assert named.key == f"{submission.source}/{submission.external_id}".encode()
        assert named.source == f"/hr-systems/{submission.source}"


@given(st.binary(max_size=200) | st.text(max_size=50).map(str.encode))
def test_any_bytes_have_a_name(line: bytes) -> None:
    named = name(line)
    assert named == name(line)
    assert named.application_id is None
    assert named.key


def test_a_line_with_a_name_but_otherwise_wrong_keeps_it() -> None:
    named = name(b'{"source":" ashby ","external_id":"7\\t","candidate":3}')
    assert named.application_id == application_id("ashby", "7")
