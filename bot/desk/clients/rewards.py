"""A client's rewards, as the desk sees them."""

from __future__ import annotations

from bot.desk.buttons import Card, RenewPlan, Rewards
from bot.ui.keyboards import Row, button, nav, pager
from bot.ui.routing import Audience, Router
from bot.ui.screens import Screen
from bot.ui.update_context import Turn
from bot.ui.wording.rewards import reward_line
from gym.clients.service import ClientService
from gym.rewards.service import RewardService

router = Router(Audience.STAFF)


@router.on(Rewards)
async def rewards(turn: Turn, tap: Rewards) -> None:
    async with turn.unit_of_work() as uow:
        client = await ClientService(uow).get(tap.client_id)
        found = await RewardService(uow).of_client(tap.client_id, tap.page)
        waiting = await RewardService(uow).waiting(tap.client_id)
    t = turn.t
    heading = t("🎁 <b>{client}</b>: rewards", client=client.full_name)
    lines = [reward_line(t, one, turn.today) for one in found.items] or [t("No rewards yet.")]
    pages = pager(found.number, found.pages, lambda number: Rewards(tap.client_id, number))
    renew: Row = [button(t("🔁 Renew"), RenewPlan(tap.client_id))] if waiting else []
    text = "\n".join([heading, "", *lines])
    await turn.show(Screen(text, [pages, renew, nav(t, back=Card(tap.client_id))]))
