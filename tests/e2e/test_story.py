"""The story of a gym's first weeks, told over real HTTP with real weights and real photos."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta

from bot.app import RunningApp
from tests.e2e.desk import claim_gym, create_plan, invite, link, pair_kiosk, register
from tests.e2e.door import Door
from tests.support.people import people, stranger
from tests.support.sandbox.client import Person as Phone
from tests.support.sandbox.client import SandboxClient


async def test_a_gyms_first_weeks(running_app: RunningApp, telegram: SandboxClient) -> None:
    rosa = people()[0]
    claim_url = await running_app.claim
    assert claim_url is not None
    assert running_app.web_url is not None

    # The admin claims the gym, makes a plan and invites an employee.
    ana = await claim_gym(telegram, claim_url)
    await create_plan(ana, "Monthly", "1 month", "150000")
    bruno = await invite(telegram, ana, "Bruno")

    # The employee registers a client with consent and three photos, sells, and takes half.
    link_url = await register(bruno, rosa, "Rosa", "Perez", phone="300 123 4567")
    await bruno.taps("Sell plan")
    await bruno.taps("Monthly")
    await bruno.sees("$150,000")
    await bruno.taps("✅ Sell")
    await bruno.sees("To pay")
    await pay(bruno, "75000")
    await bruno.sees("Still to pay")

    async with Door(running_app.web_url) as door:
        await pair_kiosk(ana, door)
        due = await door.photo(rosa.photo(3))
        assert (due["outcome"], due["code"]) == ("denied", "payment_due")
        assert due["client"]["display_name"] == "Rosa"
        assert "balance" not in due, "what somebody owes is nobody's business at the door"

        # The rest is paid, and the client links their own chat.
        await bruno.taps("💵 Take payment")
        await bruno.taps("Cash")
        await bruno.sees("Paid in full")
        member = await link(telegram, link_url, "Rosa")
        await member.sees("reminders of your plan come here")

        # Another photo: in, and the phone says so.
        admitted = await door.photo(rosa.photo(4))
        assert (admitted["outcome"], admitted["code"], admitted["visit_number"]) == (
            "admitted",
            "admitted",
            1,
        )
        await member.sees("Entry noted")

        # A stranger, and the same person again on the same day.
        unknown = await door.photo(stranger())
        assert (unknown["outcome"], unknown["code"]) == ("denied", "not_recognized")
        assert "client" not in unknown
        again = await door.photo(rosa.photo(5))
        assert (again["outcome"], again["code"]) == ("admitted", "reentry")
        assert again["visit_number"] == 1  # still the first visit: not counted

        # Three days before the end a reminder comes; the renewal is sold and prepaid in four taps.
        await telegram.advance(f"{(await last_day(telegram)).days - 3} days")
        await member.sees("ends in 3 days")
        await bruno.sends("Rosa Perez")
        await bruno.sees("Monthly")
        for label in ("Renew", "✅ Renew"):
            await bruno.taps(label)
        await bruno.sees("✅ Renewed")
        for label in ("💵 Take payment", "Cash"):
            await bruno.taps(label)
        await bruno.sees("Paid in full")
        await member.sees("Renewed")

        # It waits until its first day, and opens the door from then on.
        await member.taps("My plan") if "My plan" in await labels(member) else await member.sends("/plan")
        await member.sees("Next: Monthly")
        await telegram.advance("4 days")
        await member.sees("has started")
        next_month = await door.photo(rosa.photo(3))
        assert (next_month["outcome"], next_month["visit_number"]) == ("admitted", 1)


async def pay(desk: Phone, amount: str) -> None:
    """Take another amount than the whole balance, in cash."""
    await desk.taps("💵 Take payment")
    await desk.taps("Other amount")
    await desk.sends(amount)
    await desk.taps("Cash")
    await desk.taps("Confirm")


async def last_day(telegram: SandboxClient) -> timedelta:
    """How far away the last day of a month that begins today is."""
    today = (await telegram.now()).astimezone(ZoneInfo("America/Bogota")).date()
    return today + relativedelta(months=1, days=-1) - today


async def labels(phone: Phone) -> list[str]:
    return [label for message in await phone.chat() for label in message.labels]
