"""The gym's settings, changed by an admin."""

from __future__ import annotations

import asyncio
from datetime import time
from decimal import Decimal

import pytest
from sqlalchemy import select

from gym.app import Gym
from gym.audit.models import AuditEntry
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
