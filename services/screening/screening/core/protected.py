"""Protected attributes: what no policy may look at, in English and Chinese, by whatever name it goes."""

import re
import unicodedata

_WORDS: dict[str, tuple[str, ...]] = {
    "gender": ("gender", "genders", "female", "male", "woman", "women", "girl", "girls", "boy", "boys"),
    "sex": ("sex", "sexes", "sexual", "sexuality", "lgbt", "lgbtq"),
    "age": ("age", "ages", "aged"),
    "birth": ("dob", "born"),
    "ethnicity": ("minority", "minorities"),
    "race": ("race", "races", "racial", "caste"),
    "religion": ("faith", "muslim", "christian", "buddhist", "hindu", "jewish"),
    "nationality": ("citizen", "citizens", "citizenship"),
    "marital status": ("married", "unmarried", "marriage", "spouse", "divorced"),
    "disability": ("disabled", "handicap", "handicapped"),
    "pregnancy": ("maternity", "childbearing"),
    "political affiliation": ("ccp", "communist"),
    "native place": ("huji", "birthplace"),
}
# Long enough to mean nothing else, wherever in a word they stand: dateofbirth, maritalstatus.
_STEMS: dict[str, tuple[str, ...]] = {
    "gender": ("gender", "xingbie"),
    "birth": ("birth",),
    "ethnicity": ("ethnic", "minzu"),
    "religion": ("religio",),
    "nationality": ("nationalit",),
    "marital status": ("marital",),
    "disability": ("disabilit",),
    "pregnancy": ("pregnan",),
    "native place": ("hukou", "nativeplace"),
    "political affiliation": ("zhengzhimianmao",),
}
_PHRASES: dict[str, tuple[str, ...]] = {
    "political affiliation": (
        "political affiliation", "political party", "political status", "political view", "political views",
        "party member", "party membership", "party affiliation",
    ),
    "native place": ("native place", "place of origin", "home province", "household registration"),
    "ethnicity": ("skin colour", "skin color"),
    "sex": ("same sex",),
}  # fmt: skip
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
_LETTERS = re.compile(r"[a-z]+")


def protected_attribute(text: str) -> str | None:
    """The protected attribute that a name speaks of, or None. Width, case, joints and hidden signs do not matter."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    plain = "".join(sign for sign in plain if unicodedata.category(sign) != "Cf")
    words = _LETTERS.findall(plain)
    phrase, joined = f" {' '.join(words)} ", "".join(words)
    for attribute, listed in _WORDS.items():
        if not set(listed).isdisjoint(words):
            return attribute
    for attribute, listed in _PHRASES.items():
        if any(f" {one} " in phrase for one in listed):
            return attribute
    for attribute, listed in _STEMS.items():
        # In the letters of a word, or of the words together: date-of-birth, native-place.
        if any(one in joined for one in listed):
            return attribute
    for attribute, listed in _CHINESE.items():
        if any(one in plain for one in listed):
            return attribute
    return None
