"""Is there room on the disk? Kafka and Postgres stop where there is none."""

import shutil

from cohort.doctor.finding import Case, Finding, ok, wrong

CHECK = "disk"
LEAST_BYTES = 1024**3
LEAST_SHARE = 0.03


async def disk(case: Case) -> list[Finding]:
    """The room below the data folder of a pipeline on this machine; nothing for one elsewhere."""
    if case.data is None:
        return []
    usage = shutil.disk_usage(case.data)
    return [judged_disk(usage.free, usage.total)]


def judged_disk(free: int, total: int) -> Finding:
    """Whether so many bytes are enough."""
    told = f"{free / 1024**3:,.1f} GiB of {total / 1024**3:,.1f} GiB are free on the disk of the data folder"
    if free >= LEAST_BYTES and free >= total * LEAST_SHARE:
        return ok(CHECK, told)
    return wrong(CHECK, told, "make room: Kafka and Postgres stop when it is full")
