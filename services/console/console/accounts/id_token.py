"""Whether an ID token may be believed: its signature and its claims. Pure, but for the clock."""

from collections.abc import Collection
from typing import Any

from authlib.oauth2.claims import ClaimsOption
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import BadSignatureError, ClaimError, InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

ALGORITHMS = frozenset({f"{kind}{size}" for kind in ("RS", "PS", "ES") for size in (256, 384, 512)})
"""Signatures by a key that only the provider has. Never none, nor HS…, for which the public key would be the secret."""

LEEWAY_SECONDS = 60
"""So far the provider's clock may be from ours."""


class Untrusted(Exception):
    """The token is not believed. The text names the claim or the error, and no value."""


class UnknownKey(Untrusted):
    """It is signed with none of the keys: the provider may have others by now."""


def verified(
    id_token: object, keys: KeySet, algorithms: Collection[str], *, issuer: str, client_id: str, nonce: str, access: Any
) -> dict[str, Any]:
    """The claims of a token that this very login was answered with (OpenID Connect Core 1.0, 3.1.3.7).

    `access` is the access token that came along. Raises Untrusted.
    """
    if not isinstance(id_token, str):
        raise Untrusted("no ID token")
    allowed = sorted(ALGORITHMS & set(algorithms))
    if not allowed:  # An empty list would allow the library's own choice.
        raise Untrusted("the provider names no algorithm that is allowed")
    registry = JWSRegistry(algorithms=allowed, strict_check_header=False)
    wanted: dict[str, ClaimsOption] = {
        "iss": {"essential": True, "value": issuer},
        "aud": {"essential": True, "value": client_id},
    }
    try:
        token = jwt.decode(id_token, keys, registry=registry)
        told = {"nonce": nonce, "client_id": client_id, "access_token": access}
        CodeIDToken(token.claims, token.header, wanted, told).validate(leeway=LEEWAY_SECONDS)
    except (InvalidKeyIdError, BadSignatureError) as error:
        raise UnknownKey(error.error) from None
    except ClaimError as error:
        raise Untrusted(f"claim {error.claim}") from None
    except JoseError as error:
        raise Untrusted(error.error) from None
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise Untrusted(f"malformed: {type(error).__name__}") from None
    return dict(token.claims)
