"""What a provider's answer must be to let somebody in, and what people are told where it is not."""

import base64
import hmac
import json
import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from .oidc_site import DISCOVERY, JWKS, SECRET, TOKEN, USERINFO, OidcSite, Provider

Forge = Callable[[Provider, dict[str, Any]], str]


@pytest.fixture
def site(tmp_path: Path, provider: Provider) -> OidcSite:
    return OidcSite(tmp_path, provider)


@pytest.fixture
def why(caplog: Any) -> Callable[[], str]:
    """The reason that the log gives; nothing in the log is personal or a secret."""
    caplog.set_level(logging.INFO, "console")

    def told() -> str:
        lines = [vars(it) for it in caplog.records if it.name.startswith("console")]
        assert not any(it in str(lines) for it in ("li.na", "eyJ", SECRET, "hiring-ops"))
        return str(lines[-1]["why"])

    return told


def encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def part(told: dict[str, Any]) -> str:
    return encoded(json.dumps(told).encode())


def changed(**claims: Any) -> Forge:
    return lambda provider, told: provider.signed(told | claims)


def moved(claim: str, seconds: int) -> Forge:
    """The claim so many seconds from now, whenever the test runs."""
    return lambda provider, told: provider.signed(told | {claim: int(time.time()) + seconds})


def without(name: str) -> Forge:
    return lambda provider, told: provider.signed({key: value for key, value in told.items() if key != name})


def unsigned(_: Provider, told: dict[str, Any]) -> str:
    return f"{part({'alg': 'none'})}.{part(told)}."


def by_the_public_key(provider: Provider, told: dict[str, Any]) -> str:
    secret = RSAKey.import_key(provider.storage.jwk.as_dict()).as_pem(private=False)
    content = f"{part({'alg': 'HS256'})}.{part(told)}"
    return f"{content}.{encoded(hmac.digest(secret, content.encode(), 'sha256'))}"


def by_another_key(_: Provider, told: dict[str, Any]) -> str:
    return jwt.encode({"alg": "RS256"}, told, RSAKey.generate_key(2048))


@pytest.mark.parametrize(
    ("forge", "reason"),
    [
        (changed(nonce="another login's"), "claim nonce"),
        (without("nonce"), "claim nonce"),
        (changed(aud="another client"), "claim aud"),
        (changed(aud=["cohort-console", "another client"]), "claim azp"),
        (changed(iss="https://evil.example"), "claim iss"),
        (moved("exp", -90), "claim exp"),
        (without("exp"), "claim exp"),
        (moved("iat", 600), "claim iat"),
        (changed(at_hash="x"), "claim at_hash"),
        (unsigned, "unsupported_algorithm"),
        (by_the_public_key, "unsupported_algorithm"),
        (by_another_key, "bad_signature"),
        (lambda *_: "no token", "decode_error"),
        (lambda provider, told: provider.signed(told, kid="unheard-of"), "invalid_key_id"),
    ],
)
async def test_a_token_that_is_not_for_this_login_lets_nobody_in(
    site: OidcSite, provider: Provider, why: Any, forge: Forge, reason: str
) -> None:
    provider.forge = lambda told: forge(provider, told)
    async with site.browser() as browser:
        answer = await browser.log_in()
        assert answer.status_code == 502 and "does not fit this console" in answer.text
        assert await browser.who() is None
    assert why() == f"ID token: {reason}"


async def test_clocks_may_be_some_seconds_apart(site: OidcSite, provider: Provider) -> None:
    for skew in -40, 40:
        now = int(time.time()) + skew
        provider.forge = lambda told, now=now: provider.signed(told | {"iat": now, "exp": now + 10})  # type: ignore[misc]
        async with site.browser() as browser:
            assert (await browser.log_in()).status_code == 200


@pytest.mark.parametrize("named", [True, False])
async def test_keys_are_fetched_again_when_the_provider_has_another(
    site: OidcSite, provider: Provider, named: bool
) -> None:
    def sign(told: dict[str, Any]) -> str:
        kid = RSAKey.import_key(provider.storage.jwk.as_dict(is_private=True)).thumbprint()
        return provider.signed(told, **({"kid": kid} if named else {}))

    provider.forge = sign
    async with site.browser() as browser:
        for fetched in 1, 1:
            assert (await browser.log_in()).status_code == 200
            assert provider.asked.count(JWKS) == fetched, "not for each login"
        provider.rotate()
        assert (await browser.log_in()).status_code == 200
        assert (provider.asked.count(JWKS), provider.asked.count(DISCOVERY)) == (2, 1)


