"""Do the clocks agree? Times stand in records, letters and deadlines."""

from cohort.doctor.finding import Case, Finding, ok, wrong

CHECK = "clock"
MOST_SECONDS = 2.0


async def clocks(case: Case) -> list[Finding]:
    """The clock of each service's machine, by the Date of its answer, against this machine's."""
    return [judged_clock(f"the machine of {name}", it.ahead) for name, it in case.said.items() if it.ahead is not None]


def judged_clock(of: str, ahead: float) -> Finding:
    """Whether a clock agrees with ours; `ahead` in seconds."""
    if abs(ahead) <= MOST_SECONDS:
        return ok(CHECK, f"the clock of {of} agrees with this machine's")
    which = "ahead of" if ahead > 0 else "behind"
    return wrong(
        CHECK,
        f"the clock of {of} is {abs(ahead):.0f} s {which} this machine's",
        "let both be set by the same time server",
    )
