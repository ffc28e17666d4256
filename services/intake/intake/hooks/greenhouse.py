"""Greenhouse: `Signature: sha256 HEX` over the raw body; six retries within 15 hours on anything but 200."""

from http import HTTPStatus

from intake.hooks.system import Claim, Headers, System, Unverified, header, named


def _claim(body: bytes, headers: Headers) -> Claim:
    algorithm, _, digest = header(headers, b"signature").partition(b" ")
    if algorithm != b"sha256":
        raise Unverified("bad-signature", "The header Signature is not `sha256 HEX`.")
    return Claim(body, [digest.strip()])


GREENHOUSE = System(
    name="greenhouse",
    claim=_claim,
    event=lambda payload, _: named(payload, "action"),
    ok=HTTPStatus.OK,
    pings=frozenset({"ping"}),
    telling=(b"greenhouse-event-id",),
)
