"""My rewards: earned rewards with their expiry, and the visits left to the next one."""

from __future__ import annotations

from bot.routing.router import Audience, Router
from bot.ui.buttons.member import MyPlan, WantToRenew
from bot.ui.callbacks import Callback, callback
from bot.ui.keyboards import Row, button, nav, pager
from bot.ui.screens import HtmlTranslator, Screen
from bot.ui.update_context import UpdateContext
from bot.ui.wording.memberships.rewards import reward_line, to_go_line
from gym.core.language import N_
from gym.rewards.rules import visits_to_go
from gym.rewards.service import RewardService
from gym.settings.schemas import GymSettings
from gym.subscriptions.models import Subscription
from gym.subscriptions.service import SubscriptionService

router = Router(Audience.MEMBER)


@callback("myrwd")
class MyRewards(Callback):
    page: int = 0


router.home(N_("🎁 Rewards"), MyRewards())


@router.on(MyRewards)
async def my_rewards(context: UpdateContext, press: MyRewards) -> None:
    client = context.identity.client
    assert client is not None
    async with context.member_unit_of_work() as uow:
        service = RewardService(uow)
        found = await service.of_client(client.id, press.page)
        waiting = await service.waiting(client.id)
        current = await SubscriptionService(uow).current(client.id)
    t = context.t
    lines = [reward_line(t, one, context.today) for one in found.items] or [t("You have no rewards yet.")]
    text = "\n".join([t("🎁 <b>My rewards</b>"), "", *lines, *progress(t, context.settings, current)])
    renew: Row = [button(t("I want to renew"), WantToRenew())] if waiting else []
    await context.show(
        Screen(text, [pager(found.number, found.pages, MyRewards), renew, nav(t, back=MyPlan())])
    )


def progress(t: HtmlTranslator, settings: GymSettings, current: Subscription | None) -> list[str]:
    """How many visits are still to go, after an empty line."""
    if current is None:
        return []
    to_go = visits_to_go(settings, current.plan.duration_unit, current.visits_used)
    return [] if to_go is None else ["", to_go_line(t, to_go, settings.reward_percent)]
