"""What went wrong, for the person at the terminal: one that can be told without a traceback."""

import errno

import asyncpg
from aiokafka.errors import KafkaError

from cohort.stack.errors import StackError
from cohort_client import CohortError


def plain_words(error: BaseException) -> str | None:
    """What to tell of it; None for a bug. Of a group, its first, where all can be told."""
    match error:
        case BaseExceptionGroup():
            told = [plain_words(each) for each in error.exceptions]
            return None if None in told else told[0]
        case StackError() | CohortError():
            return str(error)
        case OSError():
            return _of_the_system(error)
        case KafkaError():
            return f"Kafka: {error}"
        case asyncpg.PostgresError() | asyncpg.InterfaceError():
            return f"Postgres: {error}"
        case _:
            return None


def _of_the_system(error: OSError) -> str:
    words = error.strerror or str(error) or type(error).__name__
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        words = f"the disk is full ({words})"
    return words if error.filename is None else f"{error.filename}: {words}"
