"""Which partition a key goes to: the one every Kafka client agrees on, murmur2 of the key.

Source: org.apache.kafka.common.utils.Utils.murmur2 and BuiltInPartitioner. aiokafka's own, a byte at a time in
Python, takes twice as long for one key and several times as long for many; a test holds all equal.
"""

import random
import sys
from array import array
from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache
from struct import unpack_from

_SEED, _M, _MASK = 0x9747B28C, 0x5BD1E995, 0xFFFFFFFF
_SHORT = 64  # ours are 36 and 64 bytes long


def murmur2(data: bytes) -> int:
    """The hash as an unsigned 32-bit number."""
    length = len(data)
    h = _SEED ^ length
    for word in unpack_from(f"<{length // 4}I", data):
        k = word * _M & _MASK
        h = (h * _M ^ (k ^ k >> 24) * _M) & _MASK
    if rest := length & 3:
        h ^= int.from_bytes(data[-rest:], "little")
        h = h * _M & _MASK
    h ^= h >> 13
    h = h * _M & _MASK
    return h ^ (h >> 15)


# The records of one application have its id as their key, and follow one another.
_murmur2_kept = lru_cache(maxsize=1024)(murmur2)


def murmur2_each(keys: Sequence[bytes]) -> list[int]:
    """The hash of each key, in order."""
    places = defaultdict[int, list[int]](list)
    for place, key in enumerate(keys):
        places[len(key)].append(place)
    hashes = [0] * len(keys)
    for length, found in places.items():
        alike = [keys[place] for place in found]
        many = len(found) > 8 and 0 < length <= _SHORT and length % 4 == 0
        for place, hash_ in zip(found, _side_by_side(alike) if many else map(murmur2, alike), strict=True):
            hashes[place] = hash_
    return hashes


def _side_by_side(keys: Sequence[bytes]) -> list[int]:
    """The hashes of keys of one length, a multiple of four: each in 64 bits of a number as wide as all of them.

    Half of each lane is room for the product of two 32-bit numbers, so no lane ever carries into the next.
    """
    words = array("I", b"".join(keys))
    if sys.byteorder == "big":
        words.byteswap()
    count = len(keys[0]) // 4
    lanes = array("Q", words)
    ones = int.from_bytes(b"\1\0\0\0\0\0\0\0" * len(keys), "little")
    mask, top8, top19, top17 = ones * _MASK, ones * 0xFF, ones * 0x7FFFF, ones * 0x1FFFF
    h = ones * (_SEED ^ len(keys[0]))
    for at in range(count):
        k = int.from_bytes(lanes[at::count].tobytes(), sys.byteorder) * _M & mask
        k ^= k >> 24 & top8
        h = (h * _M ^ k * _M) & mask
    h ^= h >> 13 & top19
    h = h * _M & mask
    h ^= h >> 15 & top17
    return array("Q", h.to_bytes(8 * len(keys), sys.byteorder)).tolist()


def partition(key: bytes | None, partitions: Sequence[int], available: Sequence[int]) -> int:
    """The partition of a key among all of a topic's, sorted; without a key, any that has a leader."""
    if key is None:
        return random.choice(available or partitions)
    return partition_of(_murmur2_kept(key) if len(key) <= _SHORT else murmur2(key), partitions)


def partition_of(hash_: int, partitions: Sequence[int]) -> int:
    """The partition of a key with that hash."""
    return partitions[(hash_ & 0x7FFFFFFF) % len(partitions)]
