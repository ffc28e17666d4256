"""What single POSTs are compared with: a bare Starlette route that parses the same JSON and awaits the same acks.

It validates nothing, derives nothing and redacts nothing; it parts the submission as intake does, since two records
(three where demographics are told) in two waves are what has to be acknowledged.
"""

import argparse
import contextlib
from collections.abc import AsyncIterator

import orjson
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hiring import kafka
from hiring.settings import Settings
from hiring.topics import APPLICATIONS, CONTACTS, DEMOGRAPHICS


def create_app(bootstrap_servers: str) -> Starlette:
    """The route, on a producer configured as intake's."""
    producer = None

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        nonlocal producer
        producer = kafka.producer(Settings(kafka_bootstrap_servers=bootstrap_servers), "bare-route")
        async with producer:
            yield

    async def submit(request: Request) -> Response:
        assert producer is not None
        submission = orjson.loads(await request.body())
        key = f"{submission['source']}/{submission['external_id']}".encode()
        candidate = submission.pop("candidate")
        told = submission.pop("demographics", None)
        acks = [await producer.send(CONTACTS, orjson.dumps(candidate), candidate["email"].encode())]
        # Intake sets the institutions aside for the audit, so nearly every submission has this record.
        acks.append(await producer.send(DEMOGRAPHICS, orjson.dumps(told or {}), key))
        for ack in acks:
            await ack
        await producer.send_and_wait(APPLICATIONS, orjson.dumps(submission), key)
        return Response(orjson.dumps({"status": "accepted"}), 202, media_type="application/json")

    return Starlette(routes=[Route("/v1/applications", submit, methods=["POST"])], lifespan=lifespan)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--kafka", required=True)
    given = parser.parse_args()
    uvicorn.run(create_app(given.kafka), port=given.port, log_level="warning", access_log=False)


if __name__ == "__main__":
    main()
