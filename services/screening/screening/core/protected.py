"""Protected attributes: what no policy may look at, in English, Chinese and pinyin, by whatever name it goes."""

import re
import unicodedata
from collections.abc import Iterator, Sequence

_WORDS: dict[str, tuple[str, ...]] = {
    "gender": ("gender", "genders", "male", "ismale", "woman", "women", "girl", "girls", "boy", "boys"),
    "sex": ("sex", "sexes", "lgbt", "lgbtq"),
    "age": ("age", "ages", "aged"),
    "birth": ("dob", "born"),
    "ethnicity": ("minority", "minorities"),
    "race": ("race", "races", "racial", "caste"),
    "religion": (
        "faith", "muslim", "muslims", "christian", "christians", "buddhist", "buddhists", "hindu", "hindus",
        "jew", "jews", "jewish",
    ),
    "nationality": ("nation", "citizen", "citizens", "citizenship"),
    "marital status": ("married", "unmarried", "marriage", "spouse", "divorced"),
    "disability": ("disabled", "handicap", "handicapped"),
    "pregnancy": ("maternity", "childbearing"),
    "political affiliation": ("ccp", "communist"),
    "native place": ("birthplace",),
}  # fmt: skip
# Long enough to mean nothing else, wherever in a word they stand: dateofbirth, maritalstatus.
_STEMS: dict[str, tuple[str, ...]] = {
    "gender": ("gender", "female", "xingbie"),
    "sex": ("sexual", "sexorientation"),
    "age": ("nianling",),
    "birth": ("birth", "shengri", "chusheng"),
    "ethnicity": ("ethnic", "skincolo", "minzu"),
    "religion": ("religio", "zongjiao"),
    "nationality": ("nationalit",),
    "marital status": ("marital", "hunyin"),
    "disability": ("disabilit", "canjiren"),
    "pregnancy": ("pregnan", "huaiyun"),
    "political affiliation": (
        "partymember", "partyaffiliation", "politicalaffiliation", "politicalparty", "politicalstatus",
        "politicalview", "zhengzhimianmao", "dangyuan",
    ),
    "native place": (
        "nativeplace", "placeoforigin", "homeprovince", "householdregistration", "hukou", "shengyuandi", "hujidi",
    ),
}  # fmt: skip
# In one word or in several, but not within a longer one: guojia is a country, canjia to take part, jiguang a laser.
_PHRASES: dict[str, tuple[str, ...]] = {
    "gender": ("nan xing", "nv xing", "nan sheng", "nv sheng"),
    "sex": ("same sex",),
    "age": ("age group", "age range", "age limit", "age bracket", "sui shu", "zhou sui"),
    "ethnicity": ("han zu",),
    "race": ("zhong zu",),
    "nationality": ("guo ji",),
    "marital status": ("hun fou", "yi hun", "wei hun", "jie hun", "li hun"),
    "disability": ("can ji", "can zhang"),
    "pregnancy": ("yun fu", "chan jia"),
    "political affiliation": ("tuan yuan", "dang pai"),
    "native place": ("ji guan", "hu ji"),
}
_CHINESE: dict[str, tuple[str, ...]] = {
    "gender": ("性别", "性別", "男性", "女性", "男生", "女生", "男女"),
    "sex": ("性取向",),
    "age": ("年龄", "年齡", "岁数", "歲數", "周岁", "周歲"),
    "birth": ("出生", "生日"),
    "ethnicity": ("民族", "族裔", "汉族", "漢族"),
    "race": ("种族", "種族", "肤色", "膚色"),
    "religion": ("宗教", "信仰", "信教"),
    "nationality": ("国籍", "國籍"),
    "marital status": ("婚",),
    "disability": ("残疾", "殘疾", "残障", "殘障"),
    "pregnancy": ("孕", "生育", "产假", "產假"),
    "political affiliation": ("政治面貌", "党员", "黨員", "团员", "團員", "党派", "黨派"),
    "native place": ("籍贯", "籍貫", "户口", "戶口", "户籍", "戶籍", "生源地", "祖籍"),
}
# Terms of other subjects, of which one word alone would speak of a protected attribute.
_HARMLESS = re.compile(
    r"(?<![a-z])(?:race[\W_]*conditions?|data[\W_]*races?|birthday[\W_]*(?:paradox|problem|attack)"
    r"|stable[\W_]*marriages?(?:[\W_]*problem)?|minority[\W_]*carriers?|born[\W_]*approximation)(?![a-z])"
    r"|生日(?:悖论|問題|问题|攻击|攻擊)"
)
_LETTERS = re.compile(r"[a-z]+")
_WHOLE = {attribute: frozenset(phrase.replace(" ", "") for phrase in listed) for attribute, listed in _PHRASES.items()}
_LONGEST = 4
"""So many words are read as one: zheng-zhi-mian-mao."""


def protected_attribute(text: str) -> str | None:
    """The protected attribute that a name speaks of, or None. Width, case, joints and hidden signs do not matter."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    plain = "".join(sign for sign in plain if unicodedata.category(sign) != "Cf")
    plain = _HARMLESS.sub(" ", plain)
    words = _LETTERS.findall(plain)
    joined = frozenset(_joined(words))
    for attribute, listed in _WORDS.items():
        if not set(listed).isdisjoint(words):
            return attribute
    for attribute, whole in _WHOLE.items():
        if not whole.isdisjoint(joined):
            return attribute
    for attribute, listed in _STEMS.items():
        # Across words only from where one begins: native-place, but not log-ender.
        if any(one in word for one in listed for word in words) or any(each.startswith(listed) for each in joined):
            return attribute
    for attribute, listed in _CHINESE.items():
        if any(one in plain for one in listed):
            return attribute
    return None


def _joined(words: Sequence[str]) -> Iterator[str]:
    """Each word, and what it makes with those after it."""
    for start in range(len(words)):
        for end in range(start + 1, start + _LONGEST + 1):
            yield "".join(words[start:end])
