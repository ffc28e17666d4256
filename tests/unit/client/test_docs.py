"""The Python that the documentation shows runs as it stands."""

import asyncio
import re
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import applications
from .stand_in import Intake, serving

ROOT = Path(__file__).parents[3]
FENCE = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
EXAMPLES = [
    pytest.param(code, id=f"{page}-{number}")
    for page in ("docs/integrate.md", "client/README.md")
    for number, code in enumerate(FENCE.findall((ROOT / page).read_text("utf-8")))
]


def test_there_are_examples() -> None:
    assert len(EXAMPLES) == 5


@pytest.mark.parametrize("code", EXAMPLES)
async def test_an_example_runs(code: str) -> None:
    async with serving(intake := Intake(key="cohort_1_x")) as url:
        given = f"INTAKE, KEY, applications = {url!r}, 'cohort_1_x', iter({list(applications(3))!r})\n"
        environment = {"INTAKE": url, "INTAKE_KEY": "cohort_1_x"}
        ran = await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-c", given + code],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=50,
        )
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout
    assert intake.took
