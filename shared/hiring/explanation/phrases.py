"""What a rule observed and required, in Chinese. Decisions record it in English; what is not known here stays so."""

import re
from functools import lru_cache

from hiring.explanation.contract_words import chinese

_NUMBER = r"\d+(?:\.\d+)?"
# In this order: what stands earlier may hold what stands later.
_PHRASES = tuple(
    (re.compile(english), to)
    for english, to in (
        (r"\bno wish for a person only\b", "没有只由人工决定的要求"),
        (r"\ba person is asked for\b", "要求由人工决定"),
        (r"\bno objection\b", "无异议"),
        (r"\bnot asked\b", "未询问"),
        (r"\bagreed\b", "已同意"),
        (r"\brefused\b", "未同意"),
        (r"\bconsent to (\w+) and (\w+)", r"同意\1和\2"),
        (r"\bconsent to\b ?", "同意"),
        (r"\bno graduation month\b", "未注明毕业月份"),
        (r"\bgraduates (\S+) to (\S+)", r"\1 至 \2 毕业"),
        (rf"\bgrade at least ({_NUMBER}) of ({_NUMBER})", r"成绩至少 \1/\2"),
        (r"\bno (?:answer)\b", "未回答"),
        (r"\bno courses\b", "未列出课程"),
        (r"\bno projects\b", "未列出项目"),
        (r"\bno grade\b", "未注明成绩"),
        (r"\bno degree\b", "未列出学位"),
        (r"\bno result\b", "没有成绩"),
        (r"\bno month\b", "未注明月份"),
        (r"\ba degree without a level\b", "未注明层次的学位"),
        (r", and a degree without a month\b", "，另有学位未注明月份"),
        (r"\ban unknown field\b", "未知专业"),
        (r"\b(\d+), and (\d+) that do not say", r"\1 个，另有 \2 个未说明"),
        (r", and (\d+) of unknown area\b", r"，另有 \1 门领域不明"),
        (r"\b(\d+) of (\d+) courses?\b", r"\2 门课程中的 \1 门"),
        (r"\bat least (\d+) AI projects?\b", r"至少 \1 个AI项目"),
        (r"\bat least (\d+) projects?\b", r"至少 \1 个项目"),
        (r"^(\S+) in at least (\d+) words?$", r"\1 至少 \2 字"),
        (r"\bat least (\d+) in (\S+(?: or \S+)*)", r"\2至少 \1 门"),
        (r"\b(\S+) at least ", r"\1 至少 "),
        (r"\b(\d+) words? or more\b", r"\1 字或更多"),
        (r"\b(\d+) words?\b", r"\1 字"),
        (rf": up to ({_NUMBER}) points$", r"：至多 \1 分"),
        (rf"\b({_NUMBER}) of ({_NUMBER})\b", r"\1/\2"),
        (r", taken (\S+) or later", r"，\1 或以后"),
        (r"(?<=[\w)]) or (?=[\w(])", "或"),
        (r"(?<=[\w)]) and (?=[\w(])", "且"),
    )
)
_WORD = re.compile(r"[a-z][a-z_-]+")


@lru_cache(maxsize=1024)
def in_chinese(text: str) -> str:
    """The phrase in Chinese, as far as its parts are known."""
    for english, to in _PHRASES:
        text = english.sub(to, text)
    return _WORD.sub(lambda found: chinese(found[0]), text)
