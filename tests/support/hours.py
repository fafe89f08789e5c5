"""Hours of the gym's day: whoever runs the whole gym begins in its morning, whatever the machine's clock."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from tests.support.sandbox.client import SandboxClient

OPENS = time(10)


async def begin_in_the_morning(telegram: SandboxClient) -> datetime:
    """Move the business clock on to ten o'clock: reminders rest at night, and a minute after 23:59 it is
    another day. Returns business time in the gym's zone.
    """
    now = await telegram.now()
    morning = datetime.combine(now.date(), OPENS, now.tzinfo)
    if morning < now:
        morning = datetime.combine(now.date() + timedelta(days=1), OPENS, now.tzinfo)
    minutes = int((morning.timestamp() - now.timestamp()) // 60)
    return await telegram.advance(f"{minutes} minutes") if minutes else now
