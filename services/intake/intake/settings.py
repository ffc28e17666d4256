"""Intake's settings: `HIRING_CANDIDATE_SECRET` and the limits of its doors."""

from typing import Annotated

from pydantic import Field, SecretStr

from hiring.settings import Settings
from hiring.topics import MIB


class IntakeSettings(Settings):
    """Also the secret behind every candidate's pseudonym: change it and every known person becomes a new one."""

    candidate_secret: Annotated[SecretStr, Field(min_length=16)]
    max_body_bytes: int = Field(default=MIB, ge=1024, le=4 * MIB)
    max_line_bytes: int = Field(default=MIB, ge=1024, le=4 * MIB)
    accept_timeout_seconds: float = Field(default=10.0, gt=0)

    @property
    def pseudonym_key(self) -> bytes:
        return self.candidate_secret.get_secret_value().encode()
