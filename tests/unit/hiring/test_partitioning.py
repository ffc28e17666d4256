"""Keys go where every other Kafka client sends them."""

import pytest
from aiokafka.partitioner import murmur2 as reference
from hypothesis import given
from hypothesis import strategies as st

from hiring.partitioning import murmur2, murmur2_each, partition


@given(st.binary(max_size=80))
def test_the_hash_is_kafkas(data: bytes) -> None:
    assert murmur2(data) == reference(data) & 0xFFFFFFFF


def test_a_key_keeps_its_partition_whatever_is_available() -> None:
    # Known values of the Java client for 6 partitions.
    assert partition(b"21", [0, 1, 2, 3, 4, 5], [3]) == (-973932308 & 0x7FFFFFFF) % 6
    assert partition(b"foobar", [0, 1, 2, 3, 4, 5], []) == (-790332482 & 0x7FFFFFFF) % 6


def test_without_a_key_a_partition_with_a_leader_is_taken() -> None:
    assert partition(None, [0, 1, 2], [1]) == 1


@given(st.lists(st.binary(max_size=12) | st.binary(min_size=36, max_size=36), max_size=60))
def test_many_hashed_at_once_are_hashed_alike(keys: list[bytes]) -> None:
    assert murmur2_each(keys) == [reference(key) & 0xFFFFFFFF for key in keys]


@pytest.mark.parametrize("length", [4, 36, 64])
def test_keys_of_one_length_are_hashed_side_by_side(length: int) -> None:
    keys = [bytes((n * 7 + place * 31) % 256 for place in range(length)) for n in range(1000)]
    assert murmur2_each(keys) == [reference(key) & 0xFFFFFFFF for key in keys]
