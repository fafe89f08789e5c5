"""A key is read as the tools that make keys print it, and a command makes the gym's own."""

from __future__ import annotations

import subprocess
from base64 import b64encode, urlsafe_b64encode
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from gym.commands import app
from gym.core.config import ConfigError
from gym.core.redaction import HIDDEN, Redactor
from gym.security.cipher import Keyring
from gym.security.keys.secrets import load_secrets
from tests.support.tools import installed

BOTH = bytes.fromhex("fbefbe" * 10 + "fbff")
"""Reads `++++…` in one alphabet and `----…` in the other."""
keys = st.binary(min_size=32, max_size=32)


@given(key=keys)
def test_either_alphabet_with_or_without_padding_is_the_same_key(key: bytes) -> None:
    plain, safe = b64encode(key).decode(), urlsafe_b64encode(key).decode()
    read = [Keyring.parse(f"k1:{text}") for text in (plain, safe, plain.rstrip("="), safe.rstrip("="))]
    assert read == [Keyring({"k1": key})] * 4


@given(key=keys)
def test_a_key_without_an_id_is_named_the_same_in_every_process(key: bytes) -> None:
    read = [Keyring.parse(encode(key).decode()) for encode in (b64encode, urlsafe_b64encode)]
    assert read[0] == read[1]
    assert read[0].get(read[0].first) == key
    assert Keyring.parse(read[0].text()) == read[0]


def test_what_openssl_prints_is_a_key(tmp_path: Path) -> None:
    made = [
        subprocess.run(
            [installed("openssl"), "rand", "-base64", "32"], check=True, capture_output=True, text=True
        ).stdout
        for _ in range(2)
    ]
    (tmp_path / "secrets.env").write_text(f"JWT_KEYS={made[0]}DATA_KEYS=mine:{made[1]}")
    read = load_secrets(tmp_path)
    assert read.data.ids == ("mine",)
    assert load_secrets(tmp_path / "elsewhere", made[0], f"mine:{made[1]}") == read


def test_no_key_reaches_the_log_in_either_alphabet() -> None:
    ring = Keyring({"k1": BOTH})
    redactor = Redactor(ring.spellings())
    for text in (b64encode(BOTH).decode(), urlsafe_b64encode(BOTH).decode()):
        assert redactor.clean(f"DATA_KEYS=k1:{text}").rstrip("=") == f"DATA_KEYS=k1:{HIDDEN}"


def test_new_keys_are_lines_that_a_gym_starts_with(tmp_path: Path) -> None:
    first, second = (CliRunner().invoke(app, ["keys", "new"]).stdout for _ in range(2))
    assert first != second
    (tmp_path / "secrets.env").write_text(first)
    read = load_secrets(tmp_path)
    assert read.jwt != read.data
    assert first == f"JWT_KEYS={read.jwt.text()}\nDATA_KEYS={read.data.text()}\n"


def test_words_that_are_no_keys_are_refused_and_told_how_to_make_some(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"^JWT_KEYS: .*python -m gym keys new") as refused:
        load_secrets(tmp_path, "letmein", None)
    assert "letmein" not in str(refused.value)
