"""Which language a candidate is written to in."""

from typing import Literal, get_args

Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = get_args(Language)


def language(locale: str) -> Language:
    """The language of a BCP 47 tag (`zh-CN`, `zh_TW`, `en-GB`, also POSIX's underscores): Chinese, else English."""
    return "zh" if locale.replace("_", "-").lower().split("-")[0] in {"zh", "cmn", "yue"} else "en"
