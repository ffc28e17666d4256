"""What the contenders read: the applications of a drive, byte for byte as intake publishes them."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice

from cohort.drive.generate import generate
from hiring import kafka
from hiring.events.reading import Unreadable, parse
from hiring.events.submission import Submission
from hiring.publishing import Publisher
from hiring.settings import Settings
from intake.core.split import Accepted, merged, split

SECRET = "a secret of the bench's own"
SEED = 20251101
_GROUP = 2000


def lines(size: int, seed: int = SEED) -> Iterator[bytes]:
    """`size` applications that intake takes, as HR systems send them; 3 % repeat an earlier one."""
    return islice((line for line, _ in _readable(seed)), size)


def accepted(size: int, seed: int = SEED) -> Iterator[Accepted]:
    """The same, as intake splits them."""
    now = datetime.now(UTC)
    return (split(read, SECRET.encode(), now) for _, read in islice(_readable(seed), size))


async def preload(bootstrap_servers: str, size: int, waves: tuple[int, ...] = (1,), seed: int = SEED) -> int:
    """Publish `size` applications: wave 0 is who applied, wave 1 the facts. Return the records written."""
    producer = kafka.producer(Settings(kafka_bootstrap_servers=bootstrap_servers), "bench-preload")
    written = 0
    async with producer:
        publisher = Publisher(producer)
        many = accepted(size, seed)
        while group := list(islice(many, _GROUP)):
            split_up = merged(group)
            for wave in waves:
                await publisher.publish(split_up[wave])
                written += len(split_up[wave])
    return written


def _readable(seed: int) -> Iterator[tuple[bytes, Submission]]:
    for item in generate(2**40, seed):
        try:
            yield item.line, parse(item.line, Submission)
        except Unreadable:
            continue
