"""Intake's settings: `HIRING_CANDIDATE_SECRET` and the limits of its doors."""

from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr, field_validator

from hiring.settings import Settings
from hiring.topics import MIB
from intake.core.phone import REGIONS
from intake.hooks.webhook import read_webhooks
from intake.sources import read_sources


class IntakeSettings(Settings):
    """Also the secret behind every candidate's pseudonym: change it and every known person becomes a new one.

    `sources_file` holds the API keys (`cohort sources`); without one nobody needs a key.
    `submissions_per_second` is for each source, in each process; without one there is no limit.
    `hooks_file` holds the webhooks of HR systems and their keys (docs/webhooks.md); without one there are none.
    `phone_region` is the country (ISO 3166-1, as CN) of telephone numbers where nothing else tells it.
    """

    candidate_secret: Annotated[SecretStr, Field(min_length=16)]
    max_body_bytes: int = Field(default=MIB, ge=1024, le=4 * MIB)
    max_line_bytes: int = Field(default=MIB, ge=1024, le=4 * MIB)
    accept_timeout_seconds: float = Field(default=10.0, gt=0)
    sources_file: Path | None = None
    submissions_per_second: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    hooks_file: Path | None = None
    phone_region: str | None = None

    @field_validator("sources_file")
    @classmethod
    def _readable(cls, path: Path | None) -> Path | None:
        """A file that is wrong is told at the start, where somebody is looking."""
        if path is not None:
            try:
                read_sources(path)
            except OSError as error:
                raise ValueError(str(error)) from None
        return path

    @field_validator("hooks_file")
    @classmethod
    def _usable(cls, path: Path | None) -> Path | None:
        """Likewise for the file of webhooks."""
        if path is not None:
            try:
                read_webhooks(path)
            except OSError as error:
                raise ValueError(str(error)) from None
        return path

    @field_validator("phone_region")
    @classmethod
    def _known_region(cls, region: str | None) -> str | None:
        if region is not None and region not in REGIONS:
            raise ValueError("is no country that telephone numbers are known of: write two capital letters, as CN")
        return region

    @property
    def pseudonym_key(self) -> bytes:
        return self.candidate_secret.get_secret_value().encode()