@pytest.mark.parametrize(
    ("path", "status", "told", "page", "reason"),
    [
        (TOKEN, 503, {}, 503, "token endpoint: status 503"),
        (TOKEN, 401, {"error": "invalid_client"}, 502, "token endpoint: status 401, invalid_client"),
        (TOKEN, 400, {"error": "li.na is locked"}, 502, "token endpoint: status 400, an error of its own"),
        (TOKEN, 200, [], 502, "token endpoint: status 200, no JSON object"),
        (TOKEN, 200, {"access_token": "x"}, 502, "ID token: no ID token"),
        (JWKS, 500, {}, 503, "keys: status 500"),
        (JWKS, 200, {"keys": []}, 502, "keys: MissingKeyError"),
        (JWKS, 200, {"keys": 7}, 502, "keys: TypeError"),
    ],
)
async def test_a_provider_that_fails_on_the_way_is_told_of_plainly(
    site: OidcSite, provider: Provider, why: Any, path: str, status: int, told: Any, page: int, reason: str
) -> None:
    provider.instead[path] = (status, told)
    async with site.browser() as browser:
        answer = await browser.log_in(path="/login/oidc?next=/applications")
        assert answer.status_code == page and "Log in with your organisation" in answer.text
        assert "next=/applications" in answer.text, "the next try leads there too"
        assert why() == reason
        provider.instead.clear()
        assert (await browser.log_in()).status_code == 200


async def test_a_provider_that_is_away_leaves_the_other_way_in(tmp_path: Path, provider: Provider, why: Any) -> None:
    provider.instead[DISCOVERY] = (200, {"issuer": "https://evil.example"})
    async with OidcSite(tmp_path, provider).browser() as browser:
        answer = await browser.get("/login/oidc")
        assert answer.status_code == 502 and "another issuer" in why()
    names = "authorization_endpoint", "token_endpoint", "jwks_uri"
    for told, why_not in (
        (dict.fromkeys(names, "http://evil.example/x"), "no https address as authorization_endpoint"),
        (dict.fromkeys(names, 7), "no https address as authorization_endpoint"),
    ):
        provider.instead[DISCOVERY] = (200, {"issuer": provider.issuer, **told})
        async with OidcSite(tmp_path, provider).browser() as browser:
            assert (await browser.get("/login/oidc")).status_code == 502 and why_not in why()
    away = OidcSite(tmp_path, provider, oidc_issuer="http://127.0.0.1:9")
    async with away.browser() as browser:
        answer = await browser.get("/login/oidc")
        assert answer.status_code == 503 and 'id="password"' in answer.text
        assert why() == "discovery: ConnectError"


async def test_a_denied_login_and_other_errors_are_told_apart(site: OidcSite, why: Any) -> None:
    async with site.browser() as browser:
        denied = await browser.log_in(None)
        assert denied.status_code == 403 and "did not let you in" in denied.text and why() == "access_denied"
        for error, status in (
            ("access_denied", 403),
            ("temporarily_unavailable", 503),
            ("invalid_scope", 502),
            ("<b>li.na</b>", 502),
        ):
            state = (await browser.leave()).split("state=")[1].split("&")[0]
            answer = await browser.get("/login/oidc/callback", params={"state": state, "error": error})
            assert answer.status_code == status and error not in answer.text
            assert why() == ("an error of its own" if "<" in error else error)
        state = (await browser.leave()).split("state=")[1].split("&")[0]
        mixed = await browser.get("/login/oidc/callback", params={"state": state, "code": "x", "iss": "https://evil"})
        assert mixed.status_code == 502 and why() == "another issuer answered"


async def test_what_the_token_does_not_tell_is_asked_of_userinfo_about_the_same_person(
    site: OidcSite, provider: Provider, why: Any
) -> None:
    names = "iss", "sub", "aud", "exp", "iat", "nonce"
    provider.forge = lambda told: provider.signed({name: told[name] for name in names})
    async with site.browser() as browser:
        assert (await browser.log_in()).status_code == 200
        assert await browser.who() == "oidc:li.na · operator"
        browser.cookies.clear()
        provider.instead[USERINFO] = (200, {"sub": "12", "groups": ["hiring-ops"]})
        assert (await browser.log_in()).status_code == 502 and why() == "userinfo is about somebody else"
