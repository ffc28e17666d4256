"""Can anybody log in at the console?"""

from pathlib import Path

from cohort.doctor.finding import Case, Finding, ok, unknown, wrong
from console.accounts.file import AccountsError, read

CHECK = "console"


async def accounts(case: Case) -> list[Finding]:
    """Whether the console has an account; nothing where there is no console."""
    if not case.at.console_url:
        return []
    if case.at.console_accounts == Path():
        return [unknown(CHECK, "the console's file of accounts is not told: whether somebody may log in is not known")]
    try:
        number = len(read(case.at.console_accounts))
    except AccountsError as error:
        return [wrong(CHECK, str(error), "mend or delete the file, and add accounts again")]
    if not number:
        return [
            wrong(
                CHECK,
                "nobody may log in at the console: it has no account",
                "cohort console account add NAME --role operator",
            )
        ]
    return [ok(CHECK, f"the console has {number} account{'' if number == 1 else 's'}")]
