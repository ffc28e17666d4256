"""Which faults pass by themselves, and how long to wait for it."""

import random
from collections.abc import Iterator

import asyncpg
from aiokafka.errors import (
    KafkaConnectionError,
    KafkaError,
    KafkaTimeoutError,
    NodeNotReadyError,
    OutOfOrderSequenceNumber,
    ProducerFenced,
)

# The server said so itself, or is not there: the same statement will go through later.
_POSTGRES = (
    asyncpg.PostgresConnectionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.OperatorInterventionError,
    asyncpg.TransactionRollbackError,
    asyncpg.PostgresSystemError,
    # A database that takes no connections for now, as while it is restored or renamed.
    asyncpg.ObjectNotInPrerequisiteStateError,
)
# A producer that has these is beyond help: only a new one, in a new process, has a sequence again.
_BEYOND_HELP = (OutOfOrderSequenceNumber, ProducerFenced)


def is_transient(error: BaseException) -> bool:
    """Whether waiting and doing the same again can succeed. Anything unknown is not transient."""
    if isinstance(error, _BEYOND_HELP):
        return False
    if isinstance(error, KafkaError):
        return bool(error.retriable) or isinstance(error, KafkaConnectionError | KafkaTimeoutError | NodeNotReadyError)
    if isinstance(error, asyncpg.InterfaceError):
        # A closed connection is one; so is an argument of the wrong type, which is a ValueError too.
        return not isinstance(error, ValueError)
    if isinstance(error, asyncpg.InternalClientError):
        # How asyncpg meets the last words of a server that ends an idle connection (asyncpg issues 784, 1069).
        return "another operation (2) is in progress" in str(error)
    # OSError covers refused and reset connections and time-outs of the operating system.
    return isinstance(error, (*_POSTGRES, OSError, TimeoutError))


def is_unstorable(error: BaseException) -> bool:
    """Whether the database refuses some value or row of a statement: the same one would be refused again."""
    if isinstance(error, asyncpg.DataError | asyncpg.IntegrityConstraintViolationError):
        return True
    # asyncpg's own word for an argument that cannot be sent at all.
    return isinstance(error, asyncpg.InterfaceError) and isinstance(error, ValueError)


def backoff(first: float = 0.1, most: float = 5.0) -> Iterator[float]:
    """Seconds to wait, one after another: doubling to `most`, each drawn from its upper half."""
    pause = first
    while True:
        yield pause * random.uniform(0.5, 1.0)
        pause = min(pause * 2, most)
