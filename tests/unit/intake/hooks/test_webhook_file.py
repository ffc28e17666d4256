"""The file of webhooks: what an operator writes in it, and what is said of a mistake."""

import re
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest
from pydantic import ValidationError

from intake.hooks.documents import FileError
from intake.hooks.webhook import read_webhooks
from intake.settings import IntakeSettings

from .api_stand_in import api_stand_in
from .conftest import at_hooks
from .senders import ASHBY, GREENHOUSE, WORKABLE

Write = Callable[[str], Path]

EXTENDED = """\
greenhouse:
  campus:
    keys: [a key of the tests 1]
    programme:
      path: payload.application.jobs[0].id
      values: {274075: ai-internships-2026, 9: other-programme}
    mapping:
      fields:
        candidate.phone: null
        candidate.locale: {constant: ja}
        consents.automated_screening: {field: automated screening}
        consents.data_processing: {constant: true}
        answers.ai-ethics: {field: AI Ethics}
        preferences.tracks: {constant: "AI, general"}
        education:
          each: payload.application.candidate.educations
          level: {path: degree, values: {"Bachelor's Degree": bachelor, "MBA": master}}
          graduation: {path: end_date, as: month-first}
          grade: {field: GPA}
        assessments:
          - {name: {constant: coding}, score: {field: Coding score}, out_of: {constant: 100}}
"""


async def test_an_operator_extends_a_mapping(write: Write) -> None:
    async with api_stand_in() as api, at_hooks(write(EXTENDED), api) as hooks:
        response = await hooks.post(GREENHOUSE, GREENHOUSE.send(), source="campus")
        assert response.status_code == 200, response.text
        contact = orjson.loads(hooks.records()["hiring.contacts"].value or b"")
        assert (contact["locale"], "phone" in contact) == ("ja", False)
        application = orjson.loads(hooks.records()["hiring.applications"].value or b"")
        assert application["programme"] == "ai-internships-2026"
        assert application["facts"] == {
            "answers": {"ai-ethics": "By group, before and after."},
            "consents": {"automated_screening": True, "data_processing": True},
            "education": [{"level": "bachelor", "graduation": "2026-03", "grade": {"value": 3.4, "scale": 4.0}}],
            "preferences": {"tracks": ["ai", "general"]},
        }


async def test_an_application_for_another_job_is_passed_over(write: Write) -> None:
    async with api_stand_in() as api, at_hooks(write(EXTENDED.replace("274075", "1")), api) as hooks:
        response = await hooks.post(GREENHOUSE, GREENHOUSE.send(), source="campus")
        assert (response.status_code, response.json()) == (200, {"status": "passed-over"})
        assert not hooks.outlet.published


async def test_custom_fields_by_their_names_whatever_the_system(write: Write) -> None:
    file = write(
        """\
ashby:
  ashby-campus:
    keys: [a key of the tests 1]
    programme: p
    mapping:
      fields:
        consents.automated_screening: {field: Automated Screening}
        education:
          - {level: {constant: bachelor}, graduation: {field: graduation}}
workable:
  workable-campus:
    keys: [a key of the tests 1]
    programme: p
    mapping:
      fields:
        consents.automated_screening: {field: "Automated screening?"}
        answers.testing: {field: "How would you test a model?"}
"""
    )
    async with api_stand_in() as api, at_hooks(file, api) as hooks:
        assert (await hooks.post(ASHBY, ASHBY.send(), source="ashby-campus")).status_code == 200
        assert orjson.loads(hooks.records()["hiring.applications"].value or b"")["facts"] == {
            "consents": {"automated_screening": True},
            "education": [{"level": "bachelor", "graduation": "2026-06"}],
        }
        assert (await hooks.post(WORKABLE, WORKABLE.send(), source="workable-campus")).status_code == 200
        facts = orjson.loads(hooks.records()["hiring.applications"].value or b"")["facts"]
        assert facts["consents"] == {"automated_screening": True}
        assert facts["answers"] == {"testing": "On people it has not met."}


WRONG = """\
greenhouse:
  campus:
    keys: [short]
    programme: AI Internships
    mappings: {}
    mapping:
      event: [x]
      fields:
        candidate.mail: a.b
        candidate.name: {join: [a..b]}
        answers.why: {path: a, as: essay}
        education:
          each: a
          school: b
        consents.human_only: {constant: perhaps}
taleo: {}
lever:
  campus: {}
  l: {keys: ["12345678"], programme: p, api: "http://api.lever.co"}
"""


