"""How every client reaches the broker: one place for addresses, TLS and login."""

import asyncio
import contextlib
import logging
import ssl
from collections.abc import AsyncIterator, Sequence
from typing import Any

from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError
from aiokafka.helpers import create_ssl_context
from faststream.security import BaseSecurity, SASLPlaintext, SASLScram256, SASLScram512

from hiring.faults import backoff, is_transient
from hiring.health import Health
from hiring.partitioning import partition
from hiring.settings import Settings
from hiring.topics import LARGEST_DEAD_LETTER, MIB

log = logging.getLogger(__name__)

STOP_SECONDS = 10.0


async def partitions(admin: AIOKafkaAdminClient, topics: Sequence[str]) -> list[TopicPartition]:
    """Every partition of the topics; a topic that is not there has none. Raises KafkaError."""
    return [
        TopicPartition(topic["topic"], partition["partition"])
        for topic in await admin.describe_topics(list(topics))
        for partition in topic["partitions"]
    ]


def ssl_context(settings: Settings) -> ssl.SSLContext | None:
    """The TLS context, or None where the protocol has no TLS."""
    if "SSL" not in settings.kafka_security_protocol:
        return None
    context: ssl.SSLContext = create_ssl_context(
        cafile=settings.kafka_ca_file, certfile=settings.kafka_cert_file, keyfile=settings.kafka_key_file
    )
    return context


def connection(settings: Settings) -> dict[str, Any]:
    """Keyword arguments for any aiokafka client."""
    arguments: dict[str, Any] = {
        "bootstrap_servers": settings.kafka_bootstrap_servers.split(","),
        "security_protocol": settings.kafka_security_protocol,
    }
    if context := ssl_context(settings):
        arguments["ssl_context"] = context
    if settings.kafka_username and settings.kafka_password:
        arguments |= {
            "sasl_mechanism": settings.kafka_sasl_mechanism,
            "sasl_plain_username": settings.kafka_username,
            "sasl_plain_password": settings.kafka_password.get_secret_value(),
        }
    return arguments


def security(settings: Settings) -> BaseSecurity | None:
    """The same, in FastStream's words."""
    context = ssl_context(settings)
    if settings.kafka_username and settings.kafka_password:
        kind = {
            "PLAIN": SASLPlaintext,
            "SCRAM-SHA-256": SASLScram256,
            "SCRAM-SHA-512": SASLScram512,
        }[settings.kafka_sasl_mechanism]
        return kind(
            username=settings.kafka_username,
            password=settings.kafka_password.get_secret_value(),
            ssl_context=context,
            use_ssl=context is not None,
        )
    return BaseSecurity(ssl_context=context, use_ssl=context is not None)


@contextlib.asynccontextmanager
async def producing(settings: Settings, client_id: str, health: Health) -> AsyncIterator[AIOKafkaProducer]:
    """A started producer; a broker that is away is waited for, and readiness says so."""
    for pause in backoff():
        client = producer(settings, client_id)
        try:
            await client.start()
        except KafkaError as error:
            await client.stop()
            if not is_transient(error):
                raise
            health.set("broker", False, type(error).__name__)
            log.warning("waiting for the broker", extra={"fault": type(error).__name__})
            await asyncio.sleep(pause)
        else:
            health.set("broker", True)
            break
    try:
        yield client
    finally:
        # An idempotent producer never gives up a batch, and stopping waits for all of them. What is not acknowledged
        # is not committed either: the next process sends it again.
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(client.stop(), STOP_SECONDS)


def producer(settings: Settings, client_id: str) -> AIOKafkaProducer:
    """A producer that loses nothing: idempotent, every in-sync replica acknowledges."""
    return AIOKafkaProducer(
        client_id=client_id,
        acks="all",
        enable_idempotence=True,
        partitioner=partition,
        compression_type="zstd",
        max_batch_size=MIB,
        max_request_size=LARGEST_DEAD_LETTER,
        request_timeout_ms=15_000,
        **connection(settings),
    )
