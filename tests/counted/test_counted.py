"""The counted gate: what each service asks of broker and database, beside the committed baseline.

Timing says little on a shared machine; a statement a row, or a request a record, shows in these counts at once.
"""

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from .conftest import SIZES, Counts
from .counting import Counted

pytestmark = pytest.mark.stack

HERE = Path(__file__).parent
BASELINE: dict[str, dict[str, dict[str, Any]]] = tomllib.loads((HERE / "baseline.toml").read_text(encoding="utf-8"))

# A connection's set-up comes once and not with the work.
# Nor does the look for trials that wait, once a second.
_WITH_TIME = ("connect", "UPDATE trials")
_ENTERING = ("INSERT contacts", "INSERT letters")
# A claim is a transaction: what is due, locked, and all of the same people; then what was ruled is applied.
_SENDING = ("BEGIN", "COMMIT", "UPDATE OF", "SELECT unnest", "UPDATE letters", "SELECT letters")
FIGURES: dict[str, Callable[[Counted], int]] = {
    "produce_requests": lambda found: found.requests["Produce"],
    "offset_commits": lambda found: found.requests["OffsetCommit"],
    "statements": lambda found: found.statements.total() - sum(found.statements[kind] for kind in _WITH_TIME),
    "entering": lambda found: sum(found.statements[kind] for kind in _ENTERING),
    "sending": lambda found: sum(found.statements[kind] for kind in _SENDING),
}


def test_every_service_has_a_baseline_with_its_reason() -> None:
    assert set(BASELINE) == {"intake", "screening", "notify"}
    for service, figures in BASELINE.items():
        for figure, told in figures.items():
            assert figure in FIGURES, f"baseline.toml: [{service}.{figure}] is no figure of this gate"
            assert told["why"], f"baseline.toml: [{service}.{figure}] has no `why`"


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    ("service", "figure"), [(service, figure) for service in BASELINE for figure in BASELINE[service]]
)
def test_work_costs_what_the_baseline_says(counts: Counts, service: str, figure: str, size: int) -> None:
    found = counts[service, size]
    count = FIGURES[figure](found)
    told = BASELINE[service][figure]
    if (most := told.get(f"most_{size}")) is not None:
        low, high = 1, most
    else:
        low, high = max(0, told[f"at_{size}"] - told["give"]), told[f"at_{size}"] + told["give"]
    assert low <= count <= high, (
        f"{service} took {count} {figure.replace('_', ' ')} for {size:,} applications; "
        f"the baseline allows {low} to {high}, because: {told['why']}.\n"
        f"Mend what makes the difference; if it is meant, change [{service}.{figure}] in "
        f"{HERE.name}/baseline.toml and its `why`.\n"
        f"requests: {dict(found.requests)}\nstatements: {dict(found.statements)}"
    )
