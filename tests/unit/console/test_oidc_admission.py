"""Which name and role a provider's claims give, and which settings are refused."""

from typing import Any

import pytest

from console.accounts.admission import Admission
from console.settings import ConsoleSettings
from hiring.settings import load

from .oidc_site import ROLES

WHOLE = {
    "HIRING_OIDC_ISSUER": "https://login.example.org/realms/hr",
    "HIRING_OIDC_CLIENT_ID": "cohort",
    "HIRING_OIDC_CLIENT_SECRET": "s",
    "HIRING_OIDC_ROLES": '{"ops": "operator"}',
    "HIRING_CONSOLE_URL": "https://console.example.org/",
}


@pytest.mark.parametrize(
    ("path", "claims", "role"),
    [
        ("groups", {"groups": ["hiring-view", "hiring-ops", "hiring-audit"]}, "operator"),
        ("groups", {"groups": ["hiring-audit", "hiring-review", "hiring-view"]}, "reviewer"),
        ("groups", {"groups": ["hiring-view", "hiring-audit"]}, "auditor"),
        ("groups", {"groups": "hiring-view"}, "viewer"),
        ("groups", {"groups": ["HIRING-OPS", "hiring-ops "]}, None),
        ("groups", {"groups": [{"hiring-ops": 1}, None, 7]}, None),
        ("groups", {"groups": {"hiring-ops": True}}, None),
        ("groups", {}, None),
        ("realm_access.roles", {"realm_access": {"roles": ["hiring-ops"]}}, "operator"),
        ("realm_access.roles", {"realm_access": ["hiring-ops"]}, None),
        ("email", {"email": "hiring-ops", "email_verified": True}, "operator"),
        ("email", {"email": "hiring-ops", "email_verified": False}, None),
        ("https://example.org/roles", {"https://example.org/roles": ["hiring-ops"]}, "operator"),
    ],
)
def test_the_most_capable_role_that_is_mapped_is_taken(path: str, claims: dict[str, Any], role: str | None) -> None:
    assert Admission(ROLES, path, "preferred_username").role(claims) == role  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("claim", "claims", "name"),
    [
        ("preferred_username", {"preferred_username": "li.na", "email": "l@x.org"}, "oidc:li.na"),
        ("preferred_username", {"email": "l@x.org"}, "oidc:l@x.org"),
        ("preferred_username", {"email": "boss@x.org", "email_verified": False}, "oidc:11"),
        ("email", {"preferred_username": "li.na", "email": "boss@x.org", "email_verified": "false"}, "oidc:11"),
        ("sub", {"preferred_username": "li.na"}, "oidc:11"),
        ("preferred_username", {"preferred_username": "li\nna", "email": "x" * 300}, "oidc:11"),
        ("upn", {"upn": " li.na@corp ", "email": "l@x.org"}, "oidc:li.na@corp"),
    ],
)
def test_a_name_is_one_that_no_account_here_can_have(claim: str, claims: dict[str, Any], name: str) -> None:
    assert Admission({}, "groups", claim).name({"sub": "11"} | claims) == name


@pytest.mark.parametrize(
    ("changed", "what"),
    [
        ({"HIRING_OIDC_ISSUER": "http://login.example.org"}, "OIDC_ISSUER: .*must be https"),
        ({"HIRING_OIDC_CLIENT_SECRET": ""}, "OIDC_ISSUER: .*also needs HIRING_OIDC_CLIENT_SECRET"),
        ({"HIRING_OIDC_ROLES": "{}"}, "OIDC_ISSUER: .*also needs HIRING_OIDC_ROLES"),
        ({"HIRING_OIDC_ROLES": "ops=operator"}, "OIDC_ROLES: .*is no JSON like"),
        ({"HIRING_OIDC_ROLES": '{"ops": "king"}'}, "OIDC_ROLES: .*roles are viewer, reviewer, operator, auditor"),
        ({"HIRING_OIDC_SCOPES": "profile"}, "OIDC_SCOPES: .*needs the scope openid"),
        ({"HIRING_CONSOLE_URL": "https://example.org/console"}, "CONSOLE_URL: .*without a path"),
    ],
)
def test_settings_that_cannot_work_are_refused_by_name(monkeypatch: Any, changed: dict[str, str], what: str) -> None:
    for name, value in (WHOLE | changed).items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit, match=what):
        load(ConsoleSettings)


def test_settings_come_from_the_environment_and_an_empty_issuer_is_none(monkeypatch: Any) -> None:
    for name, value in WHOLE.items():
        monkeypatch.setenv(name, value)
    settings = load(ConsoleSettings)
    assert (settings.oidc_roles, settings.console_url) == ({"ops": "operator"}, "https://console.example.org")
    assert "'s'" not in repr(settings)
    for name in WHOLE:
        monkeypatch.setenv(name, "")
    assert load(ConsoleSettings).oidc_issuer is None


def test_a_role_by_address_alone_needs_a_verified_one() -> None:
    by_address = Admission({"li.na@example.org": "operator"}, "email", "sub")
    claims = {"sub": "1", "email": "li.na@example.org"}
    assert by_address.role(claims) is None, "the provider does not say"
    assert by_address.role({**claims, "email_verified": False}) is None
    assert by_address.role({**claims, "email_verified": True}) == "operator"
