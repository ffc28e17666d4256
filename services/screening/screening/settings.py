"""Screening's settings: what every service has, a database, and where the policies are."""

from pathlib import Path

from hiring.settings import PostgresSettings

HERE = Path(__file__).parent


class ScreeningSettings(PostgresSettings):
    """`policies` is a folder of YAML files, one a programme; `shadow_policies` one of policies that are only tried."""

    policies: Path = HERE / "policies"
    shadow_policies: Path | None = None
