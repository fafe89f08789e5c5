"""Today and the jobs, in chat."""

from __future__ import annotations

from datetime import timedelta

from bot.telegram.running_bot import RunningBot
from gym.app import Gym
from gym.core.clock import FrozenClock
from gym.jobs.runner import run_due
from gym.security.permissions import Role
from tests.support.memberships import DeskClerk
from tests.support.sandbox.client import SandboxClient


async def test_an_admin_looks_at_the_day_refreshes_it_and_sees_it_drawn(
    gym: Gym, desk_bot: RunningBot, telegram: SandboxClient, make_staff
) -> None:
    ana = await telegram.person("Ana")
    desk = DeskClerk(gym, await make_staff(ana))
    await ana.sends("/today")
    first = await ana.sees("0 visits")
    await desk.pay(await desk.sell(await desk.client("Lia"), await desk.plan()))
    await ana.taps("Refresh")
    again = await ana.sees("$150,000")
    assert again.message_id == first.message_id
    assert "1 new client" in (again.text or "")
    await ana.taps("Chart")
    caption = (await ana.sees_photo()).caption or ""
    assert "visits by the hour" in caption
    assert "$150,000" in caption
    await ana.taps("Dark")
    await ana.sees_photo()
    await ana.taps("Light")
    await ana.sees_photo()


async def test_an_employee_sees_the_own_till_and_no_chart(
    gym: Gym, desk_bot: RunningBot, telegram: SandboxClient, make_staff
) -> None:
    eva = await telegram.person("Eva")
    await make_staff(eva, Role.EMPLOYEE)
    await eva.sends("/today")
    seen = await eva.sees("Your till")
    assert "Chart" not in str(seen.buttons)
    assert "Jobs" not in str(await eva.keyboard())


async def test_the_numbers_lead_to_the_people(
    gym: Gym, clock: FrozenClock, desk_bot: RunningBot, telegram: SandboxClient, make_staff
) -> None:
    ana = await telegram.person("Ana")
    desk = DeskClerk(gym, await make_staff(ana))
    await desk.pay(await desk.sell(await desk.client("Lia"), await desk.plan()))
    clock.advance(timedelta(days=27))
    await ana.sends("/today")
    today = await ana.sees("1 stays away for longer than usual")
    await ana.taps_button_data(today, "atrisk|0")
    await ana.sees("Lia Vargas: away for 27 days")
    await ana.sends("/today")
    await ana.taps("At risk")
    await ana.sees("Lia Vargas: away for 27 days")
    await ana.sends("/today")
    await ana.taps("Ending")
    await ana.sees("Lia Vargas: Monthly until")


async def test_an_admin_sees_how_the_jobs_are_and_runs_one(
    gym: Gym, desk_bot: RunningBot, telegram: SandboxClient, make_staff
) -> None:
    ana = await telegram.person("Ana")
    await make_staff(ana)
    await ana.sends("/start")
    await ana.taps("Jobs")
    await ana.sees("End plans: never")
    await ana.taps("▶ End plans")
    await ana.sees("Done")
    await ana.sees("✅ End plans")
    assert (await run_due(gym.run)).failed == []
