"""Letters byte for byte as they were when somebody last looked at them.

Where a letter is meant to change: `COHORT_WRITE_GOLDEN=1 pytest tests/unit/notify/test_golden_letters.py` writes them
anew; look at what `git diff` and `cohort letters preview` show before it is committed.
"""

import os
from pathlib import Path

import pytest

from notify.core import samples

from .letters import WRITER

GOLDEN = Path(__file__).parent / "golden"
KEPT = frozenset(
    {
        "advance",
        "advance-by-person-no-page",
        "review",
        "decline",
        "decline-by-person",
        "decline-after-a-person",
        "decline-corrected",
        "decline-no-page",
        "several-all-news",
        "several-advance-decline-no-page",
        "several-decline-by-both",
        "several-decline-after-a-person",
        "reason-with-html",
        "name-right-to-left",
        "name-emoji",
        "name-markup",
    }
)
LETTERS = {
    f"{sample.name}.{language}.eml": sample
    for language in ("en", "zh")
    for sample in samples.of(language)
    if sample.name in KEPT
}


@pytest.mark.parametrize("name", LETTERS)
def test_a_letter_is_the_same_bytes_as_before(name: str) -> None:
    written = WRITER.write(LETTERS[name].announcement, LETTERS[name].addressee).data
    if os.environ.get("COHORT_WRITE_GOLDEN"):
        (GOLDEN / name).write_bytes(written)
    assert written == (GOLDEN / name).read_bytes(), "if this is meant, see the top of this file"


def test_every_golden_letter_is_one_that_is_still_written() -> None:
    assert {path.name for path in GOLDEN.iterdir()} == set(LETTERS)
