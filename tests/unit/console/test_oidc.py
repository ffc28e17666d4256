"""Logging in with an organisation's account: the way there and back, and how long it holds."""

import base64
import hashlib
import html
import re
import time
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from itsdangerous import TimestampSigner

from .conftest import Visitor
from .oidc_site import CLIENT, DISCOVERY, OidcSite, Provider
from .site import PASSWORD

PAGE = {"accept": "text/html"}


@pytest.fixture
def site(tmp_path: Path, provider: Provider) -> OidcSite:
    return OidcSite(tmp_path, provider)


def onward(answer: Any) -> str:
    found = re.search(r'http-equiv="refresh" content="0;url=([^"]+)"', answer.text)
    assert found, answer.text
    return html.unescape(found[1])


def earlier(monkeypatch: Any, minutes: float) -> None:
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda _: int(time.time() - minutes * 60))


async def test_the_way_there_and_back_leads_to_the_page_one_wanted(site: OidcSite, provider: Provider) -> None:
    async with site.browser() as browser:
        login = (await browser.get("/login?next=/applications?id=7")).text
        link = re.search(r'href="(/login/oidc[^"]+)">Log in with your organisation', login)
        assert link and 'id="password"' in login, "both ways in are offered"
        address = await browser.leave(html.unescape(link[1]))
        asked = parse_qs(urlsplit(address).query)
        assert asked["redirect_uri"] == ["http://console/login/oidc/callback"]
        assert asked["code_challenge_method"] == ["S256"] and asked["scope"] == ["openid profile email"]
        answer = await browser.get(await browser.at_provider(address))
        assert (answer.status_code, onward(answer)) == (200, "/applications?id=7")
        assert await browser.who() == "oidc:li.na · operator"
        verifier = provider.forms[-1]["code_verifier"][0]
        digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        assert asked["code_challenge"] == [digest], "the code is worth nothing without what only we know"


async def test_the_cookies_are_no_others_than_they_must_be(site: OidcSite) -> None:
    async with site.browser() as browser:
        begun = await browser.get("/login/oidc")
        flow = begun.headers["set-cookie"].lower()
        assert "samesite=lax" in flow and "path=/login/oidc;" in flow and "max-age=600" in flow and "httponly" in flow
        back = await browser.get(await browser.at_provider(begun.headers["location"]))
        session, gone = sorted(it.lower() for it in back.headers.get_list("set-cookie"))[::-1]
        assert session.startswith("console_session=") and "samesite=strict" in session and "httponly" in session
        assert gone.startswith("console_oidc_") and "max-age=0" in gone


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example", "//evil.example", "/\\evil.example", "/%09/evil.example"]
)
async def test_a_login_leads_nowhere_else(site: OidcSite, elsewhere: str) -> None:
    async with site.browser() as browser:
        assert onward(await browser.log_in(path=f"/login/oidc?next={elsewhere}")) == "/"


async def test_an_answer_is_taken_once_in_the_browser_that_asked_and_not_late(site: OidcSite, monkeypatch: Any) -> None:
    async with site.browser() as victim, site.browser() as attacker:
        theirs = await attacker.at_provider(await attacker.leave())
        for path in (theirs, "/login/oidc/callback", "/login/oidc/callback?code=x&state=x", theirs + "x"):
            answer = await victim.get(path)
            assert answer.status_code == 403 and "begun in another browser" in answer.text
        mine = await victim.at_provider(await victim.leave())
        mixed = re.sub("state=[^&]+", "state=" + parse_qs(urlsplit(theirs).query)["state"][0], mine)
        assert (await victim.get(mixed)).status_code == 403
        assert (await victim.get(mine)).status_code == 200
        assert (await victim.get(mine)).status_code == 403, "a second time"
        with monkeypatch.context() as patched:
            earlier(patched, 11)
            late = await attacker.leave()
        assert (await attacker.get(await attacker.at_provider(late))).status_code == 403


async def test_two_windows_may_be_under_way_at_once(site: OidcSite) -> None:
    async with site.browser() as browser:
        first, second = await browser.leave("/login/oidc?next=/applications"), await browser.leave()
        assert onward(await browser.get(await browser.at_provider(second))) == "/"
        assert onward(await browser.get(await browser.at_provider(first))) == "/applications"


async def test_who_has_no_role_is_told_as_whom_they_came_and_whom_to_ask(
    tmp_path: Path, provider: Provider, caplog: Any
) -> None:
    async with OidcSite(tmp_path, provider, oidc_contact="hr-it@example.org").browser() as browser:
        answer = await browser.log_in("12")
        assert answer.status_code == 403
        assert "known to your organisation as oidc:wang.fang" in answer.text and "Ask hr-it@example.org" in answer.text
        assert await browser.who() is None
        again = re.search(r'href="([^"]+)">Log in with another account', answer.text)
        assert again and "prompt=login" in await browser.leave(html.unescape(again[1]))
    assert "wang" not in str([vars(record) for record in caplog.records if record.name.startswith("console")])


