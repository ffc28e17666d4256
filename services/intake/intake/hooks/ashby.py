"""Ashby: `Ashby-Signature: sha256=HEX` over the raw body; ten retries, none after 401, 403, 404, 405 and 410."""

from http import HTTPStatus

from intake.hooks.system import Claim, Headers, System, Unverified, header, named


def _claim(body: bytes, headers: Headers) -> Claim:
    algorithm, _, digest = header(headers, b"ashby-signature").partition(b"=")
    if algorithm != b"sha256":
        raise Unverified("bad-signature", "The header Ashby-Signature is not `sha256=HEX`.")
    return Claim(body, [digest])


ASHBY = System(
    name="ashby",
    claim=_claim,
    event=lambda payload, _: named(payload, "action"),
    ok=HTTPStatus.OK,
    # 403 is never retried: a key that a rotation forgot would lose applications. 400 comes again.
    unverified=HTTPStatus.BAD_REQUEST,
    pings=frozenset({"ping"}),
)
