"""Tokens: one algorithm, one issuer, one audience, one use each; everything else is refused."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gym.security.cipher import Keyring
from gym.security.tokens import Claims, ExpiredToken, InvalidToken, Scope, TokenIssuer, TokenType

KEYS = Keyring({"new": bytes(range(32)), "old": bytes(32)})
NOW = datetime(2026, 8, 3, 15, 0, tzinfo=UTC)
HOURS = timedelta(hours=5)
SECOND = timedelta(seconds=1)
ISSUER = TokenIssuer(KEYS, HOURS, timedelta(hours=12))
CLAIMS = Claims(
    subject=UUID(int=1),
    scope=Scope.EMPLOYEE,
    type=TokenType.ACCESS,
    jti=UUID(int=2),
    family=UUID(int=3),
    generation=4,
    expires_at=NOW + HOURS,
)
PAYLOAD: dict[str, Any] = {
    "iss": "powergym",
    "aud": "powergym-api",
    "sub": str(CLAIMS.subject),
    "iat": int(NOW.timestamp()),
    "nbf": int(NOW.timestamp()),
    "exp": int((NOW + HOURS).timestamp()),
    "jti": str(CLAIMS.jti),
    "typ": "access",
    "scope": "employee",
    "fam": str(CLAIMS.family),
    "gen": 4,
}


def signed(payload: dict[str, Any], kid: object = "new", algorithm: str = "HS256") -> str:
    headers = {} if kid is None else {"kid": kid}
    return jwt.encode(payload, KEYS.derive("jwt", "new"), algorithm=algorithm, headers=headers)


def part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


@given(subject=st.uuids(), scope=st.sampled_from(Scope), generation=st.integers(0, 2**31))
def test_a_token_says_what_it_was_issued_with(subject: UUID, scope: Scope, generation: int) -> None:
    claims = replace(CLAIMS, subject=subject, scope=scope, generation=generation)
    assert ISSUER.read(ISSUER.sign(claims, NOW), TokenType.ACCESS, NOW) == claims


def test_the_hand_made_payload_of_these_tests_would_be_accepted() -> None:
    assert ISSUER.read(signed(PAYLOAD), TokenType.ACCESS, NOW) == CLAIMS


def test_a_token_carries_every_claim_and_the_key_id() -> None:
    token = ISSUER.sign(CLAIMS, NOW)
    assert jwt.get_unverified_header(token) == {"alg": "HS256", "typ": "JWT", "kid": "new"}
    assert jwt.decode(token, options={"verify_signature": False}) == PAYLOAD


@pytest.mark.parametrize(
    "change",
    [
        {"iss": "another"},
        {"aud": "another"},
        {"aud": ["powergym-api", "another"]},
        {"typ": "refresh"},
        {"typ": "id"},
        {"scope": "owner"},
        {"scope": ["admin"]},
        {"sub": "nobody"},
        {"sub": 5},
        {"jti": "x"},
        {"fam": 1},
        {"gen": "many"},
        {"gen": None},
        {"exp": "tomorrow"},
        {"exp": True},
        {"exp": 10**30},
        {"exp": float("inf")},
        {"nbf": "now"},
        {"nbf": int((NOW + 31 * SECOND).timestamp())},
        {"iat": int((NOW + 31 * SECOND).timestamp())},
    ],
)
def test_a_signed_token_with_another_claim_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(InvalidToken) as caught:
        ISSUER.read(signed(PAYLOAD | change), TokenType.ACCESS, NOW)
    assert (caught.value.code, caught.value.status) == ("invalid_token", 401)


@pytest.mark.parametrize("claim", sorted(PAYLOAD))
def test_a_signed_token_without_any_one_claim_is_refused(claim: str) -> None:
    payload = {name: value for name, value in PAYLOAD.items() if name != claim}
    with pytest.raises(InvalidToken):
        ISSUER.read(signed(payload), TokenType.ACCESS, NOW)


@pytest.mark.parametrize("algorithm", ["none", "None", "HS512", "RS256"])
def test_a_token_with_another_algorithm_is_refused(algorithm: str) -> None:
    body = f"{part({'alg': algorithm, 'typ': 'JWT', 'kid': 'new'})}.{part(PAYLOAD)}"
    for token in (f"{body}.", f"{body}.{signed(PAYLOAD).rpartition('.')[2]}"):
        with pytest.raises(InvalidToken):
            ISSUER.read(token, TokenType.ACCESS, NOW)


@pytest.mark.filterwarnings("ignore::jwt.InsecureKeyLengthWarning")
def test_a_token_signed_with_another_hash_of_the_right_key_is_refused() -> None:
    with pytest.raises(InvalidToken):
        ISSUER.read(signed(PAYLOAD, algorithm="HS384"), TokenType.ACCESS, NOW)


@pytest.mark.parametrize("kid", [None, "old", "unknown", "", "../../etc/passwd"])
def test_a_token_that_names_another_key_is_refused(kid: str | None) -> None:
    with pytest.raises(InvalidToken):
        ISSUER.read(signed(PAYLOAD, kid=kid), TokenType.ACCESS, NOW)


@pytest.mark.parametrize("kid", [5, ["new"], {"kid": "new"}])
def test_a_key_id_of_another_type_is_refused(kid: object) -> None:
    token = f"{part({'alg': 'HS256', 'kid': kid})}.{part(PAYLOAD)}.{'A' * 43}"
    with pytest.raises(InvalidToken):
        ISSUER.read(token, TokenType.ACCESS, NOW)


@given(place=st.integers(min_value=0), sign=st.characters(codec="ascii"))
def test_any_changed_character_is_refused(place: int, sign: str) -> None:
    token = ISSUER.sign(CLAIMS, NOW)
    at = place % len(token)
    forged = token[:at] + sign + token[at + 1 :]
    try:
        read = ISSUER.read(forged, TokenType.ACCESS, NOW)
    except InvalidToken:
        return
    # Base64 has spare bits at the end of a signature: such a twin may pass, but never says anything else.
    assert read == CLAIMS
    assert at == len(token) - 1 or forged == token


@given(text=st.one_of(st.text(max_size=300), st.text("eyJ.-_A", max_size=300)))
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(InvalidToken):
        ISSUER.read(text, TokenType.ACCESS, NOW)


def test_huge_and_deeply_nested_tokens_are_refused() -> None:
    nested = base64.urlsafe_b64encode(b"[" * 2000).decode().rstrip("=")
    for token in ("A" * 10**6, f"{nested}.{nested}.A", f"{part({'alg': 'HS256', 'kid': 'new'})}.{nested}.A"):
        with pytest.raises(InvalidToken):
            ISSUER.read(token, TokenType.ACCESS, NOW)


def test_a_refresh_token_opens_no_door_and_an_access_token_refreshes_nothing() -> None:
    refresh = ISSUER.sign(replace(CLAIMS, type=TokenType.REFRESH), NOW)
    with pytest.raises(InvalidToken):
        ISSUER.read(refresh, TokenType.ACCESS, NOW)
    with pytest.raises(InvalidToken):
        ISSUER.read(ISSUER.sign(CLAIMS, NOW), TokenType.REFRESH, NOW)
    assert ISSUER.read(refresh, TokenType.REFRESH, NOW).type is TokenType.REFRESH


def test_a_token_lives_to_its_end_and_thirty_seconds_more() -> None:
    token = ISSUER.sign(CLAIMS, NOW)
    end = NOW + HOURS
    assert ISSUER.read(token, TokenType.ACCESS, end + 29 * SECOND) == CLAIMS
    with pytest.raises(ExpiredToken) as caught:
        ISSUER.read(token, TokenType.ACCESS, end + 30 * SECOND)
    assert (caught.value.code, caught.value.status) == ("token_expired", 401)


def test_a_clock_that_is_thirty_seconds_behind_still_accepts_a_fresh_token() -> None:
    token = ISSUER.sign(CLAIMS, NOW)
    assert ISSUER.read(token, TokenType.ACCESS, NOW - 30 * SECOND) == CLAIMS
    with pytest.raises(InvalidToken):
        ISSUER.read(token, TokenType.ACCESS, NOW - 31 * SECOND)


def test_an_expired_forgery_is_a_forgery() -> None:
    other = TokenIssuer(Keyring({"new": b"x" * 32}), HOURS, HOURS)
    with pytest.raises(InvalidToken):
        ISSUER.read(other.sign(CLAIMS, NOW), TokenType.ACCESS, NOW + timedelta(days=9))


def test_a_token_of_the_old_key_is_good_until_that_key_leaves() -> None:
    old = TokenIssuer(Keyring({"old": bytes(32)}), HOURS, HOURS).sign(CLAIMS, NOW)
    assert ISSUER.read(old, TokenType.ACCESS, NOW) == CLAIMS
    with pytest.raises(InvalidToken):
        TokenIssuer(KEYS.without("old"), HOURS, HOURS).read(old, TokenType.ACCESS, NOW)
