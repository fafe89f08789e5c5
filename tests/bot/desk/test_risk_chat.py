"""Members at risk in chat: the list, the drafted message in the member's language, a call that is noted."""

from __future__ import annotations

from datetime import timedelta

from gym.app import Gym
from gym.core.clock import FrozenClock
from gym.notifications.models import NotificationKind
from tests.support.memberships import DeskClerk, told


async def test_a_member_is_written_to_or_called_from_the_report(
    gym: Gym, clock: FrozenClock, desk_bot, telegram, make_staff
) -> None:
    ana = await telegram.person("Ana")
    desk = DeskClerk(gym, await make_staff(ana))
    plan = await desk.plan()
    await desk.pay(await desk.sell(await desk.client("Lia", 4242), plan))
    await desk.pay(await desk.sell(await desk.client("Otto"), plan))
    clock.advance(timedelta(days=12))
    await ana.sends("/start")
    await ana.taps("Reports")
    await ana.sees("stay away longer than usual")
    await ana.taps("At risk")
    await ana.sees("At risk today")
    await ana.taps("Write or call")
    await ana.sees("Away for longer than usual")
    await ana.taps("Lia")
    seen = await ana.sees("They would be sent:")
    assert "Lia, your plan has been running since" in (seen.text or "")
    await ana.taps("Send")
    await ana.sees("Lia Vargas is being written to.")
    assert len(await told(gym, NotificationKind.ABSENT)) == 1
    await ana.taps("Otto")
    await ana.sees("There is no chat to write to: call.")
    await ana.taps("Called")
    await ana.sees("Noted: Otto Vargas was called.")
    await ana.sees("called on")
