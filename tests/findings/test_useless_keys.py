"""Keys and settings that are well formed and protect nothing, or contradict each other, stop the start."""

from __future__ import annotations

from pathlib import Path

import pytest

from gym.core.config import ConfigError, load_config
from gym.security.cipher import Keyring
from gym.security.keys.rules import is_random
from gym.security.keys.secrets import load_secrets

GUESSED = {
    "zeros": bytes(32),
    "one byte": b"\x07" * 32,
    "two bytes": b"\x07\xf0" * 16,
    "half a key twice": bytes.fromhex("d94f8a10e3b7256c91fe0d58a47b32c6") * 2,
    "a count": bytes(range(100, 132)),
    "a count down": bytes(range(255, 223, -1)),
    "a sentence": b"our gym opens at six every day!!",
    "a number as text": b"4f1c9ab07d22e8356bd0c7715fae9034",
}
DIRECT = "postgresql://gym@db.example:5432/gym"
POOLED = "postgresql://gym@db.example:6432/gym"


def line(jwt: Keyring, data: Keyring, home: Path) -> str:
    with pytest.raises(ConfigError) as refused:
        load_secrets(home, jwt.text(), data.text())
    said = str(refused.value)
    assert said.isprintable()
    keys = [pair.partition(":")[2] for ring in (jwt, data) for pair in ring.text().split(",")]
    assert not any(key in said for key in keys)
    return said


@pytest.mark.parametrize("guessed", GUESSED.values(), ids=GUESSED)
def test_a_key_that_can_be_guessed_stops_the_start_wherever_it_opens_something_new(
    guessed: bytes, tmp_path: Path
) -> None:
    fine, weak = Keyring.generate(), Keyring({"old": guessed})
    assert line(weak, fine, tmp_path).startswith("JWT_KEYS: key old can be guessed")
    assert line(fine.joined(weak), Keyring.generate(), tmp_path).startswith(
        "JWT_KEYS: key old can be guessed"
    )
    assert line(fine, weak, tmp_path).startswith("DATA_KEYS: key old can be guessed")


def test_an_old_data_key_opens_what_was_made_with_it_until_everything_has_moved(tmp_path: Path) -> None:
    data = Keyring({"old": bytes(32), "twin": bytes(32)}).rotated()
    assert load_secrets(tmp_path, Keyring.generate().text(), data.text()).data == data


def test_one_key_under_two_names_stops_the_start(tmp_path: Path) -> None:
    fine, other = Keyring.generate(), Keyring.generate()
    twins = Keyring({"new": fine.get(fine.first), "old": fine.get(fine.first)})
    assert line(twins, other, tmp_path).startswith("JWT_KEYS: new and old are the same key")
    assert line(other, twins, tmp_path).startswith("DATA_KEYS: new and old are the same key")


def test_no_key_for_tokens_is_a_key_for_data_not_even_an_old_one(tmp_path: Path) -> None:
    jwt = Keyring.generate()
    same = Keyring({"faces": jwt.get(jwt.first)})
    said = f"JWT_KEYS: key {jwt.first} is also key faces of DATA_KEYS"
    assert line(jwt, same, tmp_path).startswith(said)
    assert line(jwt, same.rotated(), tmp_path).startswith(said)
    assert line(jwt.rotated(), same.rotated(), tmp_path).startswith(said)


def test_what_a_random_source_gives_is_never_taken_for_a_guess() -> None:
    rings = [Keyring.generate() for _ in range(2_000)]
    assert all(is_random(ring.get(ring.first)) for ring in rings)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"WEB_PORT": "8081"}, "WEB_PORT: is also SANDBOX_PORT"),
        ({"WEB_PORT": "9000", "SANDBOX_PORT": "9000"}, "WEB_PORT: is also SANDBOX_PORT"),
        ({"PORT": "8081"}, "PORT: is also SANDBOX_PORT"),
        (
            {"REFRESH_TOKEN_HOURS": "4"},
            "REFRESH_TOKEN_HOURS: must be at least as long as ACCESS_TOKEN_MINUTES",
        ),
        ({"ACCESS_TOKEN_MINUTES": "721"}, "REFRESH_TOKEN_HOURS: must be at least as long"),
        ({"DATABASE_POOLER": "1"}, "DATABASE_POOLER: needs DATABASE_DIRECT_URL"),
        ({"DATABASE_POOLER": "1", "DATABASE_URL": POOLED}, "DATABASE_POOLER: needs DATABASE_DIRECT_URL"),
        (
            {"DATABASE_POOLER": "1", "DATABASE_URL": DIRECT, "DATABASE_DIRECT_URL": f"{DIRECT}?ssl=require"},
            "DATABASE_POOLER: needs a DATABASE_DIRECT_URL past the pooler",
        ),
    ],
)
def test_settings_that_contradict_each_other_stop_the_start(
    settings: dict[str, str], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError) as refused:
        load_config(_env_file=None)
    assert str(refused.value).startswith(said)
    assert str(refused.value).isprintable()


@pytest.mark.parametrize(
    "settings",
    [
        {"WEB_PORT": "8081", "TELEGRAM_BOT_TOKEN": "123:abc"},
        {"WEB_PORT": "0", "SANDBOX_PORT": "0"},
        {"REFRESH_TOKEN_HOURS": "5"},
        {"ACCESS_TOKEN_MINUTES": "720"},
        {"DATABASE_POOLER": "1", "DATABASE_URL": POOLED, "DATABASE_DIRECT_URL": DIRECT},
        {"DATABASE_DIRECT_URL": DIRECT},
    ],
)
def test_settings_that_agree_are_taken(settings: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    assert load_config(_env_file=None)
