"""A client's rewards, as the desk sees them."""

from __future__ import annotations

from bot.routing.router import Audience, Router
from bot.ui.buttons.clients import Card, ClientRewards
from bot.ui.buttons.memberships import RenewPlan
from bot.ui.keyboards import Row, button, nav, pager
from bot.ui.screens import Screen
from bot.ui.update_context import UpdateContext
from bot.ui.wording.memberships.rewards import reward_line
from gym.clients.service import ClientService
from gym.rewards.service import RewardService

router = Router(Audience.STAFF)


@router.on(ClientRewards)
async def rewards(context: UpdateContext, press: ClientRewards) -> None:
    async with context.unit_of_work() as uow:
        client = await ClientService(uow).get(press.client_id)
        found = await RewardService(uow).of_client(press.client_id, press.page)
        waiting = await RewardService(uow).waiting(press.client_id)
    t = context.t
    heading = t("🎁 <b>{client}</b>: rewards", client=client.full_name)
    lines = [reward_line(t, one, context.today) for one in found.items] or [t("No rewards yet.")]
    pages = pager(found.number, found.pages, lambda number: ClientRewards(press.client_id, number))
    renew: Row = [button(t("🔁 Renew"), RenewPlan(press.client_id))] if waiting else []
    text = "\n".join([heading, "", *lines])
    await context.show(Screen(text, [pages, renew, nav(t, back=Card(press.client_id))]))
