"""Write-offs: an admin writes a debt off with a reason, an employee asks for the approval."""

from __future__ import annotations

from uuid import UUID

from bot.desk.approvals.asking import ASK_WHY, ask_by_form
from bot.forms.definition import Form, FormContext
from bot.forms.opening import begin
from bot.forms.steps import REASON
from bot.routing.router import Audience, Router
from bot.ui.buttons.clients import Card
from bot.ui.buttons.money import WriteOff
from bot.ui.keyboards import nav
from bot.ui.screens import Screen
from bot.ui.update_context import UpdateContext
from bot.ui.wording.terms import plan_text
from gym.core.language import N_
from gym.payments.errors import owed_only
from gym.security.permissions import Permission
from gym.staff.four_eyes import FourEyes
from gym.subscriptions.money.write_offs import require_closed
from gym.subscriptions.service import SubscriptionService

router = Router(Audience.STAFF)


@router.on(WriteOff)
async def write_off(context: UpdateContext, press: WriteOff) -> None:
    async with context.unit_of_work() as uow:
        one = await SubscriptionService(uow).get(press.subscription_id)
        await FourEyes(uow).require_another(one.client_id, Permission.CREDIT, acts=False)
    if not one.account.balance:
        raise owed_only(one.account.balance)
    require_closed(one, context.today)
    values = {"subscription_id": one.id, "plan": plan_text(context.t, one)}
    if context.identity.may(Permission.CREDIT):
        await begin(context, WRITE_OFF, values, back=Card(one.client_id))
        return
    wish = context.t("🧹 Write {amount} off", amount=one.account.balance)
    await begin(
        context, ASK_WRITE_OFF, values | {"wish": f"{wish}\n{values['plan']}"}, back=Card(one.client_id)
    )


async def _summary(ctx: FormContext) -> str:
    return "\n".join(
        [
            ctx.value("plan", str),
            "",
            ctx.t("🧹 What is owed is written off: nobody is asked for it any more."),
            ctx.t("Reason: {reason}", reason=ctx.value("reason", str)),
        ]
    )


async def _write_off(ctx: FormContext) -> Screen:
    async with ctx.unit_of_work() as uow:
        one = await SubscriptionService(uow).write_off(
            ctx.value("subscription_id", UUID), ctx.value("reason", str), key=ctx.key
        )
    t = ctx.t
    text = t(
        "🧹 Written off. {client} owes nothing for {plan}.", client=one.client.full_name, plan=one.plan.name
    )
    return Screen(text, [nav(t, back=Card(one.client_id))])


async def _ask(ctx: FormContext) -> Screen:
    subscription_id, reason = ctx.value("subscription_id", UUID), ctx.value("reason", str)
    return await ask_by_form(ctx, lambda service: service.ask_write_off(subscription_id, reason, key=ctx.key))


WRITE_OFF = router.form(
    Form(
        name="write_off",
        title=N_("Write a debt off"),
        steps=[REASON],
        summary=_summary,
        submit=_write_off,
        confirm=N_("Write it off"),
    )
)
ASK_WRITE_OFF = router.form(
    Form(
        name="ask_write_off",
        title=N_("Ask for a write-off"),
        steps=[ASK_WHY],
        submit=_ask,
        confirm=None,
    )
)
