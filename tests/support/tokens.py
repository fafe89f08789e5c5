"""Tokens for tests: right ones without signing in, and wrong ones of every kind."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import jwt

from gym.app import Gym
from gym.core.database.ids import new_id
from gym.security.models import SignIn
from gym.security.permissions import Actor, ActorKind
from gym.security.sessions import LIFETIME
from gym.security.tokens import ALGORITHM, AUDIENCE, ISSUER, TokenType

HOUR = timedelta(hours=1)


def claims_for(gym: Gym, actor: Actor, kind: TokenType = TokenType.ACCESS) -> dict[str, Any]:
    """What a token of somebody says, as it stands in the JWT."""
    now = gym.clock.now()
    scope = actor.role.value if actor.kind is ActorKind.STAFF and actor.role else "kiosk"
    return {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": str(actor.id),
        "iat": int(now.timestamp()),
        "nbf": int(now.timestamp()),
        "exp": int((now + HOUR).timestamp()),
        "jti": str(new_id()),
        "typ": kind.value,
        "scope": scope,
        "fam": str(new_id()),
        "gen": 0,
    }


def sign(
    gym: Gym,
    claims: dict[str, Any],
    *,
    algorithm: str = ALGORITHM,
    kid: str | None = None,
    key: bytes | None = None,
) -> str:
    """A JWT with the gym's own key, unless another one is given."""
    own = gym.secrets.jwt.first
    secret = gym.secrets.jwt.derive("jwt", own) if key is None else key
    signed_with = None if algorithm == "none" else secret
    return jwt.encode(claims, signed_with, algorithm=algorithm, headers={"kid": own if kid is None else kid})


async def token_of(gym: Gym, actor: Actor) -> str:
    """An access token of an hour, of a sign-in that stands."""
    return sign(gym, await standing_claims(gym, actor))


async def standing_claims(gym: Gym, actor: Actor) -> dict[str, Any]:
    """What a token of somebody says, whose sign-in stands."""
    claims, now = claims_for(gym, actor), gym.clock.now()
    row = SignIn(
        id=UUID(claims["fam"]),
        subject_id=UUID(claims["sub"]),
        scope=claims["scope"],
        opened_at=now,
        renewed_at=now,
        ends_at=now + LIFETIME,
    )
    async with gym.unit_of_work(Actor.system()) as uow:
        uow.session.add(row)
    return claims


def kiosk_actor(kiosk_id: str) -> Actor:
    return Actor.kiosk(UUID(kiosk_id), "Main door")
