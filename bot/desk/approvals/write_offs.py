"""Write-offs: an admin writes a debt off with a reason, an employee asks for the approval."""

from __future__ import annotations

from uuid import UUID

from bot.desk.approvals.asking import ASK_WHY, ask_by_form
from bot.desk.money.together import debt_line
from bot.forms.definition import Form, FormContext
from bot.forms.opening import begin
from bot.forms.steps import REASON
from bot.routing.router import Audience, Router
from bot.ui.buttons.clients import Card
from bot.ui.buttons.money import WriteOff
from bot.ui.keyboards import nav
from bot.ui.screens import HtmlTranslator, Screen
from bot.ui.update_context import UpdateContext
from bot.ui.wording.terms import plan_text
from gym.core.language import N_
from gym.debts.schemas import Debt, DebtKind
from gym.debts.service import DebtService
from gym.debts.write_offs import DebtWriteOffs
from gym.security.permissions import Permission
from gym.staff.four_eyes import FourEyes
from gym.subscriptions.service import SubscriptionService

router = Router(Audience.STAFF)


@router.on(WriteOff)
async def write_off(context: UpdateContext, press: WriteOff) -> None:
    """Ask why; the button names a subscription or a sale of products."""
    async with context.unit_of_work() as uow:
        debt = await DebtService(uow).owing(press.subscription_id)
        await FourEyes(uow).require_another(debt.client_id, Permission.CREDIT, acts=False)
        await DebtWriteOffs(uow).writable(debt.id)
        plan = await SubscriptionService(uow).get(debt.id) if debt.kind is DebtKind.PLAN else None
    t, back = context.t, Card(debt.client_id)
    what = plan_text(t, plan) if plan else _products_text(t, debt)
    values = {"subscription_id": debt.id, "plan": what}
    if context.identity.may(Permission.CREDIT):
        await begin(context, WRITE_OFF, values, back=back)
        return
    wish = t("🧹 Write {amount} off", amount=debt.balance)
    await begin(context, ASK_WRITE_OFF, values | {"wish": f"{wish}\n{what}"}, back=back)


def _products_text(t: HtmlTranslator, debt: Debt) -> str:
    return "\n".join([t("👤 {client}", client=debt.client_name), debt_line(t, debt)])


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
        debt_id = ctx.value("subscription_id", UUID)
        await DebtWriteOffs(uow).write_off(debt_id, ctx.value("reason", str), key=ctx.key)
        debt = await DebtService(uow).find(debt_id)
    t = ctx.t
    text = t("🧹 Written off. {client} owes nothing for {plan}.", client=debt.client_name, plan=debt.what)
    return Screen(text, [nav(t, back=Card(debt.client_id))])


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
