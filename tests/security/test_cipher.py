"""Encryption at rest: what was written comes back, for its own purpose only, under any key still held."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gym.security.cipher import Cipher, Keyring, KeyringError, Tampered, WrongKey

KEYS = Keyring({"new": bytes(range(32)), "old": bytes(32)})
OLD_ONLY = Keyring({"old": bytes(32)})
CONTEXT = "thumbnail:0198"


@given(plain=st.binary(max_size=4096), context=st.text(max_size=60))
def test_what_is_encrypted_comes_back(plain: bytes, context: str) -> None:
    cipher = Cipher(KEYS)
    assert cipher.decrypt(cipher.encrypt(plain, context=context), context=context) == plain


@given(plain=st.binary(max_size=200), place=st.integers(min_value=0), flip=st.integers(1, 255))
def test_any_changed_byte_is_refused(plain: bytes, place: int, flip: int) -> None:
    cipher = Cipher(KEYS)
    blob = bytearray(cipher.encrypt(plain, context=CONTEXT))
    blob[place % len(blob)] ^= flip
    with pytest.raises((Tampered, WrongKey)):
        cipher.decrypt(bytes(blob), context=CONTEXT)


@given(plain=st.binary(max_size=100), cut=st.integers(min_value=0), tail=st.binary(min_size=1, max_size=20))
def test_a_shortened_or_lengthened_blob_is_refused(plain: bytes, cut: int, tail: bytes) -> None:
    cipher = Cipher(KEYS)
    blob = cipher.encrypt(plain, context=CONTEXT)
    for wrong in (blob[: cut % len(blob)], blob + tail):
        with pytest.raises((Tampered, WrongKey)):
            cipher.decrypt(wrong, context=CONTEXT)


@given(garbage=st.binary(max_size=120))
def test_bytes_that_were_never_encrypted_are_refused(garbage: bytes) -> None:
    for blob in (garbage, b"PG\x01" + garbage, b"PG\x01\x03new" + garbage):
        with pytest.raises((Tampered, WrongKey)):
            Cipher(KEYS).decrypt(blob, context=CONTEXT)


@given(mine=st.text(max_size=30), other=st.text(max_size=30))
def test_a_picture_of_one_client_does_not_open_as_anothers(mine: str, other: str) -> None:
    cipher = Cipher(KEYS)
    blob = cipher.encrypt(b"face", context=mine)
    if mine == other:
        assert cipher.decrypt(blob, context=other) == b"face"
        return
    with pytest.raises(Tampered):
        cipher.decrypt(blob, context=other)


def test_the_same_picture_never_looks_the_same_twice() -> None:
    cipher = Cipher(KEYS)
    assert len({cipher.encrypt(b"face", context=CONTEXT) for _ in range(200)}) == 200


def test_after_a_rotation_old_blobs_open_and_ask_to_be_encrypted_again() -> None:
    old = Cipher(OLD_ONLY).encrypt(b"face", context=CONTEXT)
    cipher = Cipher(KEYS)
    assert cipher.decrypt(old, context=CONTEXT) == b"face"
    assert cipher.kid_of(old) == "old"
    assert cipher.needs_rotation(old)
    assert not cipher.needs_rotation(cipher.encrypt(b"face", context=CONTEXT))


def test_a_blob_whose_key_has_left_names_the_missing_key() -> None:
    blob = Cipher(KEYS).encrypt(b"face", context=CONTEXT)
    with pytest.raises(WrongKey) as caught:
        Cipher(OLD_ONLY).decrypt(blob, context=CONTEXT)
    assert caught.value.kid == "new"
    assert caught.value.context == {}


def test_another_key_under_the_same_name_opens_nothing() -> None:
    blob = Cipher(OLD_ONLY).encrypt(b"face", context=CONTEXT)
    with pytest.raises(Tampered):
        Cipher(Keyring({"old": b"x" * 32})).decrypt(blob, context=CONTEXT)


def test_each_purpose_and_each_key_has_a_key_of_its_own() -> None:
    derived = {KEYS.derive(purpose, kid) for purpose in ("jwt", "templates") for kid in KEYS}
    assert len(derived) == 4
    assert all(len(key) == 32 for key in derived)
    assert not derived & {KEYS.get(kid) for kid in KEYS}
    assert KEYS.derive("jwt") == KEYS.derive("jwt", "new")
    for unknown in ("", "newer"):
        with pytest.raises(WrongKey):
            KEYS.derive("jwt", unknown)


def test_a_rotated_keyring_leads_with_a_new_key_and_keeps_the_old_ones() -> None:
    rotated = KEYS.rotated()
    assert list(rotated)[1:] == ["new", "old"]
    assert rotated.first not in KEYS
    assert list(rotated.without("old")) == [rotated.first, "new"]


@given(count=st.integers(1, 5))
def test_a_keyring_survives_being_written_down(count: int) -> None:
    keyring = Keyring.generate()
    for _ in range(count - 1):
        keyring = keyring.rotated()
    assert len(keyring) == count
    assert Keyring.parse(keyring.text()) == keyring


def test_a_keyring_never_shows_its_keys() -> None:
    keyring = Keyring.generate()
    secret = keyring.text().partition(":")[2]
    assert keyring.first in repr(keyring)
    assert secret not in f"{keyring!r} {keyring} {[keyring]}"


GOOD = "A" * 43


@pytest.mark.parametrize(
    "text",
    [
        "",
        " , ",
        "nokey",
        ":" + GOOD,
        "a:",
        "a:short",
        f"a:{GOOD}A",
        f"a:{GOOD},a:{GOOD}",
        f"a b:{GOOD}",
        f"a:{'*' * 43}",
        GOOD[:-1],
        f"{GOOD}AA",
        f"a:{'é' * 43}",
        f"{'k' * 33}:{GOOD}",
    ],
)
def test_a_keyring_that_is_not_well_formed_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(KeyringError) as caught:
        Keyring.parse(text)
    assert GOOD not in str(caught.value)


def test_padding_and_spaces_around_keys_are_forgiven() -> None:
    assert Keyring.parse(f" a:{GOOD}= , b:{GOOD} ") == Keyring({"a": bytes(32), "b": bytes(32)})
