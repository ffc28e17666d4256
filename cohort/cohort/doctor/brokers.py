"""Does Kafka answer, and does it take the login?"""

import asyncio
import ssl

from aiokafka.conn import collect_hosts, create_conn
from aiokafka.errors import KafkaError, SaslAuthenticationFailed, UnsupportedSaslMechanismError

from cohort.doctor.finding import Finding, ok, wrong
from hiring import kafka
from hiring.settings import Settings

CHECK = "Kafka"
_SECONDS = 6.0


async def brokers(settings: Settings) -> list[Finding]:
    """A finding for each address that is told. Raises nothing for what a broker may do."""
    hosts = collect_hosts(settings.kafka_bootstrap_servers, randomize=False)
    return list(await asyncio.gather(*(_broker(settings, host, port) for host, port, _ in hosts)))


async def _broker(settings: Settings, host: str, port: int) -> Finding:
    where = f"{host}:{port}"
    try:
        async with asyncio.timeout(_SECONDS):
            _, writer = await asyncio.open_connection(host, port)
            writer.close()
    except (OSError, TimeoutError) as error:
        return wrong(
            CHECK,
            f"nothing answers at {where} ({_why(error)})",
            "start the broker, or correct kafka_bootstrap_servers: outside its network its address is another",
        )
    login = {name: value for name, value in kafka.connection(settings).items() if name != "bootstrap_servers"}
    try:
        async with asyncio.timeout(_SECONDS):
            connection = await create_conn(host, port, request_timeout_ms=int(_SECONDS * 1000), **login)
            connection.close()
    except (KafkaError, OSError, TimeoutError) as error:
        return refusal(where, settings, error)
    user = f", and takes the login {settings.kafka_username}" if settings.kafka_username else ""
    return ok(CHECK, f"{where} answers{user}")


def refusal(where: str, settings: Settings, error: BaseException) -> Finding:
    """What a broker's refusal means, by the error that it gave."""
    protocol = settings.kafka_security_protocol
    match error:
        case SaslAuthenticationFailed():
            return wrong(
                CHECK,
                f"{where} does not take the login {settings.kafka_username}",
                "correct kafka_password, or let provisioning set the password anew: `hiring-provision --users FOLDER`",
            )
        case UnsupportedSaslMechanismError():
            return wrong(CHECK, f"{where} knows no {settings.kafka_sasl_mechanism}", "correct kafka_sasl_mechanism")
        case ssl.SSLCertVerificationError():
            return wrong(
                CHECK,
                f"the certificate of {where} cannot be trusted: {error.verify_message}",
                "name the authority that signed it by kafka_ca_file, and the broker by a name that stands in it",
            )
    return wrong(
        CHECK,
        f"{where} is there, and does not answer to {protocol} ({_why(error)})",
        "correct kafka_security_protocol: brokers speak another one at another port",
    )


def _why(error: BaseException) -> str:
    return "no answer in time" if isinstance(error, TimeoutError) else type(error).__name__
