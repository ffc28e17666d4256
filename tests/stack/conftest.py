"""What the tests of the stack share: a folder that another account may pass through."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that an unprivileged account may pass through, unlike pytest's own."""
    with TemporaryDirectory(prefix="cohort-", ignore_cleanup_errors=True) as name:
        path = Path(name)
        path.chmod(0o755)
        yield path
