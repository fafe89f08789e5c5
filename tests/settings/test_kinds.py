"""Every setting has a kind that can be read from text, and the address people are sent to."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from gym.core.config import Config
from gym.settings.addresses import is_only_here, web_address
from gym.settings.kinds import EDITABLE, kind_of, limit, options, require_table
from gym.settings.schemas import GymSettings
from gym.settings.table import SETTINGS as SETTING_ROWS
from gym.settings.table import SettingKind
from gym.staff.setting_parsers import READERS
from gym.staff.setting_validation import changed_settings

SETTINGS = GymSettings()  # type: ignore[call-arg]


@pytest.mark.parametrize("name", EDITABLE)
def test_the_default_of_every_setting_is_accepted_again_in_its_own_words(name: str) -> None:
    assert kind_of(name) in {*READERS, SettingKind.MONEY}
    kept = SETTINGS.model_dump(mode="json")[name]
    typed = ", ".join(str(one) for one in kept) if isinstance(kept, list) else str(kept)
    assert changed_settings(SETTINGS, {name: typed}) == SETTINGS
    assert changed_settings(SETTINGS, {name: kept}) == SETTINGS


def test_kinds_follow_from_the_fields() -> None:
    kinds = {name: kind_of(name) for name in ("grace_days", "grace_amount", "check_out", "milestones")}
    assert list(kinds.values()) == [
        SettingKind.WHOLE,
        SettingKind.MONEY,
        SettingKind.SWITCH,
        SettingKind.NUMBERS,
    ]
    assert (limit("grace_days", "ge"), limit("grace_days", "le"), limit("timezone", "le")) == (0, 60, None)
    assert [option.value for option in options("reentry")] == ["uncounted", "deny"]


@pytest.mark.parametrize(
    ("environment", "setting", "address"),
    [
        ({}, "", "http://127.0.0.1:8080"),
        ({"port": 5000}, "", "http://127.0.0.1:5000"),
        ({"web_host": "192.168.1.5", "web_tls_cert": Path("chain.pem")}, "", "https://192.168.1.5:8080"),
        ({"telegram_webhook_url": "https://gym.example/hook/1"}, "", "https://gym.example"),
        (
            {"telegram_webhook_url": "https://gym.example/hook"},
            "https://other.example",
            "https://other.example",
        ),
    ],
)
def test_people_are_sent_to_the_address_that_reaches_the_gym(
    environment: dict[str, object], setting: str, address: str
) -> None:
    config = Config(_env_file=None).model_copy(update=environment)  # type: ignore[call-arg]
    settings = SETTINGS.model_copy(update={"web_address": setting})
    assert web_address(config, settings) == address
    assert is_only_here(address) == ("127.0.0.1" in address)


def test_a_setting_without_a_row_or_of_another_kind_stops_the_start() -> None:
    without = {name: row for name, row in SETTING_ROWS.items() if name != "grace_days"}
    with pytest.raises(LookupError, match="grace_days"):
        require_table(without)
    with pytest.raises(LookupError, match="invented"):
        require_table(SETTING_ROWS | {"invented": SETTING_ROWS["grace_days"]})
    for kind in set(SettingKind) - {SettingKind.WHOLE}:
        with pytest.raises(LookupError, match="grace_days"):
            require_table(SETTING_ROWS | {"grace_days": replace(SETTING_ROWS["grace_days"], kind=kind)})
