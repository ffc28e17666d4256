"""Which partition a key goes to: the one every Kafka client agrees on, murmur2 of the key.

Source: org.apache.kafka.common.utils.Utils.murmur2 and BuiltInPartitioner. aiokafka's own, a byte at a time in
Python, takes twice as long; a test holds the two equal.
"""

import random
from collections.abc import Sequence
from struct import unpack_from

_SEED, _M, _MASK = 0x9747B28C, 0x5BD1E995, 0xFFFFFFFF


def murmur2(data: bytes) -> int:
    """The hash as an unsigned 32-bit number."""
    length = len(data)
    h = _SEED ^ length
    for word in unpack_from(f"<{length // 4}I", data):
        k = word * _M & _MASK
        k ^= k >> 24
        h = (h * _M & _MASK) ^ (k * _M & _MASK)
    if rest := length & 3:
        h ^= int.from_bytes(data[-rest:], "little")
        h = h * _M & _MASK
    h ^= h >> 13
    h = h * _M & _MASK
    return h ^ (h >> 15)


def partition(key: bytes | None, partitions: Sequence[int], available: Sequence[int]) -> int:
    """The partition of a key among all of a topic's, sorted; without a key, any that has a leader."""
    if key is None:
        return random.choice(available or partitions)
    return partitions[(murmur2(key) & 0x7FFFFFFF) % len(partitions)]
