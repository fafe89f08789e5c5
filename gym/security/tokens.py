"""Tokens: signed JWTs for kiosks and staff, bound to one algorithm, issuer, audience, type and generation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

import jwt

from gym.core.errors import GymError
from gym.core.language import N_
from gym.security.cipher import Keyring, WrongKey

ALGORITHM: Final = "HS256"
ISSUER: Final = "powergym"
AUDIENCE: Final = "powergym-api"
LEEWAY: Final = timedelta(seconds=30)
"""Between the clocks of replicas."""
REQUIRED: Final = ["iss", "aud", "exp", "iat", "nbf", "jti", "sub", "typ", "scope", "fam", "gen"]
LONGEST: Final = 4096
"""Ours have about 500 characters; nothing longer is parsed."""


class Scope(StrEnum):
    """What a token may do at most."""

    KIOSK = "kiosk"
    EMPLOYEE = "employee"
    ADMIN = "admin"


class TokenType(StrEnum):
    ACCESS = "access"
    REFRESH = "refresh"


class InvalidToken(GymError):
    """Missing, forged, revoked, or made for something else."""

    code = "invalid_token"
    status = 401
    message = N_("This sign-in is not valid. Sign in again.")


class ExpiredToken(GymError):
    """Its time is over."""

    code = "token_expired"
    status = 401
    message = N_("This sign-in has run out. Sign in again.")


@dataclass(frozen=True, slots=True)
class Claims:
    """What a verified token says."""

    subject: UUID
    scope: Scope
    type: TokenType
    jti: UUID
    family: UUID
    generation: int
    expires_at: datetime


_MALFORMED: Final = (
    jwt.InvalidTokenError,
    WrongKey,
    ValueError,
    TypeError,
    AttributeError,
    OverflowError,
    RecursionError,
    OSError,
)
"""What parsing a stranger's bytes, or claims of another shape, may raise."""


class TokenIssuer:
    """Issues with the keyring's first key, and verifies with whichever key the token names."""

    def __init__(self, keyring: Keyring, access: timedelta, refresh: timedelta) -> None:
        self.keyring = keyring
        self.lifetimes = {TokenType.ACCESS: access, TokenType.REFRESH: refresh}

    def sign(self, claims: Claims, now: datetime) -> str:
        """The compact JWT of claims."""
        kid = self.keyring.first
        payload = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": str(claims.subject),
            "iat": now,
            "nbf": now,
            "exp": claims.expires_at,
            "jti": str(claims.jti),
            "typ": claims.type.value,
            "scope": claims.scope.value,
            "fam": str(claims.family),
            "gen": claims.generation,
        }
        return jwt.encode(payload, self._key(kid), algorithm=ALGORITHM, headers={"kid": kid})

    def read(self, token: str, kind: TokenType, now: datetime) -> Claims:
        """Verify everything. Raises `InvalidToken` and `ExpiredToken`."""
        try:
            payload = self._decode(token)
            claims, begins = _claims(payload), max(_moment(payload["nbf"]), _moment(payload["iat"]))
        except _MALFORMED as error:
            raise InvalidToken from error
        if claims.type is not kind or begins > now + LEEWAY:
            raise InvalidToken
        if claims.expires_at + LEEWAY <= now:
            raise ExpiredToken
        return claims

    def _decode(self, token: str) -> dict[str, Any]:
        if len(token) > LONGEST:
            raise jwt.DecodeError
        kid = jwt.get_unverified_header(token).get("kid")
        if not isinstance(kid, str):
            raise jwt.DecodeError
        # Times are judged against the injected clock, after the signature.
        return jwt.decode(
            token,
            self._key(kid),
            algorithms=[ALGORITHM],
            audience=AUDIENCE,
            issuer=ISSUER,
            options={
                "require": REQUIRED,
                "strict_aud": True,
                "verify_exp": False,
                "verify_nbf": False,
                "verify_iat": False,
            },
        )

    def _key(self, kid: str) -> bytes:
        return self.keyring.derive("jwt", kid)


def _claims(payload: dict[str, Any]) -> Claims:
    return Claims(
        subject=UUID(payload["sub"]),
        scope=Scope(payload["scope"]),
        type=TokenType(payload["typ"]),
        jti=UUID(payload["jti"]),
        family=UUID(payload["fam"]),
        generation=int(payload["gen"]),
        expires_at=_moment(payload["exp"]),
    )


def _moment(value: object) -> datetime:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError("not a time")
    return datetime.fromtimestamp(value, UTC)
