"""A decision told to a person, in English or Chinese. Pure."""

from hiring.explanation.telling import tell

__all__ = ["tell"]
