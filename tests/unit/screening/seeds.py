"""The committed policies, in force from the beginning, as screening's first start seeds them."""

from datetime import UTC, datetime

from screening.in_force import ALWAYS, Approved, Programmes, activate
from screening.programmes import read_folder
from screening.settings import HERE


def seeds() -> Programmes:
    """What is in force where no other policy is approved."""
    at = datetime(2026, 1, 1, tzinfo=UTC)
    return Programmes(
        Approved(policy.programme, activate(policy, policy.digest()), ALWAYS, at)
        for policy in read_folder(HERE / "policies")
    )
