"""The protocol with an OpenID Connect provider: authorization code flow with PKCE, as a confidential client."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import monotonic
from typing import Any, Literal
from urllib.parse import quote_plus

import httpx
from authlib.common.security import is_secure_transport
from authlib.common.urls import add_params_to_uri
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from pydantic import SecretStr

from console.accounts.flow import Flow
from console.accounts.id_token import UnknownKey, Untrusted, verified

Trouble = Literal["away", "rejected"]

_SECONDS = 10.0
_KNOWN_FOR_SECONDS = 3600.0
_NEEDED = "authorization_endpoint", "token_endpoint", "jwks_uri"


class ProviderError(Exception):
    """Nobody is let in. `trouble`: away, where trying again may help, or rejected. The text holds no token or claim."""

    def __init__(self, trouble: Trouble, why: str) -> None:
        super().__init__(why)
        self.trouble: Trouble = trouble


@dataclass(frozen=True, slots=True)
class Client:
    """What the console is to its provider; `scopes` with spaces between."""

    issuer: str
    client_id: str
    client_secret: SecretStr
    redirect_uri: str
    scopes: str


class Provider:
    """Asks the provider. What it says of itself is asked for again after an hour, its keys also when one is unknown.

    Proxies and private authorities come from the environment, as httpx reads it (HTTPS_PROXY, NO_PROXY, SSL_CERT_FILE).
    """

    def __init__(self, client: Client, clock: Callable[[], float] = monotonic) -> None:
        self._client = client
        self._clock = clock
        # Reading the authorities takes tens of milliseconds, which no login should hold the others up for.
        self._tls = httpx.create_ssl_context()
        self._metadata: tuple[float, Mapping[str, Any]] | None = None
        self._keys: tuple[float, KeySet] | None = None

    @property
    def issuer(self) -> str:
        """The issuer that answers must name."""
        return self._client.issuer

    async def authorization_address(self, flow: Flow, *, other: bool) -> str:
        """Where the browser goes; `other` asks for a login even of who is logged in there. Raises ProviderError."""
        async with self._http() as http:
            metadata = await self._discovered(http)
        address: str = prepare_grant_uri(
            metadata["authorization_endpoint"],
            client_id=self._client.client_id,
            response_type="code",
            redirect_uri=self._client.redirect_uri,
            scope=self._client.scopes,
            state=flow.state,
            nonce=flow.nonce,
            code_challenge=create_s256_code_challenge(flow.verifier),
            code_challenge_method="S256",
            prompt="login" if other else None,
        )
        return address

    async def identify(self, code: str, flow: Flow, enough: Callable[[Mapping[str, Any]], bool]) -> dict[str, Any]:
        """The claims about who logged in: those of the ID token, and of userinfo where they are not `enough`.

        Raises ProviderError.
        """
        async with self._http() as http:
            metadata = await self._discovered(http)
            tokens = await self._tokens(http, metadata, code, flow)
            claims = await self._verified(http, metadata, tokens, flow)
            address = _address(metadata, "userinfo_endpoint")
            if address is not None and not enough(claims):
                bearer = {"Authorization": f"Bearer {tokens.get('access_token')}"}
                told = await _json(http, "GET", address, "userinfo", headers=bearer)
                if told.get("sub") != claims["sub"]:
                    raise ProviderError("rejected", "userinfo is about somebody else")
                claims = told | claims
            return claims

    async def logout_address(self, back: str) -> str | None:
        """Where to log out there as well (RP-Initiated Logout 1.0); None where it is not offered or not known now."""
        try:
            async with self._http() as http:
                end = _address(await self._discovered(http), "end_session_endpoint")
        except ProviderError:
            return None
        if end is None:
            return None
        # The console keeps no ID token to hint with, so the provider may ask the person to confirm.
        told = [("client_id", self._client.client_id), ("post_logout_redirect_uri", back)]
        address: str = add_params_to_uri(end, told)
        return address

    def _http(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(timeout=_SECONDS, verify=self._tls)

    async def _discovered(self, http: httpx.AsyncClient) -> Mapping[str, Any]:
        if self._metadata is None or self._clock() - self._metadata[0] > _KNOWN_FOR_SECONDS:
            address = self._client.issuer.rstrip("/") + "/.well-known/openid-configuration"
            told = await _json(http, "GET", address, "discovery")
            if told.get("issuer") != self._client.issuer:
                raise ProviderError("rejected", "discovery names another issuer than HIRING_OIDC_ISSUER, to the letter")
            for name in _NEEDED:
                if _address(told, name) is None:
                    raise ProviderError("rejected", f"discovery names no https address as {name}")
            self._metadata = self._clock(), told
        return self._metadata[1]

    async def _tokens(
        self, http: httpx.AsyncClient, metadata: Mapping[str, Any], code: str, flow: Flow
    ) -> dict[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._client.redirect_uri,
            "code_verifier": flow.verifier,
        }
        name, secret = self._client.client_id, self._client.client_secret.get_secret_value()
        ways = _texts(metadata, "token_endpoint_auth_methods_supported", "client_secret_basic")
        if "client_secret_basic" not in ways and "client_secret_post" in ways:
            sent: dict[str, Any] = {"data": form | {"client_id": name, "client_secret": secret}}
        else:
            # RFC 6749, 2.3.1: both are form-encoded first.
            sent = {"data": form, "auth": (quote_plus(name), quote_plus(secret))}
        return await _json(http, "POST", metadata["token_endpoint"], "token endpoint", **sent)

    async def _verified(
        self, http: httpx.AsyncClient, metadata: Mapping[str, Any], tokens: Mapping[str, Any], flow: Flow
    ) -> dict[str, Any]:
        algorithms = _texts(metadata, "id_token_signing_alg_values_supported", "RS256")

        def believed(keys: KeySet) -> dict[str, Any]:
            return verified(
                tokens.get("id_token"),
                keys,
                algorithms,
                issuer=self._client.issuer,
                client_id=self._client.client_id,
                nonce=flow.nonce,
                access=tokens.get("access_token"),
            )

        try:
            try:
                return believed(await self._signing_keys(http, metadata))
            except UnknownKey:
                return believed(await self._signing_keys(http, metadata, anew=True))
        except Untrusted as error:
            raise ProviderError("rejected", f"ID token: {error}") from None

    async def _signing_keys(
        self, http: httpx.AsyncClient, metadata: Mapping[str, Any], *, anew: bool = False
    ) -> KeySet:
        if anew or self._keys is None or self._clock() - self._keys[0] > _KNOWN_FOR_SECONDS:
            told: Any = await _json(http, "GET", metadata["jwks_uri"], "keys")
            try:
                self._keys = self._clock(), KeySet.import_key_set(told)
            except (JoseError, ValueError, TypeError, KeyError, AttributeError) as error:
                raise ProviderError("rejected", f"keys: {type(error).__name__}") from None
        return self._keys[1]


def _address(metadata: Mapping[str, Any], name: str) -> str | None:
    found = metadata.get(name)
    return found if isinstance(found, str) and is_secure_transport(found) else None


def _texts(metadata: Mapping[str, Any], name: str, otherwise: str) -> list[str]:
    found = metadata.get(name)
    return [it for it in found if isinstance(it, str)] if isinstance(found, list) else [otherwise]


async def _json(http: httpx.AsyncClient, method: str, address: str, what: str, **sent: Any) -> dict[str, Any]:
    """What the provider answers, an object. Raises ProviderError, which names `what` was asked."""
    try:
        answer = await http.request(method, address, **sent)
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
        raise ProviderError("away", f"{what}: {type(error).__name__}") from None
    if answer.status_code >= 500 or answer.status_code == 429:
        raise ProviderError("away", f"{what}: status {answer.status_code}")
    try:
        told = answer.json()
    except ValueError:
        told = None
    if answer.status_code != 200 or not isinstance(told, dict):
        why = error_code(told.get("error")) if isinstance(told, dict) else "no JSON object"
        raise ProviderError("rejected", f"{what}: status {answer.status_code}, {why}")
    return told


_ERRORS = frozenset(
    [
        "access_denied",
        "server_error",
        "temporarily_unavailable",
        "invalid_request",
        "unauthorized_client",
        "unsupported_response_type",
        "invalid_scope",
        "invalid_client",
        "invalid_grant",
        "invalid_token",
        "insufficient_scope",
        "unsupported_grant_type",
        "login_required",
        "interaction_required",
        "consent_required",
        "account_selection_required",
    ]
)


def error_code(code: object) -> str:
    """An error that the protocol knows, fit for a log; any other text is not repeated."""
    return code if isinstance(code, str) and code in _ERRORS else "an error of its own"
