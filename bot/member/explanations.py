"""*Why?* in the member's own chat: what the door says, the plan's days and status, and the balances."""

from __future__ import annotations

from bot.routing.router import Audience, Router
from bot.ui.buttons.member import MyPlan, MyWhy
from bot.ui.keyboards import nav
from bot.ui.screens import Screen
from bot.ui.update_context import UpdateContext
from bot.ui.wording.explanations.client import explanation_text
from gym.explanations.service import ExplanationService

router = Router(Audience.MEMBER)


@router.on(MyWhy)
async def my_why(context: UpdateContext, _: MyWhy) -> None:
    client = context.identity.client
    assert client is not None, "the router lets in nobody else"
    async with context.member_unit_of_work() as uow:
        found = await ExplanationService(uow).of_client(client.id)
    t = context.t
    text = "\n\n".join([t("❓ <b>Why?</b>"), explanation_text(t, found)])
    await context.show(Screen(text, [nav(t, back=MyPlan())]))
