"""Passwords: the ones anybody would try are refused, and a hash tells nobody anything."""

from __future__ import annotations

from unicodedata import normalize

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pwdlib.hashers.argon2 import Argon2Hasher

from gym.security.passwords import (
    LONGEST,
    SHORTEST,
    PasswordHasName,
    PasswordTooCommon,
    PasswordTooLong,
    PasswordTooShort,
    PasswordTooWeak,
    check_strength,
    hash_secret,
    needs_rehash,
    verify_secret,
)


@pytest.mark.parametrize("password", ["", "1", "short", "nine char"])
def test_a_short_password_is_refused(password: str) -> None:
    with pytest.raises(PasswordTooShort):
        check_strength(password)


@pytest.mark.parametrize(
    "password",
    [
        "password123",
        "Password1234!",
        "P4ssw0rd2024",
        "contraseña2024",
        "CONTRASENA1",
        "123qwertyuiop",
        "qwertyuiop",
        "1234567890",
        "0987654321",
        "2026-08-03",
        "31415926535",
        "abcdefghijkl",
        "lkjihgfedcba",
        "aaaaaaaaaaaa",
        "abcabcabcabc",
        "powergym2026",
        "PowerGym 2026",
        "!!gimnasio!!",
        "holahola123",
        "1q2w3e4r5t6y",
        "adminadmin1",
        "administrador",
        "letmein!!!!!",
        "iloveyou2026",
        "          ",
        "..........",
        "121212121212",
    ],
)
def test_a_password_that_anybody_would_try_is_refused(password: str) -> None:
    with pytest.raises(PasswordTooCommon):
        check_strength(password)


@pytest.mark.parametrize("password", ["xx-maria-9-xx", "MARIA is my name", "maría y su gato"])
def test_a_password_with_the_user_name_in_it_is_refused(password: str) -> None:
    with pytest.raises(PasswordHasName):
        check_strength(password, "Maria")


def test_an_endless_password_is_refused() -> None:
    with pytest.raises(PasswordTooLong):
        check_strength("correct horse " * 100)


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery",
        "tres tristes tigres",
        "Zk3!vq9-LmT",
        "el gimnasio abre a las cinco",
        "пароль-для-зала",
    ],
)
def test_a_sentence_or_a_random_password_is_accepted(password: str) -> None:
    check_strength(password, "maria")
    check_strength(password, "")


@given(password=st.text(st.characters(), max_size=300), name=st.text(max_size=20))
def test_any_text_is_either_refused_or_within_the_bounds(password: str, name: str) -> None:
    try:
        check_strength(password, name)
    except PasswordTooWeak:
        return
    assert SHORTEST <= len(password) <= LONGEST
    assert len(set(password)) > 3


def test_a_hash_fits_its_own_password_only() -> None:
    stored = hash_secret("tres tristes tigres")
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert verify_secret("tres tristes tigres", stored) == (True, None)
    assert verify_secret("tres tristes tigre", stored) == (False, None)
    assert hash_secret("tres tristes tigres") != stored


@settings(max_examples=15, deadline=None)
@given(password=st.text(st.characters(), max_size=40))
def test_any_text_can_be_a_password_or_a_wrong_one(password: str) -> None:
    assert verify_secret(password, hash_secret(password))[0]
    assert not verify_secret(password + "x", hash_secret(password))[0]


def test_an_accent_typed_in_two_ways_is_one_password() -> None:
    stored = hash_secret(normalize("NFC", "canción del niño"))
    assert verify_secret(normalize("NFD", "canción del niño"), stored)[0]


def test_an_unknown_name_costs_the_same_work_and_never_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    worked: list[str] = []
    verify = Argon2Hasher.verify

    def counted(self: Argon2Hasher, password: str | bytes, hash: str | bytes) -> bool:  # noqa: A002
        worked.append(str(hash).rpartition("$")[0].rpartition("$")[0])
        return verify(self, password, hash)

    stored = hash_secret("tres tristes tigres")
    monkeypatch.setattr(Argon2Hasher, "verify", counted)
    for known in (stored, None, "", "not a hash"):
        assert verify_secret("nobody has this one", known) == (False, None)
    assert len(worked) == 4
    assert len(set(worked)) == 1


def test_a_hash_with_older_parameters_is_renewed_at_the_next_sign_in() -> None:
    older = Argon2Hasher(time_cost=1, memory_cost=1024, parallelism=1).hash(b"tres tristes tigres")
    assert needs_rehash(older)
    fits, renewed = verify_secret("tres tristes tigres", older)
    assert fits
    assert renewed is not None
    assert not needs_rehash(renewed)
    assert verify_secret("tres tristes tigres", renewed) == (True, None)
    assert verify_secret("wrong", older) == (False, None)
