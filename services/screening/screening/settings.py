"""Screening's settings: what every service has, a database, and where the policies are."""

from pathlib import Path

from pydantic import Field

from hiring.settings import PostgresSettings

HERE = Path(__file__).parent


class ScreeningSettings(PostgresSettings):
    """`policies` is a folder of YAML files, one a programme; `shadow_policies` one of policies that are only tried.

    A trial that is asked for may take `trial_seconds`, and `trial_memory_mb` MiB in a process of its own;
    `lease_seconds` after its replica died another begins it anew.
    """

    policies: Path = HERE / "policies"
    shadow_policies: Path | None = None
    trial_seconds: float = Field(default=900.0, gt=0)
    trial_memory_mb: int = Field(default=300, ge=128)
    lease_seconds: float = Field(default=30.0, ge=1)
