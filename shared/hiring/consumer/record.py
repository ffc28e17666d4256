"""A record as it came from Kafka."""

from aiokafka import ConsumerRecord

Record = ConsumerRecord[bytes | None, bytes | None]
