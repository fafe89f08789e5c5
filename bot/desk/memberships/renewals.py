"""Renewals at the desk: the same plan or another, with an earned reward, or begun early behind a pack."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from bot.desk.idempotency import press_key
from bot.desk.memberships.sale_screens import plan_label, plan_list, quote_text, sold_screen
from bot.desk.money.older_debts import charge_debts_button
from bot.routing.router import Audience, Router
from bot.ui.buttons.clients import Card
from bot.ui.buttons.memberships import RenewPlan, StartNow
from bot.ui.callbacks import ButtonStyle, Callback, callback
from bot.ui.keyboards import Keyboard, button, nav
from bot.ui.screens import HtmlTranslator, Screen
from bot.ui.update_context import UpdateContext
from bot.ui.wording.memberships.refusals import REFUSALS, refusal_screen
from bot.ui.wording.memberships.rewards import percent_words
from gym.debts.schemas import Debt
from gym.debts.service import DebtService
from gym.payments.credit import ClientCredit
from gym.plans.service import PlanService
from gym.rewards.models import Reward
from gym.rewards.redeeming import RewardRedemption
from gym.subscriptions.schemas import Quote
from gym.subscriptions.service import SubscriptionService
from gym.unit_of_work import UnitOfWork

router = Router(Audience.STAFF)


@callback("renwp")
class RenewAs(Callback):
    """Offer a renewal with another plan, or with the reward that waits."""

    client_id: UUID
    plan_id: UUID
    rewarded: bool = False


@callback("renws")
class RenewPlans(Callback):
    """List the plans to renew with."""

    client_id: UUID


@callback("ren", changes=True, style=ButtonStyle.SUCCESS)
class ConfirmRenewal(Callback):
    """Renew; `renews_id` is the subscription that was shown: where another follows it, somebody has renewed
    already."""

    renews_id: UUID
    plan_id: UUID
    seen: str
    rewarded: bool = False


@callback("renby")
class RenewalDetails(Callback):
    """Ask for a discount of a renewal."""

    renews_id: UUID
    plan_id: UUID
    rewarded: bool = False


@router.on(RenewPlan)
async def renew(context: UpdateContext, press: RenewPlan) -> None:
    """A renewal with the same plan, ready to confirm."""
    await _offer_renewal(context, press.client_id, None)


@router.on(RenewAs)
async def renew_as(context: UpdateContext, press: RenewAs) -> None:
    await _offer_renewal(context, press.client_id, press.plan_id, rewarded=press.rewarded)


@router.on(RenewPlans)
async def renewal_plans(context: UpdateContext, press: RenewPlans) -> None:
    async with context.unit_of_work() as uow:
        plans = await PlanService(uow).active()
    rows = [
        [button(plan_label(context.t, one), RenewAs(press.client_id, one.plan.id), wide=True)]
        for one in plans
    ]
    await context.show(plan_list(context.t, rows, press.client_id, plans))


@router.on(ConfirmRenewal)
async def renewed(context: UpdateContext, press: ConfirmRenewal) -> None:
    async with context.unit_of_work() as uow:
        client_id = (await SubscriptionService(uow).get(press.renews_id)).client_id
    try:
        async with context.unit_of_work() as uow:
            reward = await best_reward(uow, client_id) if press.rewarded else None
            sold = await SubscriptionService(uow).renew(
                client_id,
                press.plan_id,
                reward_id=reward.id if reward else None,
                renews_id=press.renews_id,
                seen=press.seen,
                key=press_key(context),
            )
            credit = await ClientCredit(uow).balance(client_id)
            owed = await DebtService(uow).of_client(client_id)
    except REFUSALS as error:
        again = RenewAs(client_id, press.plan_id, press.rewarded)
        await context.show(refusal_screen(context.t, error, client_id, again=again))
        return
    await context.show(sold_screen(context.t, sold, credit, owed, heading=context.t("✅ <b>Renewed</b>")))


async def best_reward(uow: UnitOfWork, client_id: UUID) -> Reward | None:
    """The reward that is offered. If it is another one by now, the mark of the price refuses the sale."""
    return next(iter(await RewardRedemption(uow).waiting(client_id)), None)


async def _offer_renewal(
    context: UpdateContext, client_id: UUID, plan_id: UUID | None, *, rewarded: bool = False
) -> None:
    try:
        async with context.unit_of_work() as uow:
            reward = await best_reward(uow, client_id)
            used = reward.id if rewarded and reward else None
            quote = await SubscriptionService(uow).quote_renewal(client_id, plan_id, reward_id=used)
            debts = await DebtService(uow).of_client(client_id)
    except REFUSALS as error:
        await context.show(refusal_screen(context.t, error, client_id, again=RenewPlans(client_id)))
        return
    t = context.t
    keyboard = _renewal_keyboard(t, quote, reward, debts, used=used is not None)
    await context.show(Screen(t("<b>Renew this plan?</b>") + "\n\n" + quote_text(t, quote, debts), keyboard))


def _renewal_keyboard(
    t: HtmlTranslator, quote: Quote, reward: Reward | None, debts: Sequence[Debt], *, used: bool
) -> Keyboard:
    assert quote.renews_id is not None, "a renewal follows a subscription"
    client_id, chosen = quote.client.id, quote.plan.id
    offered = [button(reward_label(t, reward), RenewAs(client_id, chosen, True), wide=True)] if reward else []
    without = [button(t("Without the reward"), RenewAs(client_id, chosen), wide=True)]
    return [
        [button(t("✅ Renew"), ConfirmRenewal(quote.renews_id, chosen, quote.mark, used))],
        without if used else offered,
        [
            button(t("Other plan"), RenewPlans(client_id)),
            button(t("Discount"), RenewalDetails(quote.renews_id, chosen, used)),
        ],
        charge_debts_button(t, debts),
        nav(t, back=Card(client_id)),
    ]


def reward_label(t: HtmlTranslator, reward: Reward) -> str:
    """A button's label that says what the reward brings."""
    return t("🎁 Use reward −{percent}", percent=percent_words(reward.percent))


@router.on(StartNow)
async def start_now(context: UpdateContext, press: StartNow) -> None:
    """Begin the waiting renewal today, in place of the used-up pack."""
    async with context.unit_of_work() as uow:
        client_id = (await SubscriptionService(uow).get(press.subscription_id)).client_id
    try:
        async with context.unit_of_work() as uow:
            started = await SubscriptionService(uow).start_now(press.subscription_id)
            credit = await ClientCredit(uow).balance(client_id)
    except REFUSALS as error:
        await context.show(refusal_screen(context.t, error, client_id))
        return
    heading = context.t("🟢 <b>Started today</b>")
    await context.show(sold_screen(context.t, started, credit, heading=heading))
