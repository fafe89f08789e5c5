"""Refusals of payments that are owed no more or less by now: the reason, and what can still be paid."""

from __future__ import annotations

from uuid import UUID

from bot.desk.money.together import PayEverything
from bot.routing.router import Audience, Router
from bot.ui.buttons.clients import Card
from bot.ui.buttons.money import PayNow, TakeEverything, TakePayment
from bot.ui.callbacks import Callback
from bot.ui.keyboards import Row, button, nav
from bot.ui.screens import Screen, say_error
from bot.ui.update_context import UpdateContext
from gym.core.errors import GymError
from gym.payments.errors import NotEnoughCredit, NothingOwed, OverPayment
from gym.subscriptions.service import SubscriptionService

router = Router(Audience.STAFF)


async def refused(context: UpdateContext, error: GymError) -> None:
    """The buttons that asked for that amount go: each of them would be refused again."""
    assert context.press is not None
    again = _again(context.press.callback)
    if again is None:
        await context.fail(error)
        return
    t, client_id = context.t, await _client_of(context, again)
    rows: list[Row] = [] if isinstance(error, NothingOwed) else [[button(t("💵 Take payment"), again)]]
    await context.show(Screen(f"⚠️ {say_error(t, error)}", [*rows, nav(t, back=Card(client_id))]))


for fault in (OverPayment, NothingOwed, NotEnoughCredit):
    router.refused(fault)(refused)


def _again(pressed: Callback) -> TakePayment | TakeEverything | None:
    """The button that shows what is owed now."""
    match pressed:
        case TakePayment(subscription_id=key) | PayNow(subscription_id=key):
            return TakePayment(key)
        case TakeEverything(client_id=key) | PayEverything(client_id=key):
            return TakeEverything(key)
        case _:
            return None


async def _client_of(context: UpdateContext, again: TakePayment | TakeEverything) -> UUID:
    if isinstance(again, TakeEverything):
        return again.client_id
    async with context.unit_of_work() as uow:
        return (await SubscriptionService(uow).get(again.subscription_id)).client_id
