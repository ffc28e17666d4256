"""How fast letters go, before a real SMTP conversation and the real ledger: limits, and relays that ask for fewer."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from notify.metrics import LetterMetrics

from .notify_stand import Place, contact, decision, someone
from .sending_stand import at_rest, listening, sending, until

pytestmark = pytest.mark.stack


class Taker:
    """Takes letters, except for domains that it has an answer for; keeps who was asked for and what came."""

    def __init__(self, **refusals: str) -> None:
        self.refusals = {domain.replace("_", "."): answer for domain, answer in refusals.items()}
        self.asked = Counter[str]()
        self.taken: list[tuple[float, Envelope]] = []

    async def handle_EHLO(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        return [*responses[:-1], "250-PIPELINING", responses[-1]]

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Sequence[str]
    ) -> str:
        domain = address.rpartition("@")[2]
        self.asked[domain] += 1
        if domain in self.refusals:
            return self.refusals[domain]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.taken.append((asyncio.get_running_loop().time(), envelope))
        return "250 OK"

    def to(self, domain: str) -> int:
        return sum(envelope.rcpt_tos[0].endswith("@" + domain) for _, envelope in self.taken)


def letters_to(domain: str, many: int) -> list[Any]:
    made: list[Any] = []
    for _ in range(many):
        candidate = someone()
        whom = contact(candidate).model_copy(update={"email": f"{candidate[:8]}@{domain}"})
        made += [whom, decision(candidate)]
    return made


async def states(place: Place, domain: str, columns: str) -> list[tuple[Any, ...]]:
    rows = await place.pool.fetch(
        f"SELECT {columns}, count(*) FROM letters l JOIN contacts c USING (candidate_id) "
        f"WHERE c.email LIKE '%@' || $1 GROUP BY {columns} ORDER BY {columns}",
        domain,
    )
    return [tuple(row) for row in rows]


async def sent_to(place: Place, domain: str) -> int:
    return sum(row[-1] for row in await states(place, domain, "l.state") if row[0] == "sent")


async def test_a_domain_at_its_limit_waits_in_the_ledger_and_the_others_go_on(place: Place) -> None:
    await place.enter(*letters_to("slow.example", 60), *letters_to("fast.example", 60))
    relay, metrics = Taker(), LetterMetrics("notify")
    limits = {"mail_per_domain": "slow.example=2/h", "claim_batch": 10, "smtp_connections": 2}
    async with listening(relay) as port, sending(place, port, metrics, **limits):
        await until(lambda: _all(sent_to(place, "fast.example"), 60))
        await until(lambda: _all(_waiting(place, "rate limit"), 59))
    assert (relay.to("slow.example"), relay.asked["slow.example"]) == (1, 1)
    assert await states(place, "slow.example", "l.state, cause, attempts, claims, message_id IS NULL") == [
        ("queued", "rate limit", 0, 0, True, 59),
        ("sent", None, 1, 1, False, 1),
    ]
    soon = "SELECT count(*) FROM letters WHERE state = 'queued' AND due_at < now() + interval '5 minutes'"
    assert await place.pool.fetchval(soon) == 0, "they are not looked at time and again"
    assert metrics.registry.get_sample_value("hiring_letters_throttled_total", {"why": "the domain's limit"}) == 59


@pytest.mark.parametrize("limit", [{"mail_per_second": 20.0}, {"mail_per_domain": "*=20/s"}])
async def test_letters_go_at_the_pace_that_is_set_and_all_of_them_go(place: Place, limit: dict[str, object]) -> None:
    await place.enter(*letters_to("example.org", 80))
    relay = Taker()
    async with listening(relay) as port, sending(place, port, **limit):
        await until(at_rest(place))
    times = sorted(at for at, _ in relay.taken)
    assert len(times) == 80
    # What a bucket holds goes at once: a second's worth of all, two seconds' worth of a domain.
    assert times[-1] - times[0] >= (80 - 41) / 20 - 0.1
    assert await place.letters("DISTINCT ON (decision_id) state, attempts") == [("sent", 1)] * 80


@pytest.mark.parametrize("reply", ["450 4.7.28 too many from you", "421 4.7.0 try again later"])
async def test_a_domain_whose_relay_asks_for_fewer_letters_is_left_alone(place: Place, reply: str) -> None:
    await place.enter(*letters_to("busy.example", 60), *letters_to("calm.example", 60))
    relay = Taker(busy_example=reply)
    async with listening(relay) as port, sending(place, port, smtp_connections=3, retry_seconds=60.0):
        await until(lambda: _all(sent_to(place, "calm.example"), 60))
        await until(lambda: _all(_waiting(place, "rate limit"), 60 - relay.asked["busy.example"]))
    asked = relay.asked["busy.example"]
    assert 1 <= asked <= 3, "by each worker once, at most"
    code = reply[:3]
    assert await states(place, "busy.example", "attempts, l.state") == [(0, "queued", 60 - asked), (1, "queued", asked)]
    causes = {row[0] for row in await states(place, "busy.example", "cause")}
    assert causes == {"rate limit", f"RCPT {code} {reply.split()[1]}"}
    soon = "SELECT count(*) FROM letters WHERE state = 'queued' AND due_at < now() + interval '15 seconds'"
    assert await place.pool.fetchval(soon) == 0


async def test_a_greylisted_letter_is_no_reason_to_leave_its_domain_alone(place: Place) -> None:
    await place.enter(*letters_to("grey.example", 20))
    relay = Taker(grey_example="450 4.7.1 greylisted")
    async with listening(relay) as port, sending(place, port, retry_seconds=60.0):
        await until(lambda: _all(_waiting(place, "RCPT 450 4.7.1"), 20))
    assert relay.asked["grey.example"] == 20


async def _all(found: Any, wanted: object) -> bool:
    return bool(await found == wanted)


async def _waiting(place: Place, cause: str) -> int:
    count: int = await place.pool.fetchval("SELECT count(*) FROM letters WHERE state = 'queued' AND cause = $1", cause)
    return count
