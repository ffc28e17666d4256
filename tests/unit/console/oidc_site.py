"""A real OpenID Connect provider on this machine that can be made to err, and the console as its client."""

import json
import re
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import flask
import httpx
import oidc_provider_mock
from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.middleware import Middleware
from werkzeug.serving import make_server

from console.main import pages
from console.settings import ConsoleSettings
from console.web.headers import Headers

from .site import KEY, Site

CLIENT, SECRET = "cohort-console", "a secret of the tests"
ROLES = {"hiring-ops": "operator", "hiring-review": "reviewer", "hiring-audit": "auditor", "hiring-view": "viewer"}
PEOPLE = {
    "11": {"preferred_username": "li.na", "email": "li.na@example.org", "groups": ["hiring-ops", "staff"]},
    "12": {"preferred_username": "wang.fang", "email": "wang.fang@example.org", "groups": ["staff"]},
}
TOKEN, JWKS, DISCOVERY, USERINFO = "/oauth2/token", "/jwks", "/.well-known/openid-configuration", "/userinfo"


class Provider:
    """`forge` makes another ID token of the claims; `instead` answers a path with a status and an object."""

    def __init__(self) -> None:
        self._app = oidc_provider_mock.app(
            user_claims=[oidc_provider_mock.User(sub=sub, claims=claims) for sub, claims in PEOPLE.items()]
        )
        self.issuer = ""
        self.begin_anew()

    def begin_anew(self) -> None:
        """Do everything right from here on."""
        self.forge: Callable[[dict[str, Any]], str] | None = None
        self.instead: dict[str, tuple[int, Any]] = {}
        self.asked: list[str] = []
        self.forms: list[dict[str, list[str]]] = []

    @property
    def storage(self) -> Any:
        """What the provider keeps: people, and the key it signs with as `jwk`."""
        with self._app.test_request_context("/"):
            self._app.preprocess_request()
            return flask.g.oidc_provider_mock_storage

    def rotate(self) -> None:
        """Sign with another key from here on."""
        self.storage.jwk = type(self.storage.jwk).generate_key(is_private=True)

    def signed(self, claims: dict[str, Any], **header: Any) -> str:
        """A token with the provider's own signature."""
        key = RSAKey.import_key(self.storage.jwk.as_dict(is_private=True))
        return jwt.encode({"alg": "RS256", **header}, claims, key)

    def __call__(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        self.asked.append(path)
        if path in self.instead:
            status, told = self.instead[path]
            start_response(f"{status} told", [("Content-Type", "application/json")])
            return [json.dumps(told).encode()]
        if path != TOKEN:
            return self._app(environ, start_response)
        return self._token(environ, start_response)

    def _token(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        with self._app.test_client() as client:
            body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
            self.forms.append(parse_qs(body.decode()))
            headers = {"Authorization": environ.get("HTTP_AUTHORIZATION", "")}
            answer = client.post(
                TOKEN, data=body, headers=headers, content_type=environ["CONTENT_TYPE"], base_url=self.issuer
            )
        told = answer.get_json()
        if self.forge is not None and "id_token" in told:
            key = RSAKey.import_key(self.storage.jwk.as_dict(is_private=True))
            told["id_token"] = self.forge(dict(jwt.decode(told["id_token"], key).claims))
        start_response(answer.status, [("Content-Type", "application/json")])
        return [json.dumps(told).encode()]


@contextmanager
def serving() -> Iterator[Provider]:
    """The provider on a port of localhost, which is another site than 127.0.0.1."""
    provider = Provider()
    server = make_server("localhost", 0, provider, threaded=True)
    provider.issuer = f"http://localhost:{server.port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield provider
    server.shutdown()
    thread.join()
    server.server_close()


class OidcSite(Site):
    """The pages of a console that knows the provider, put together as the service does it."""

    def __init__(self, folder: Path, provider: Provider, url: str = "http://console", **settings: Any) -> None:
        super().__init__(folder, url)
        parts = self.pages._answering.parts
        told: dict[str, Any] = {
            "accounts_file": self.accounts,
            "session_keys": KEY,
            "console_url": url,
            "oidc_issuer": provider.issuer,
            "oidc_client_id": CLIENT,
            "oidc_client_secret": SECRET,
            "oidc_roles": ROLES,
        }
        self.pages = pages(ConsoleSettings(**(told | settings)))
        self.pages.connect(parts)
        self.app = Starlette(routes=self.pages.routes(), middleware=[Middleware(Headers)])

    def browser(self) -> "Browser":
        """A browser of its own."""
        return Browser(transport=httpx.ASGITransport(app=self.app), base_url=self.url)


class Browser(httpx.AsyncClient):
    """Follows a person to the provider and back, without a window."""

    async def leave(self, path: str = "/login/oidc") -> str:
        """The provider's address that the console sends to."""
        answer = await self.get(path)
        assert answer.status_code == 303, answer.text
        return answer.headers["location"]

    async def at_provider(self, address: str, sub: str | None = "11") -> str:
        """Say there who one is, or deny it; the path of the console that the provider sends back to."""
        async with httpx.AsyncClient(verify=False) as elsewhere:
            form = {"action": "deny"} if sub is None else {"sub": sub}
            answer = await elsewhere.post(address, data=form)
        assert answer.status_code == 302, answer.text
        back = urlsplit(answer.headers["location"])
        return f"{back.path}?{back.query}"

    async def log_in(self, sub: str | None = "11", path: str = "/login/oidc") -> httpx.Response:
        """The whole way; the console's answer at its end."""
        return await self.get(await self.at_provider(await self.leave(path), sub))

    async def who(self) -> str | None:
        """Name and role, as the pages show them; None where nobody is logged in."""
        page = await self.get("/", headers={"accept": "*/*"})
        found = re.search(r'<span class="quiet">([^<]+ · [^<]+)</span>', page.text)
        return found[1] if found else None
