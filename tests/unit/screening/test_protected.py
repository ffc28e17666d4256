"""Names that speak of a protected attribute are found, however they are written; others are left alone."""

import pytest

from screening.core.protected import protected_attribute


@pytest.mark.parametrize(
    ("name", "attribute"),
    [
        ("gender", "gender"),
        ("Gender-Identity", "gender"),
        ("ＧＥＮＤＥＲ", "gender"),
        ("gen\u200bder", "gender"),
        ("women-in-tech", "gender"),
        ("sex", "sex"),
        ("max-age", "age"),
        ("age_group", "age"),
        ("date-of-birth", "birth"),
        ("dateofbirth", "birth"),
        ("birthyear", "birth"),
        ("ethnicity", "ethnicity"),
        ("race", "race"),
        ("religious-studies", "religion"),
        ("nationality", "nationality"),
        ("maritalstatus", "marital status"),
        ("disability", "disability"),
        ("pregnant", "pregnancy"),
        ("political-party", "political affiliation"),
        ("hukou-city", "native place"),
        ("native-place", "native place"),
        ("性别", "gender"),
        ("您的年龄", "age"),
        ("出生日期", "birth"),
        ("少数民族", "ethnicity"),
        ("种族", "race"),
        ("宗教信仰", "religion"),
        ("国籍", "nationality"),
        ("婚姻状况", "marital status"),
        ("残疾人", "disability"),
        ("怀孕", "pregnancy"),
        ("政治面貌", "political affiliation"),
        ("籍贯", "native place"),
        ("户口所在地", "native place"),
    ],
)
def test_protected(name: str, attribute: str) -> None:
    assert protected_attribute(name) == attribute


@pytest.mark.parametrize(
    "name",
    [
        "natural language processing",
        "image-processing",
        "storage",
        "political science",
        "packaging",
        "embrace",
        "tracing",
        "number theory",
        "operations research",
        "essex",
        "techniques",
        "线性向量空间",
        "人工智能",
        "教育学",
        "高等数学",
        "激光 jiguang",
    ],
)
def test_not_protected(name: str) -> None:
    assert protected_attribute(name) is None
