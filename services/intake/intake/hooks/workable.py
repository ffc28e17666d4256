"""Workable: `X-Workable-Signature: HEX` over the raw body, keyed with the account's token; replays all but 200."""

from http import HTTPStatus

from intake.hooks.system import Claim, Headers, System, header, named


def _claim(body: bytes, headers: Headers) -> Claim:
    return Claim(body, [header(headers, b"x-workable-signature").removeprefix(b"sha256=")])


WORKABLE = System(
    name="workable",
    claim=_claim,
    event=lambda payload, _: named(payload, "event_type"),
    ok=HTTPStatus.OK,
    # What Workable does after 429 is written nowhere; 503 is what everybody tries again after.
    busy=HTTPStatus.SERVICE_UNAVAILABLE,
)