async def test_accounts_of_this_machine_go_on_beside_it(site: OidcSite) -> None:
    async with Visitor(transport=site.browser()._transport, base_url=site.url) as visitor:
        assert (await visitor.log_in("viewer")).status_code == 303
        assert "viewer · viewer" in (await visitor.get("/")).text


async def test_without_accounts_of_this_machine_there_is_no_form_and_no_login_by_it(
    tmp_path: Path, provider: Provider
) -> None:
    site = OidcSite(tmp_path, provider, accounts_file=None)
    async with site.browser() as browser:
        page = (await browser.get("/login")).text
        assert "Log in with your organisation" in page and "password" not in page and "no accounts yet" not in page
        form = {"token": site.sessions.visitor(browser.cookies["console_visitor"]), "name": "viewer"}
        refused = await browser.post("/login", data=form | {"password": PASSWORD})
        assert refused.status_code == 401
        await browser.log_in()
        assert await browser.who() == "oidc:li.na · operator"


async def test_after_a_while_the_next_page_asks_the_provider_again_and_open_forms_stay_good(
    site: OidcSite, provider: Provider, monkeypatch: Any
) -> None:
    async with site.browser() as browser:
        await browser.log_in()
        assert (await browser.get("/", headers=PAGE)).status_code == 200, "not yet"
        cookie = site.sessions.read(browser.cookies["console_session"])
        assert cookie is not None
        with monkeypatch.context() as patched:
            earlier(patched, 61)
            old = site.sessions.begin(cookie.name, "operator", cookie.mark, "open")
            browser.cookies.set("console_session", old, domain="console.local")
        due = await browser.get("/applications?id=7", headers=PAGE)
        assert due.headers["location"] == "/login/oidc?next=%2Fapplications%3Fid%3D7"
        assert (await browser.get("/applications", headers={"accept": "text/event-stream"})).status_code == 200
        assert (await browser.post("/logout", data={"token": "other"})).status_code == 403, "a form is still read"
        assert onward(await browser.log_in(path=due.headers["location"])) == "/applications?id=7"
        renewed = site.sessions.read(browser.cookies["console_session"])
        assert renewed is not None and renewed.token == "open"
        assert (await browser.get("/applications", headers=PAGE)).status_code == 200


async def test_who_lost_the_role_is_out_when_asked_again(site: OidcSite, provider: Provider) -> None:
    async with site.browser() as browser:
        await browser.log_in()
        provider.forge = lambda claims: provider.signed(claims | {"groups": ["staff"]})
        assert (await browser.log_in()).status_code == 403
        assert await browser.who() is None


async def test_other_roles_in_the_settings_end_every_session(tmp_path: Path, provider: Provider) -> None:
    before = OidcSite(tmp_path, provider)
    async with before.browser() as browser:
        await browser.log_in()
        for settings in ({"oidc_roles": {"hiring-ops": "viewer"}}, {"oidc_issuer": None}):
            async with OidcSite(tmp_path, provider, **settings).browser() as later:
                later.cookies = browser.cookies
                assert await later.who() is None
        async with OidcSite(tmp_path, provider).browser() as same:
            same.cookies = browser.cookies
            assert await same.who() == "oidc:li.na · operator", "a restart alone ends none"


async def test_logging_out_goes_on_to_the_providers_own(site: OidcSite, provider: Provider) -> None:
    async def log_out(browser: Any) -> Any:
        token = re.search(r'name="token" value="([^"]+)"', (await browser.get("/")).text)
        assert token
        return await browser.post("/logout", data={"token": token[1]})

    async with site.browser() as browser:
        await browser.log_in()
        answer = await log_out(browser)
        address = urlsplit(onward(answer))
        assert f"{address.scheme}://{address.netloc}{address.path}" == f"{provider.issuer}/oauth2/end_session"
        told = {"client_id": [CLIENT], "post_logout_redirect_uri": ["http://console/login"]}
        assert parse_qs(address.query) == told
        assert await browser.who() is None


async def test_logging_out_here_does_not_wait_for_a_provider_that_is_away(tmp_path: Path, provider: Provider) -> None:
    site = OidcSite(tmp_path, provider)
    async with site.browser() as browser:
        await browser.log_in()
        provider.instead[DISCOVERY] = (503, {})
        async with OidcSite(tmp_path, provider).browser() as restarted:
            restarted.cookies = browser.cookies
            session = site.sessions.read(browser.cookies["console_session"])
            answer = await restarted.post("/logout", data={"token": session.token if session else ""})
            assert (answer.status_code, answer.headers["location"]) == (303, "/login")
            assert await restarted.who() is None
