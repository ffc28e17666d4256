"""How many words a text has, in any mix of languages."""

import re

# A Chinese, Japanese or Korean character stands for a word; elsewhere a run of letters and digits does.
_WORD = re.compile(
    r"[\u3400-\u9fff\uf900-\ufaff\u3040-\u30ff\uac00-\ud7af]|[^\W_\u3400-\u9fff\uf900-\ufaff\u3040-\u30ff\uac00-\ud7af]+"
)


def count_words(text: str) -> int:
    """The number of words; punctuation and white space count for nothing."""
    return len(_WORD.findall(text))
