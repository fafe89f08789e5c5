"""The environment: typed, named in the pages, and refused in one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from gym.core.config import Config, ConfigError, load_config

RUNNING = Path(__file__).parents[2] / "docs" / "running.md"


@pytest.mark.parametrize("name", Config.model_fields)
def test_a_page_lists_every_setting_with_its_meaning(name: str) -> None:
    description = Config.model_fields[name].description
    assert f"| `{name.upper()}` |" in RUNNING.read_text(encoding="utf-8")
    assert f"| {description} |" in RUNNING.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("GYM_TIMEZONE", "Mars/Olympus"),
        ("GYM_TIMEZONE", "America"),
        ("GYM_TIMEZONE", "../etc/passwd"),
        ("GYM_TIMEZONE", "right/America/Bogota"),
        ("GYM_CURRENCY", "XXY"),
        ("GYM_LANGUAGE", "de"),
        ("DATABASE_URL", "mysql://x"),
        ("WEB_PORT", "99999"),
        ("FACE_MARGIN", "2"),
    ],
)
def test_an_invalid_value_is_refused_in_one_line_that_names_it(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError, match=rf"^{name}: ") as refused:
        load_config(_env_file=None)
    assert "\n" not in str(refused.value)


def test_a_platforms_port_means_every_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "5000")
    assert load_config(_env_file=None).bind == ("0.0.0.0", 5000)


def test_a_managed_databases_address_is_understood(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://a:b@host/db")
    assert load_config(_env_file=None).database_url == "postgresql+asyncpg://a:b@host/db"
