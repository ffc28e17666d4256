"""Are letters paused?"""

from cohort.doctor.finding import Case, Finding, ok, unknown, wrong
from cohort.service_tables import fetch

CHECK = "letters"
_PAUSES = "SELECT count(*) FROM pauses WHERE paused"
_METRIC = "hiring_letters_pauses"


async def letters(case: Case) -> list[Finding]:
    """Whether any letters are paused, from notify's database or its metrics."""
    pauses = await _pauses(case)
    if pauses is None:
        return [unknown(CHECK, "whether letters are paused is not known", "tell notify_url or notify_dsn")]
    if pauses:
        return [
            wrong(
                CHECK,
                f"letters are paused, by {pauses} pause{'' if pauses == 1 else 's'}: none of those goes out",
                "`cohort letters list` says which, by whom and why; `cohort letters resume` ends it",
            )
        ]
    return [ok(CHECK, "no letters are paused")]


async def _pauses(case: Case) -> int | None:
    if case.at.notify_dsn:
        return int((await fetch(case.at.notify_dsn, _PAUSES))[0][0])
    # Notify counts every few seconds: what was done just now is not in it yet.
    for _, value in case.metrics.get("notify", {}).get(_METRIC, []):
        return int(value)
    return None
