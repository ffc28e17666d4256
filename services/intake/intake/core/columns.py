"""Which field of a submission each column of a table holds: as a mapping says, as the column is named, or by guess."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from hiring.events.fields import Door
from hiring.events.mending import unknown_field

_GRADE = r"grade(\.(value|scale))?"
_SLUG = r"[a-z0-9][a-z0-9._-]{0,62}"
MOST_COLUMNS = 1_000
"""More are no table of applications: each would get an answer of its own."""
TARGET = (
    r"^(source|external_id|programme|submitted_at"
    r"|candidate\.(name|given_name|family_name|email|phone|locale|time_zone)"
    rf"|education\.\d\.(institution|level|field|graduation|{_GRADE})"
    rf"|courses\.\d{{1,2}}\.(name|area|{_GRADE})"
    r"|projects\.\d{1,2}\.(title|kind|domain|ai|summary)"
    r"|assessments\.\d{1,2}\.(name|score|out_of|taken)"
    rf"|(answers|demographics)\.{_SLUG}"
    r"|preferences\.(tracks|units)"
    r"|consents\.(data_processing|automated_screening|human_only))$"
)
_TARGET = re.compile(TARGET)
_FIELDS = (
    *("source", "external_id", "programme", "submitted_at", "preferences.tracks", "preferences.units"),
    *(f"candidate.{name}" for name in ("name", "given_name", "family_name", "email", "phone", "locale", "time_zone")),
    *(f"consents.{name}" for name in ("data_processing", "automated_screening", "human_only")),
    *(f"education.0.{name}" for name in ("institution", "level", "field", "graduation", "grade", "grade.scale")),
    *(f"courses.0.{name}" for name in ("name", "area", "grade", "grade.scale")),
    *(f"projects.0.{name}" for name in ("title", "kind", "domain", "ai", "summary")),
    *(f"assessments.0.{name}" for name in ("name", "score", "out_of", "taken")),
)
"""What a target that is none may have been meant for."""
SHOWN = 40
"""So many characters of a name are repeated to whoever sent it."""


def _target(path: str) -> str:
    if _TARGET.fullmatch(path):
        return path
    if path.startswith(("answers.", "demographics.")):
        wrong = "is no field: write its name in lower-case letters, digits, `.`, `_` and `-`, at most 63"
    else:
        number = _NUMBER.search(path)
        wrong = unknown_field(path, [field.replace(".0.", number[0] if number else ".0.") for field in _FIELDS])
    raise PydanticCustomError("target", "{wrong}", {"wrong": f"{shown(path)} {wrong}"})


def shown(name: str) -> str:
    """A name as it is repeated."""
    return name if len(name) <= SHOWN else f"{name[:SHOWN]}…"


Target = Annotated[str, AfterValidator(_target), Field(json_schema_extra={"pattern": TARGET})]

GUESSES: dict[str, str] = {
    "source": "source 来源",
    "external_id": "externalid applicationid id 申请编号 申请号 应聘编号 编号",
    "programme": "programme program 招聘项目",
    "submitted_at": "submittedat submitted appliedat applicationdate 申请时间 投递时间 提交时间",
    "candidate.name": "name fullname candidatename candidate 姓名 名字",
    "candidate.given_name": "givenname firstname",
    "candidate.family_name": "familyname lastname surname",
    "candidate.email": "email emailaddress mail 邮箱 邮箱地址 电子邮箱 电子邮件",
    "candidate.phone": "phone phonenumber mobile mobilephone telephone tel 电话 联系电话 手机 手机号 手机号码",
    "candidate.locale": "locale language 语言",
    "candidate.time_zone": "timezone 时区",
    "education.0.institution": "institution school schoolname university college 学校 学校名称 院校 毕业院校 毕业学校",
    "education.0.level": "degree degreelevel educationlevel level 学历 最高学历 学位",
    "education.0.field": "major field fieldofstudy discipline 专业 专业名称",
    "education.0.graduation": "graduation graduationdate graduationmonth expectedgraduation expectedgraduationdate "
    "毕业时间 毕业日期 毕业年月 预计毕业时间",
    "education.0.grade": "gpa cgpa grade 绩点 平均绩点",
    "education.0.grade.scale": "gpascale gradescale gpamax maxgpa outof 满分 绩点满分",
    "preferences.tracks": "tracks preferredtracks",
    "preferences.units": "units preferredunits",
    "consents.data_processing": "dataprocessing dataprocessingconsent",
    "consents.automated_screening": "automatedscreening automatedscreeningconsent",
    "consents.human_only": "humanonly",
}
"""Each field, and the names a column has that is taken for it, without blanks and signs, in lower case."""

_GUESSED = {name: target for target, names in GUESSES.items() for name in names.split()}
_SIGNS = re.compile(r"[\s_\-./:()*'\"]+")
_NUMBER = re.compile(r"\.\d{1,2}\.")
_CELL_LIKE = re.compile(r"@|\d{5}")
"""What stands in e-mail addresses, telephone numbers and dates, and hardly in a column's name."""
_NEEDED = ("source", "external_id", "programme", "candidate.email")


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (OSError, ValueError, KeyError):
        raise ValueError("is no time zone of the IANA database, such as Asia/Shanghai") from None
    return name


