"""The gym's settings in chat: every one has a screen, words and a way there and back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from bot.telegram.running_bot import RunningBot
from bot.ui.screens import HtmlTranslator
from bot.ui.wording.settings import GROUPS, WARNINGS, written
from gym.app import Gym
from gym.security.permissions import Actor, Role
from gym.settings.kinds import EDITABLE, LEARNT
from gym.settings.schemas import GymSettings, OfflinePolicy, Reentry
from gym.settings.table import SETTINGS
from tests.support.sandbox.client import Person, SandboxClient
from tests.support.sandbox.desk_menu import behind_manage

Hire = Callable[[Person, Role], Awaitable[Actor]]
TYPED = {
    "name": "Iron & Sons",
    "timezone": "europe/madrid",
    "currency": "eur",
    "phone_region": "es",
    "opening_hours": "Mon–Fri 5–22",
    "street_address": "Calle 1 # 2-3",
    "web_address": "https://gym.example/",
    "bank_accounts": "Bancolombia 123, Nequi",
    "receipt_footer": "Thank you <3",
    "tax_number": "900.123.456-7",
    "tax_percent": "19",
    "employee_discount_percent": "12,5",
    "smallest_amount": "100",
    "grace_days": "3 days",
    "grace_amount": "5.000",
    "card_passback_minutes": "11",
    "stay_minutes": "75",
    "reward_visits": "13",
    "reward_percent": "30",
    "reward_days": "9",
    "milestones": "10, 20",
    "milestone_percent": "7",
    "referral_percent": "11",
    "approval_hours": "13",
    "proof_hours": "50",
    "undo_minutes": "6",
    "quiet_from": "10 pm",
    "quiet_until": "6:30",
    "digest_at": "10:15 pm",
    "keep_messages_days": "60",
    "keep_trail_years": "12",
    "keep_denials_days": "30",
    "keep_strangers_days": "10",
    "keep_broadcasts_days": "90",
    "backup_at": "4 am",
    "backup_days": "60",
    "backup_to_chat": "no",
}
"""What is typed for a setting."""
CHOSEN = {
    "language": "Español",
    "closed_debt_denies": "yes",
    "reentry": "refuse",
    "check_out": "yes",
    "adaptive_faces": "yes",
    "kiosk_shows_sums": "yes",
    "offline_policy": "let in",
    "tell_member_check_in": "no",
    "tell_desk_check_in": "yes",
    "tell_desk_denial": "no",
    "digest": "no",
    "tell_prices": "yes",
    "sign_answers": "yes",
}
"""The button that is tapped."""


@pytest.fixture
async def ana(desk_bot: RunningBot, telegram: SandboxClient, make_staff: Hire) -> Person:
    person = await telegram.person("Ana")
    await make_staff(person, Role.ADMIN)
    return person


def test_every_setting_has_a_label_a_group_and_a_sentence() -> None:
    assert set(SETTINGS) == set(EDITABLE) == set(GymSettings.model_fields) - LEARNT
    assert {words.group for words in SETTINGS.values()} == set(GROUPS)
    labels = [words.label for words in SETTINGS.values()]
    assert len(set(labels)) == len(labels)
    assert all(len(label) <= 20 for label in labels), "a button cuts it"
    assert all(words.help.endswith(".") for words in SETTINGS.values())
    t = HtmlTranslator("en")
    assert all(written(t, name, GymSettings()) for name in EDITABLE)  # type: ignore[call-arg]


@pytest.mark.parametrize("name", EDITABLE)
async def test_every_setting_is_read_changed_and_read_again(ana: Person, gym: Gym, name: str) -> None:
    before = getattr(await gym.settings(), name)
    words = SETTINGS[name]
    await ana.sends("/start")
    await ana.taps("Settings")
    await ana.taps(GROUPS[words.group])
    shown = await ana.sees(words.help)
    assert words.label in shown.words
    await ana.taps(words.label)
    await ana.sees(words.help)
    if name in CHOSEN:
        await ana.taps(CHOSEN[name])
    else:
        await ana.sends(TYPED[name])
    if name in WARNINGS:
        await ana.sees("→")
        assert getattr(await gym.settings(), name) == before, "not before it is confirmed"
        await ana.taps("Change it")
    told = await ana.sees(f"✅ {words.label}")
    now = await gym.settings()
    assert getattr(now, name) != before
    t = HtmlTranslator("en", currency=now.currency, timezone=now.timezone)
    assert f"{words.label}: {written(t, name, now)}" in told.words


async def test_a_new_currency_says_that_nothing_is_converted_and_can_be_left(ana: Person, gym: Gym) -> None:
    await ana.sends("/start")
    await ana.taps("Settings")
    await ana.taps("Gym")
    await ana.taps("Currency")
    await ana.sends("doubloons")
    await ana.sees("No currency is called “doubloons”")
    await ana.taps("EUR")
    await ana.sees("Nothing is converted")
    await ana.taps("Cancel")
    await ana.sees("Nothing was saved")
    assert (await gym.settings()).currency == "COP"


async def test_a_list_is_emptied_again(ana: Person, gym: Gym) -> None:
    await ana.sends("/start")
    await ana.taps("Settings")
    await ana.taps("Rewards")
    await ana.taps("Milestones")
    await ana.sends("100, 50")
    await ana.sees("rising numbers")
    await ana.taps("Empty it")
    await ana.sees("✅ Milestones")
    assert (await gym.settings()).milestones == ()


async def test_an_employee_finds_no_settings_and_a_forged_button_is_refused(
    desk_bot: RunningBot, telegram: SandboxClient, make_staff: Hire, gym: Gym
) -> None:
    bruno = await telegram.person("Bruno")
    await make_staff(bruno, Role.EMPLOYEE)
    await bruno.sends("/start")
    home = await bruno.sees("Send a photo")
    assert not any("Settings" in label for label in await behind_manage(bruno))
    for forged in ("sets", "setg|door", "set|reentry"):
        tapped = await bruno.taps_button_data(home, forged)
        assert "may not" in (tapped.alert or "")
    assert (await gym.settings()).reentry is Reentry.UNCOUNTED
    assert (await gym.settings()).offline_policy is OfflinePolicy.RECORD_ONLY
