"""Where the parts of a running pipeline are: what every verb of the command needs to know."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Addresses:
    """One running pipeline. The DSNs hold a password: show `kafka` and `intake_url`, never these."""

    intake_url: str
    """`http://127.0.0.1:PORT`, no slash at the end."""
    screening_url: str
    """Its /readyz and /metrics."""
    notify_url: str
    kafka: str
    """Bootstrap servers, `host:port`."""
    screening_dsn: str
    notify_dsn: str
    mailbox: Path
    """The folder of .eml files."""
    logs: Path
    """The folder of one log file a part."""
    console_url: str = ""
    """Empty where no console runs."""
    console_dsn: str = ""
    console_accounts: Path = Path()
    console_password: Path = Path()
    """The file that says the password of its account `operator`, as long as nobody changed it."""