class ColumnMapping(Door):
    """What an operator says of a table: which column is which field, and what no column says.

    `columns` maps a column's name to a field, or to null to pass it over. `constants` hold for every row; one inside
    a list (`education.0.grade.scale`) only where a cell of that entry is filled. `time_zone` is that of moments
    without an offset.
    """

    columns: Annotated[dict[str, Target | None], Field(max_length=500)] = Field(default_factory=dict)
    constants: Annotated[dict[Target, str | bool | float], Field(max_length=100)] = Field(default_factory=dict)
    other_columns: Literal["refuse", "ignore"] = "refuse"
    delimiter: Literal[",", ";", "\t"] = ","
    time_zone: Annotated[str, AfterValidator(_zone)] | None = None


class HeaderRefused(Exception):
    """The table cannot be read; `problems` names each column, or field without one, and what to do."""

    def __init__(self, problems: Sequence[Mapping[str, str]]) -> None:
        super().__init__("the header row does not say enough")
        self.problems = problems


def assign(names: Sequence[str], mapping: ColumnMapping) -> list[str | None]:
    """The field of each column, in order; None for one that is passed over. Raises HeaderRefused."""
    if len(names) > MOST_COLUMNS:
        raise HeaderRefused([_problem("(header)", f"has {len(names)} columns: send at most {MOST_COLUMNS}")])
    problems: list[dict[str, str]] = []
    targets: list[str | None] = []
    taken: dict[str, str] = {}
    for name in (given.strip() for given in names):
        target = mapping.columns[name] if name in mapping.columns else _guess(name)
        if target is None and name and name not in mapping.columns and mapping.other_columns == "refuse":
            problems.append(_problem(name, "is no field that is known: map it to one, or to null to pass it over"))
        elif target in taken:
            problems.append(_problem(name, f"and {shown(taken[target])} are both taken for {target}: map one to null"))
        elif target is not None:
            taken[target] = name
        targets.append(target)
    if problems and any(_CELL_LIKE.search(name) for name in names if name.strip() not in mapping.columns):
        # Somebody's data: none of it is repeated.
        raise HeaderRefused([_problem("(header)", "looks like a row of data: send a row of column names first")])
    problems += [_problem(name, "is mapped and not in the header row") for name in mapping.columns if name not in names]
    problems += _missing({*taken, *mapping.constants})
    if problems:
        raise HeaderRefused(problems)
    return targets


def _guess(name: str) -> str | None:
    if _TARGET.fullmatch(name):
        return name
    return _GUESSED.get(_SIGNS.sub("", unicodedata.normalize("NFKC", name)).casefold())


def _missing(there: set[str]) -> list[dict[str, str]]:
    needed = [*_NEEDED]
    if not there & {"candidate.given_name", "candidate.family_name"}:
        needed.append("candidate.name")
    return [_problem(field, "has no column and no constant") for field in needed if field not in there]


def _problem(field: str, problem: str) -> dict[str, Any]:
    return {"field": shown(field), "problem": problem}
