"""Which faults are waited out, and which end the process."""

from itertools import islice

import asyncpg
import pytest
from aiokafka.errors import (
    GroupAuthorizationFailedError,
    KafkaConnectionError,
    KafkaTimeoutError,
    NotLeaderForPartitionError,
    OutOfOrderSequenceNumber,
)
from asyncpg.exceptions import InternalClientError

from hiring.faults import backoff, is_transient


@pytest.mark.parametrize(
    "error",
    [
        ConnectionRefusedError(),
        TimeoutError(),
        asyncpg.CannotConnectNowError(),
        asyncpg.AdminShutdownError(),
        asyncpg.ObjectNotInPrerequisiteStateError('database "screening" is not currently accepting connections'),
        asyncpg.DiskFullError(),
        asyncpg.SerializationError(),
        asyncpg.InterfaceError("connection is closed"),
        # What asyncpg raises now and then when the server goes away in the middle of a statement.
        InternalClientError("got result for unknown protocol state: another operation (2) is in progress"),
        KafkaConnectionError(),
        KafkaTimeoutError(),
        NotLeaderForPartitionError(),
    ],
)
def test_what_passes_by_itself_is_waited_for(error: Exception) -> None:
    assert is_transient(error)


@pytest.mark.parametrize(
    "error",
    [
        ValueError(),
        asyncpg.UndefinedTableError(),
        asyncpg.exceptions._base.DataError("invalid input for query argument"),
        asyncpg.InvalidPasswordError(),
        OutOfOrderSequenceNumber(),
        GroupAuthorizationFailedError(),
    ],
)
def test_what_a_retry_cannot_mend_is_not(error: Exception) -> None:
    assert not is_transient(error)


def test_pauses_grow_to_a_bound_and_are_never_equal_for_all() -> None:
    pauses = list(islice(backoff(0.1, 5.0), 12))
    assert pauses[0] <= 0.1
    assert 2.5 <= pauses[-1] <= 5.0
    assert list(islice(backoff(), 12)) != pauses
