"""Where a contender works: told by its command line, the same for all."""

import argparse
import signal
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    kafka: str
    dsn: str
    group: str
    topic: str
    output: str
    table: str


def place() -> Place:
    """Read the command line. SIGTERM becomes KeyboardInterrupt, which every framework here understands."""
    parser = argparse.ArgumentParser()
    for name in Place.__dataclass_fields__:
        parser.add_argument(f"--{name}", required=True)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    return Place(**vars(parser.parse_args()))
