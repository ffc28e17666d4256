"""A decision told to a person, in English or Chinese. Pure."""

from cohort.explanation.telling import tell

__all__ = ["tell"]
