"""Links and codes: unguessable, unforgeable, short enough for Telegram, and good only for their time."""

from __future__ import annotations

import re
import string
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from gym.security.cipher import Keyring
from gym.security.signed_links import MemberQr, QrExpired, QrInvalid, SignedLinks

OLD = Keyring({"old": bytes(32)})
KEYS = Keyring({"new": bytes(range(32)), "old": bytes(32)})
LINKS = SignedLinks(KEYS)
NOW = datetime(2026, 8, 3, 15, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
CLIENT = UUID("01987654-3210-7abc-8def-0123456789ab")
START_PAYLOAD = re.compile(r"[A-Za-z0-9_-]{1,64}")
ALPHABET = string.ascii_letters + string.digits + "_-"


def test_a_one_time_token_fits_a_start_link_and_never_repeats() -> None:
    tokens = {LINKS.new_token("s") for _ in range(1000)}
    assert len(tokens) == 1000
    assert all(START_PAYLOAD.fullmatch(token) and token[0] == "s" and len(token) >= 23 for token in tokens)


def test_what_is_kept_of_a_token_depends_on_the_gyms_key() -> None:
    token = LINKS.new_token("s")
    assert LINKS.digest(token) == LINKS.digest(token)
    assert len(LINKS.digest(token)) == 32
    assert len({LINKS.digest(token), SignedLinks(OLD).digest(token), LINKS.digest(token + "a")}) == 3


def test_a_token_kept_before_a_key_rotation_is_still_found() -> None:
    token = LINKS.new_token("s")
    assert SignedLinks(OLD).digest(token) in LINKS.digests(token)
    assert LINKS.digests(token)[0] == LINKS.digest(token)


@given(text=st.text(alphabet=st.characters(), max_size=80))
def test_a_digest_of_anything_a_stranger_sends_is_just_a_digest(text: str) -> None:
    assert len(LINKS.digest(text)) == 32


@given(client=st.uuids(), seconds=st.integers(1, 10**8), serial=st.integers(0, 65535))
def test_a_member_code_says_whose_it_is_and_fits_telegram(client: UUID, seconds: int, serial: int) -> None:
    code = LINKS.sign_member_qr(client, NOW + timedelta(seconds=seconds), serial)
    assert START_PAYLOAD.fullmatch(code)
    assert code[0] == "q"
    assert LINKS.read_member_qr(code, NOW) == MemberQr(client, serial)
    assert LINKS.read_member_qr(f"https://t.me/gym_bot?start={code}", NOW) == MemberQr(client, serial)


def test_a_member_code_is_judged_at_the_moment_it_was_shown() -> None:
    code = LINKS.sign_member_qr(CLIENT, NOW + MINUTE)
    assert LINKS.read_member_qr(code, NOW + MINUTE).client_id == CLIENT
    with pytest.raises(QrExpired):
        LINKS.read_member_qr(code, NOW + MINUTE + timedelta(seconds=1))


def test_a_printed_card_never_expires_and_carries_its_serial() -> None:
    code = LINKS.sign_member_qr(CLIENT, None, 7)
    assert LINKS.read_member_qr(code, NOW + timedelta(days=9999)) == MemberQr(CLIENT, 7)


def test_a_card_that_could_never_be_revoked_is_not_signed() -> None:
    with pytest.raises(ValueError, match="serial"):
        LINKS.sign_member_qr(CLIENT, None)


@given(place=st.integers(min_value=0), sign=st.sampled_from(ALPHABET + "=+/ ñ\0"))
def test_changing_any_character_of_a_member_code_is_refused(place: int, sign: str) -> None:
    code = LINKS.sign_member_qr(CLIENT, NOW + MINUTE, 3)
    at = place % len(code)
    forged = code[:at] + sign + code[at + 1 :]
    assume(forged != code)
    with pytest.raises(QrInvalid):
        LINKS.read_member_qr(forged, NOW)


def test_the_spare_bits_of_the_last_character_make_no_second_code() -> None:
    code = LINKS.sign_member_qr(CLIENT, NOW + MINUTE)
    path, until, mac = split(LINKS.sign_path(PATH, NOW + MINUTE))
    for sign in ALPHABET:
        if sign != code[-1]:
            with pytest.raises(QrInvalid):
                LINKS.read_member_qr(code[:-1] + sign, NOW)
        assert LINKS.path_is_signed(path, until, mac[:-1] + sign, NOW) == (sign == mac[-1])


@given(text=st.one_of(st.text(max_size=90), st.text(ALPHABET, max_size=90).map("q".__add__)))
def test_any_other_text_is_no_member_code(text: str) -> None:
    with pytest.raises(QrInvalid):
        LINKS.read_member_qr(text, NOW)


def test_a_code_with_more_around_it_than_a_link_is_refused() -> None:
    code = LINKS.sign_member_qr(CLIENT, NOW + MINUTE)
    for text in (code + "=", code + "A", " " + code, "q" + code, code.upper(), "x" * 5000 + "start=" + code):
        with pytest.raises(QrInvalid):
            LINKS.read_member_qr(text, NOW)


def test_a_code_of_another_gym_is_refused_and_one_from_before_a_rotation_is_not() -> None:
    with pytest.raises(QrInvalid):
        SignedLinks(OLD).read_member_qr(LINKS.sign_member_qr(CLIENT, NOW + MINUTE), NOW)
    assert (
        LINKS.read_member_qr(SignedLinks(OLD).sign_member_qr(CLIENT, NOW + MINUTE), NOW).client_id == CLIENT
    )


PATH = f"/api/v1/thumbnails/{CLIENT}"


def split(address: str) -> tuple[str, str, str]:
    found = re.fullmatch(r"([^?]*)\?until=([^&]*)&mac=(.*)", address)
    assert found
    return found[1], found[2], found[3]


def test_a_signed_address_opens_for_a_minute() -> None:
    path, until, mac = split(LINKS.sign_path(PATH, NOW + MINUTE))
    assert path == PATH
    assert LINKS.path_is_signed(path, until, mac, NOW + MINUTE)
    assert not LINKS.path_is_signed(path, until, mac, NOW + MINUTE + timedelta(seconds=1))


def test_a_signed_address_opens_nothing_else_and_no_longer() -> None:
    path, until, mac = split(LINKS.sign_path(PATH, NOW + MINUTE))
    later = str(int(until) + 60)
    assert not LINKS.path_is_signed(path + "/x", until, mac, NOW)
    assert not LINKS.path_is_signed(path, later, mac, NOW)
    assert not SignedLinks(OLD).path_is_signed(path, until, mac, NOW)
    assert LINKS.path_is_signed(*split(SignedLinks(OLD).sign_path(PATH, NOW + MINUTE)), NOW)


@given(until=st.text(max_size=20), mac=st.text(max_size=60))
def test_made_up_signatures_are_refused(until: str, mac: str) -> None:
    good = split(LINKS.sign_path(PATH, NOW + MINUTE))
    assert not LINKS.path_is_signed(PATH, until, mac, NOW)
    assert mac == good[2] or not LINKS.path_is_signed(PATH, good[1], mac, NOW)
    assert until == good[1] or not LINKS.path_is_signed(PATH, until, good[2], NOW)
