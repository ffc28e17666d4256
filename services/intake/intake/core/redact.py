"""Takes identity out of free text: whoever reads the facts must not learn who wrote them.

Removed are e-mail addresses, web addresses, telephone and identity-card numbers, and the candidate's own name.
Years, dates, grades, percentages and plain quantities stay, since they are facts.
"""

import re
from collections.abc import Sequence

from intake.core.names import REMOVED, without_name

# Prose holds no NUL (the contract refuses it), so texts joined by it are scanned at once and parted again.
JOINT = "\0"

# A run of text that neither blanks nor Chinese, Japanese or Korean text and punctuation interrupt.
_CJK = r"\u1100-\u11ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef"
_RUN = rf"[^\s\0<>\"{_CJK}]"
# Every repetition is bounded, so that no text takes long to scan, whoever wrote it.
_EMAIL = re.compile(
    rf"[^\s\0<>\"(),:;\[\]@{_CJK}]{{1,64}}[@＠](?:[^\W_{_CJK}][\w-]{{0,62}}[.．]){{1,8}}[^\W\d_][\w-]{{0,62}}"
)
_URL = re.compile(
    rf"(?:[a-z][a-z0-9+.-]{{1,20}}://|(?<![a-z0-9_])www\.){_RUN}*[^\s\0<>\"{_CJK}.,;:!?)\]']", re.IGNORECASE
)
# Profiles are often told without a scheme: github.com/name.
_BARE_URL = re.compile(
    rf"(?<![a-z0-9_.-])(?:[a-z0-9-]+\.)+(?:com|cn|org|net|io|me|dev|ai|app|edu)/{_RUN}*[^\s\0<>\"{_CJK}.,;:!?)\]']",
    re.IGNORECASE,
)
_BARE_HINT = re.compile(r"\.[a-z]{2,3}/", re.IGNORECASE)

# What any number of ours looks like at least: five digits with little between them. The second form says the
# same of ASCII text at a fifth of the time.
_NUMBER_HINT = re.compile(r"\d(?:[ ().·-]{0,3}\d){4}")
_AS_ZEROS = bytes(ord("0") if chr(c).isdigit() else c for c in range(128)) + bytes(range(128, 256))
_GAP = r"[ .·-]"
_PHONE = re.compile(
    rf"""(?<![0-9A-Za-z_+])(?<!\d[.·/-])(?:
        \+\d(?:[ ().·-]{{0,2}}\d){{6,14}}                     # +86 138 0013 8000, +44 (0)20 7946 0958
      | \d{{10,20}}[Xx]?                                      # 13800138000, the number of an identity card
      | (?!(?:19|20)\d\d{_GAP}(?:19|20)\d\d{_GAP})            # not 2023 2024 2025
        \(?\d{{2,4}}\)?{_GAP}?\d{{3,4}}{_GAP}\d{{4}}          # (415) 555-2671, 138-0013-8000, 010 6552 9988
      | \(?0\d{{1,4}}\)?{_GAP}\d{{5,8}}                       # 010-65529988, 07911 123456
      | 0\d(?:{_GAP}\d\d){{4}}                                # 06 12 34 56 78
    )(?![0-9A-Za-z_%])(?![.·/-]\d)""",
    re.VERBOSE,
)
# A shorter number is one of ours where a word says so.
_TOLD_NUMBER = re.compile(
    r"((?:(?<![a-z])(?:tel|telephone|phone|mobile|cell|whatsapp|wechat|qq)|电话|手机|微信|联系方式)[号码]{0,2}(?:\s+is)?[\s:：.=]{0,3})"
    r"(?:\+?\d{5,15}|\d{3}[ -]\d{4})(?!\d)",
    re.IGNORECASE,
)


def redact(texts: Sequence[str], name: str, email: str) -> list[str]:
    """The texts, in order, with identity replaced by `[removed]`; `name` and `email` are the candidate's own.

    The texts hold no NUL. A text may come back longer than it went in.
    """
    if not texts:
        return []
    text = given = JOINT.join(texts)
    if "@" in text or "＠" in text:
        if not email.isascii():
            text = re.sub(re.escape(email), REMOVED, text, flags=re.IGNORECASE)
        text = _EMAIL.sub(REMOVED, text)
    if ("/" in text and "://" in text) or "www." in text or "WWW." in text:
        text = _URL.sub(REMOVED, text)
    if "/" in text and _BARE_HINT.search(text):
        text = _BARE_URL.sub(REMOVED, text)
    if _may_hold_number(text):
        text = _PHONE.sub(REMOVED, _TOLD_NUMBER.sub(rf"\1{REMOVED}", text))
    text = without_name(text, name)
    return list(texts) if text == given else text.split(JOINT)


def _may_hold_number(text: str) -> bool:
    if text.isascii():
        return b"00000" in text.encode().translate(_AS_ZEROS, b" ().-")
    return _NUMBER_HINT.search(text) is not None
