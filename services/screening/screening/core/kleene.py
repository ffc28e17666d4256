"""Three-valued logic (Kleene's strong one): what is unknown stays so unless the rest settles it."""

from collections.abc import Iterable

from hiring.events.decision import Verdict


def all_of(verdicts: Iterable[Verdict]) -> Verdict:
    """Fails if one fails, passes if all pass."""
    seen = set(verdicts)
    return "fail" if "fail" in seen else "unknown" if "unknown" in seen else "pass"


def any_of(verdicts: Iterable[Verdict]) -> Verdict:
    """Passes if one passes, fails if all fail."""
    seen = set(verdicts)
    return "pass" if "pass" in seen else "unknown" if "unknown" in seen else "fail"


def known(holds: bool | None) -> Verdict:
    """The verdict on what holds, does not hold, or is not told."""
    return "unknown" if holds is None else "pass" if holds else "fail"
