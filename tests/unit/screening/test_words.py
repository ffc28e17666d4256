"""Words are counted alike in every language, and by either way."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.core.words import _WORD, count_words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", 0),
        ("...!?", 0),
        ("a model decides", 3),
        ("state-of-the-art, don't_worry", 7),
        ("模型应当可以解释。", 8),
        ("模型 must be 公平 2026", 7),
        ("한국어 テスト", 6),
        ("naïve café", 2),
    ],
)
def test_words_of_either_language(text: str, words: int) -> None:
    assert count_words(text, 1000) == words
    assert count_words(text, 1) == min(words, 1)
    assert count_words(text, max(words, 1)) == words


@given(st.text(string.printable, max_size=200))
def test_the_quick_way_counts_the_same(text: str) -> None:
    assert count_words(text, 1000) == len(_WORD.findall(text))


@given(st.text("aé人 .-", max_size=300), st.integers(1, 40))
def test_counting_stops_at_enough_and_is_exact_below(text: str, enough: int) -> None:
    assert count_words(text, enough) == min(enough, len(_WORD.findall(text)))