def test_every_mistake_is_told_with_its_line_and_what_to_do(write: Write) -> None:
    path = write(WRONG)
    with pytest.raises(FileError) as caught:
        read_webhooks(path)
    told = [line.removeprefix(f"{path}:") for line in str(caught.value).splitlines()]
    expected = [
        ("3: greenhouse.campus.keys.0: ", "8 characters"),
        ("4: greenhouse.campus.programme: ", "is no name of a programme"),
        ("5: greenhouse.campus.mappings: ", "known are keys, programme, mapping"),
        ("7: greenhouse.campus.mapping.event: ", "known are events"),
        ("9: greenhouse.campus.mapping.fields.candidate.mail: ", "candidate.email"),
        ("10: greenhouse.campus.mapping.fields.candidate.name.join: ", "write a.b"),
        ("11: greenhouse.campus.mapping.fields.answers.why.as: ", "month-first"),
        ("14: greenhouse.campus.mapping.fields.education.school: ", "institution"),
        ("15: greenhouse.campus.mapping.fields.consents.human_only.constant: ", "cannot be read as yes-no"),
        ("16: taleo: ", "greenhouse, ashby, lever"),
        ("18: lever.campus: ", "stands under greenhouse too"),
        ("19: lever.l.api: ", "https"),
        ("19: lever.l.api_key: ", "is needed"),
    ]
    assert len(told) == len(expected), "\n".join(told)
    for line, (place, mend) in zip(told, expected, strict=True):
        assert line.startswith(place) and mend in line, line
    assert "short" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("greenhouse: [\n", ":2: is not YAML"),
        ('greenhouse: "\\UFFFFFFFF"\n', ":1: is not YAML"),
        ("- a\n", ":1: needs systems"),
        ("greenhouse:\n  a: {keys: [x]}\n  a: {}\n", ":3: `a` stands here and on line 2: remove one"),
        ("greenhouse: &a\n  x: *a\n", ":1: is nested more than 40 deep, or holds itself"),
        ("greenhouse:\n  a: {keys: [12345678], programme: p}\n", ":2: greenhouse.a.keys.0: is no key"),
        (
            "greenhouse:\n  a: {keys: [longenough], programme: AI bad-internships-2026}\n",
            ":2: greenhouse.a.programme: is no name of a programme: write its id in lower-case",
        ),
        ("greenhouse:\n  a: {keys: [longenough]}\n", ":2: greenhouse.a.programme: needs a programme"),
        ("greenhouse:\n  a: {keys: [], programme: p}\n", ":2: greenhouse.a.keys: needs a list"),
        (
            "greenhouse:\n  a: {keys: [longenough], programme: p, api_key: x}\n",
            ":2: greenhouse.a.api_key: is of no use",
        ),
        ("greenhouse:\n  A b: {keys: [longenough], programme: p}\n", ":2: greenhouse.A b: is no name of a source"),
        (
            "greenhouse:\n  a: {keys: [*Zanzibar], programme: p}\n",
            ":2: is not YAML: found undefined alias '…' (put quot",
        ),
        ("greenhouse:\n  a: {keys: [!Zanzibar!x y], programme: p}\n", "(put quotation marks around what begins with *"),
    ],
)
def test_what_is_no_file_of_webhooks(write: Write, text: str, told: str) -> None:
    with pytest.raises(FileError) as caught:
        read_webhooks(write(text))
    assert told in str(caught.value)
    assert "Zanzibar" not in str(caught.value), "a key without its quotation marks"


def test_a_wrong_file_is_told_at_the_start(write: Write, tmp_path: Path) -> None:
    for path in (write(WRONG), tmp_path / "nowhere.yaml"):
        with pytest.raises(ValidationError, match=path.name):
            IntakeSettings(candidate_secret="a secret of the tests", hooks_file=path)


@pytest.mark.parametrize("text", ["", "greenhouse:\n", "# nobody yet\n"])
def test_a_file_may_name_nobody_yet(write: Write, text: str) -> None:
    assert read_webhooks(write(text)) == {}


def test_the_examples_of_the_documentation_can_be_used(write: Write) -> None:
    text = (Path(__file__).parents[4] / "docs" / "webhooks.md").read_text(encoding="utf-8")
    examples = [example for example in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL) if example[0] != " "]
    assert len(examples) == 3
    for example in examples:
        assert read_webhooks(write(example.replace("…", "a key of the tests")))
