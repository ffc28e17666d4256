"""Sends applications to Cohort's intake: typed, retrying, one by one or in bulk."""

from cohort_client.application import (
    Application,
    Area,
    Assessment,
    Candidate,
    Consents,
    Course,
    Degree,
    Grade,
    Level,
    Preferences,
    Project,
    ProjectKind,
)
from cohort_client.async_client import AsyncClient
from cohort_client.bulk import Progress, Result
from cohort_client.client import Client
from cohort_client.errors import CohortError, FieldProblem, NotAllowed, Rejected, TooLarge, Unavailable, Unexpected
from cohort_client.protocol import Erasure, Receipt, Withdrawal

__all__ = [
    "Application",
    "Area",
    "Assessment",
    "AsyncClient",
    "Candidate",
    "Client",
    "CohortError",
    "Consents",
    "Course",
    "Degree",
    "Erasure",
    "FieldProblem",
    "Grade",
    "Level",
    "NotAllowed",
    "Preferences",
    "Progress",
    "Project",
    "ProjectKind",
    "Receipt",
    "Rejected",
    "Result",
    "TooLarge",
    "Unavailable",
    "Unexpected",
    "Withdrawal",
]
