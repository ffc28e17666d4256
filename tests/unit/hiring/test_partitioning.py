"""Keys go where every other Kafka client sends them."""

from aiokafka.partitioner import murmur2 as reference
from hypothesis import given
from hypothesis import strategies as st

from hiring.partitioning import murmur2, partition


@given(st.binary(max_size=80))
def test_the_hash_is_kafkas(data: bytes) -> None:
    assert murmur2(data) == reference(data) & 0xFFFFFFFF


def test_a_key_keeps_its_partition_whatever_is_available() -> None:
    # Known values of the Java client for 6 partitions.
    assert partition(b"21", [0, 1, 2, 3, 4, 5], [3]) == (-973932308 & 0x7FFFFFFF) % 6
    assert partition(b"foobar", [0, 1, 2, 3, 4, 5], []) == (-790332482 & 0x7FFFFFFF) % 6


def test_without_a_key_a_partition_with_a_leader_is_taken() -> None:
    assert partition(None, [0, 1, 2], [1]) == 1
