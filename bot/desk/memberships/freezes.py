"""The freezes of one subscription at the desk, and what can be done with them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from bot.desk.memberships.freeze_ends import next_freeze
from bot.routing.router import Audience, Router
from bot.ui.buttons.clients import Card
from bot.ui.buttons.memberships import EndFreeze, FreezePlan, Freezes
from bot.ui.keyboards import Keyboard, button, nav
from bot.ui.screens import HtmlTranslator, Screen
from bot.ui.update_context import UpdateContext
from bot.ui.wording.memberships.freezes import freeze_line, left_words
from gym.subscriptions.freezes.service import FreezeService
from gym.subscriptions.models import Freeze, Subscription
from gym.subscriptions.service import SubscriptionService

router = Router(Audience.STAFF)


@router.on(Freezes)
async def freezes(context: UpdateContext, press: Freezes) -> None:
    """All freezes of one subscription, and what can be done with them."""
    async with context.unit_of_work() as uow:
        one = await SubscriptionService(uow).get(press.subscription_id)
        found = await FreezeService(uow).freezes(one.id)
        left = await FreezeService(uow).allowance_left(one)
    t = context.t
    lines = [f"{freeze_line(t, freeze)} · {t.text(freeze.reason)}" for freeze in found]
    text = "\n".join(
        [
            t("<b>Freezes</b>"),
            t("👤 {client} · {plan}", client=one.client.full_name, plan=one.plan.name),
            "",
            *(lines or [t("Nothing was frozen in this plan.")]),
            "",
            left_words(t, left),
        ]
    )
    await context.show(Screen(text, _list_keyboard(t, one, found, context.today)))


def _list_keyboard(t: HtmlTranslator, one: Subscription, found: Sequence[Freeze], today: date) -> Keyboard:
    coming = next_freeze(found, today)
    row = [button(t("❄️ New freeze"), FreezePlan(one.id))]
    if coming is not None:
        label = t("☀️ End the freeze") if coming.starts_on <= today else t("✖️ Call it off")
        row.append(button(label, EndFreeze(one.id)))
    return [row, nav(t, back=Card(one.client_id))]
