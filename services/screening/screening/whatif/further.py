"""Which of a candidate's applications to a programme is the first, where a policy has a person look at further ones."""

from datetime import datetime

from screening.core.decision import Weight
from screening.core.further import RULE
from screening.whatif.ruling import Lapse, Ruling


class FirstApplications:
    """The first is the one that was submitted first. Screening's is the one it decided first, as a rule the same."""

    def __init__(self) -> None:
        self._first: dict[bytes, tuple[float, bytes]] = {}

    def further(self, candidate: str, application: bytes, submitted_at: datetime) -> bytes | None:
        """The application that turns out to be a further one: this, one seen before, or none."""
        claimed = submitted_at.timestamp(), application
        # Half of a digest tells candidates apart.
        first = self._first.setdefault(bytes.fromhex(candidate[:32]), claimed)
        if first[1] == application:
            return None
        if first <= claimed:
            return application
        self._first[bytes.fromhex(candidate[:32])] = claimed
        return first[1]


def reviewed(ruling: Ruling) -> Ruling:
    """The ruling on a further application, as `screening.core.further.reviewed` has it of a decision."""
    if RULE in ruling.decisive:
        return ruling
    return ruling._replace(
        outcome="review",
        decisive=(RULE, *(ruling.decisive if ruling.outcome == "review" else ())),
        lapses=(*ruling.lapses, Lapse("", RULE, "fail", int(Weight.PERSON))),
    )
