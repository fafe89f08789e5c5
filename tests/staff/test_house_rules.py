"""The gym's settings, changed by an admin."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date, time
from decimal import Decimal

import pytest
from sqlalchemy import select

from gym.app import Gym
from gym.audit.models import AuditEntry
from gym.core.database.engine import Database
from gym.security.permissions import Actor
from gym.settings.schemas import GymSettings, Reentry
from gym.staff.errors import SettingInvalid, UnknownSetting
from gym.staff.service import StaffService


async def change(gym: Gym, actor: Actor, **changes: object) -> GymSettings:
    async with gym.unit_of_work(actor) as uow:
        return await StaffService(uow).change_settings(changes)


async def test_a_change_holds_from_the_next_transaction_on(gym: Gym, admin: Actor) -> None:
    await change(
        gym, admin, grace_days="3", employee_discount_percent="12.5", quiet_from="22:30", reentry="deny"
    )
    now = await gym.settings()
    assert (now.grace_days, now.employee_discount_percent) == (3, Decimal("12.5"))
    assert (now.quiet_from, now.reentry) == (time(22, 30), Reentry.DENY)


async def test_a_change_is_in_the_trail_with_before_and_after(gym: Gym, admin: Actor) -> None:
    await change(gym, admin, grace_days=3, phone_region="CO")
    await change(gym, admin, grace_days=3)
    async with gym.unit_of_work(admin) as uow:
        [entry] = await uow.session.scalars(select(AuditEntry))
    assert (entry.before, entry.after) == ({"grace_days": 0}, {"grace_days": 3})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("grace_days", "soon"),
        ("grace_days", 61),
        ("grace_days", None),
        ("employee_discount_percent", "101"),
        ("employee_discount_percent", "NaN"),
        ("grace_amount", "-1"),
        ("timezone", "America/Atlantis"),
        ("timezone", "../etc/passwd"),
        ("currency", "XYZ"),
        ("language", "tlh"),
        ("phone_region", "ZZ"),
        ("name", ""),
        ("quiet_from", "25:00"),
        ("reentry", "maybe"),
        ("reentry", 3),
        ("check_out", "perhaps"),
        ("milestones", "50, 50"),
        ("milestones", "100, 50"),
        ("milestones", "0, 50"),
        ("milestones", "fifty"),
        ("milestones", ",".join(str(number) for number in range(1, 14))),
        ("milestones", [50, 40]),
        ("milestones", [10**7]),
        ("bank_accounts", "Nequi, NEQUI"),
        ("bank_accounts", "x" * 61),
        ("bank_accounts", [" "]),
        ("receipt_footer", "x" * 301),
        ("name", "x" * 81),
        ("web_address", "gym.example"),
        ("web_address", "https://gym.example/kiosk"),
        ("web_address", "javascript://gym"),
        ("web_address", "https://ana:secret@gym.example"),
        ("web_address", "https://"),
        ("reward_percent", "12.345"),
        ("reward_percent", Decimal("12.345")),
        ("grace_amount", Decimal("Infinity")),
        ("grace_amount", "12..5"),
        ("quiet_until", "9 past"),
        ("quiet_until", "13 pm"),
        ("phone_region", "Colombia"),
        ("approval_hours", "0"),
        ("stay_minutes", "3.5"),
    ],
)
async def test_a_value_that_does_not_fit_changes_nothing(
    gym: Gym, admin: Actor, name: str, value: object
) -> None:
    before = await gym.settings()
    with pytest.raises(SettingInvalid) as refused:
        await change(gym, admin, **{"grace_days": 2, name: value})
    assert refused.value.context["name"] == name
    assert await gym.settings() == before


async def test_codes_may_be_typed_in_lower_case(gym: Gym, admin: Actor) -> None:
    changed = await change(gym, admin, currency="eur", phone_region=" es ")
    assert (changed.currency, changed.phone_region) == ("EUR", "ES")


@pytest.mark.parametrize(
    ("name", "typed", "kept"),
    [
        ("timezone", "europe/madrid", "Europe/Madrid"),
        ("timezone", "new york", "America/New_York"),
        ("timezone", "Madrid", "Europe/Madrid"),
        ("milestones", "10 20;30", (10, 20, 30)),
        ("milestones", "", ()),
        ("bank_accounts", " Bancolombia  123 ,\nNequi;", ("Bancolombia 123", "Nequi")),
        ("bank_accounts", ["Nequi"], ("Nequi",)),
        ("quiet_from", "9 p.m.", time(21)),
        ("quiet_from", "12 am", time(0)),
        ("quiet_from", "7", time(7)),
        ("quiet_from", "22.15", time(22, 15)),
        ("reward_percent", "12,5 %", Decimal("12.5")),
        ("reward_percent", 15, Decimal(15)),
        ("grace_amount", "5.000", Decimal(5000)),
        ("grace_days", "3 days", 3),
        ("check_out", "Sí", True),
        ("check_out", "no", False),
        ("name", " Iron\u200b &  Sons ", "Iron & Sons"),
        ("web_address", "https://gym.example:8443/", "https://gym.example:8443"),
        ("web_address", "", ""),
        ("language", "ES", "es"),
    ],
)
async def test_people_write_in_their_own_way(
    gym: Gym, admin: Actor, name: str, typed: object, kept: object
) -> None:
    await change(gym, admin, **{name: typed})
    assert getattr(await gym.settings(), name) == kept


async def test_what_the_gym_learns_by_itself_is_not_set_by_hand(gym: Gym, admin: Actor) -> None:
    with pytest.raises(UnknownSetting):
        await change(gym, admin, bot_username="evil_bot")


async def test_another_replica_follows_at_its_next_transaction(gym: Gym, admin: Actor) -> None:
    replica = replace(gym, database=Database(gym.database.url))
    try:
        assert (await replica.settings()).milestones == (50, 100, 365)
        async with replica.unit_of_work(Actor.system()) as under_way:
            await change(gym, admin, milestones="10, 20", timezone="Pacific/Auckland")
            assert under_way.settings.milestones == (50, 100, 365), "one transaction, one set of rules"
        async with replica.unit_of_work(Actor.system()) as uow:
            assert uow.settings.milestones == (10, 20)
            assert uow.today == date(2026, 8, 4), "it is tomorrow there"
    finally:
        await replica.database.close()


async def test_a_setting_that_does_not_exist_is_refused(gym: Gym, admin: Actor) -> None:
    with pytest.raises(UnknownSetting):
        await change(gym, admin, colour="red")


async def test_changes_at_once_do_not_undo_each_other(gym: Gym, admin: Actor) -> None:
    changes: list[dict[str, object]] = [
        {"grace_days": 1},
        {"undo_minutes": 20},
        {"name": "Iron"},
        {"card_passback_minutes": 5},
        {"closed_debt_denies": True},
        {"tell_desk_check_in": True},
        {"grace_amount": "100"},
        {"language": "es"},
    ]
    await asyncio.gather(*(change(gym, admin, **one) for one in changes))
    now = await gym.settings()
    assert (now.grace_days, now.undo_minutes, now.name, now.card_passback_minutes) == (1, 20, "Iron", 5)
    assert (now.closed_debt_denies, now.tell_desk_check_in, now.grace_amount) == (True, True, 100)
    assert now.language == "es"
