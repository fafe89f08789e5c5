"""The form of a payment: its day, amount, method, account and note."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from bot.desk.money.receipts import receipt_screen
from bot.forms.answers import amount_up_to, read_day
from bot.forms.definition import Choice, Form, FormContext, Step
from bot.forms.opening import begin
from bot.forms.steps import amount_step, day_choices, method_step
from bot.routing.router import Audience, Router
from bot.ui.buttons.money import TakePayment
from bot.ui.screens import Screen
from bot.ui.update_context import UpdateContext
from bot.ui.wording.terms import METHODS
from gym.attendance.cards.door_outlook import DoorOutlook
from gym.core.language import N_
from gym.core.money import round_down
from gym.core.reading.days import Days
from gym.payments.credit import ClientCredit
from gym.payments.errors import PaidOnInvalid, owed_only, parse_note
from gym.payments.models import TILL, Method
from gym.payments.service import PaymentService
from gym.security.permissions import Permission
from gym.staff.four_eyes import FourEyes
from gym.subscriptions.service import SubscriptionService

router = Router(Audience.STAFF)


async def ask_payment(context: UpdateContext, subscription_id: UUID, known: dict[str, object]) -> None:
    async with context.unit_of_work() as uow:
        subscription = await SubscriptionService(uow).get(subscription_id)
        await FourEyes(uow).require_another(subscription.client_id, Permission.TAKE_PAYMENT, acts=False)
        credit = await ClientCredit(uow).balance(subscription.client_id)
        earliest = PaymentService(uow).earliest_day(subscription.account, subscription.starts_on)
    values = {
        "subscription_id": subscription_id,
        "earliest": earliest,
        "balance": subscription.account.balance,
        "credit": credit,
        "client": subscription.client.full_name,
        "plan": subscription.plan.name,
        **known,
    }
    await begin(context, PAYMENT, values, back=TakePayment(subscription_id))


async def _amounts(ctx: FormContext) -> Sequence[Choice]:
    """Usual amounts: the whole balance, half of it, the client's credit."""
    balance, credit = ctx.value("balance", Decimal), ctx.value("credit", Decimal)
    half = round_down(balance / 2, ctx.context.settings.smallest_amount)
    wanted = [balance, *([half] if half else []), *([credit] if 0 < credit < balance else [])]
    return [Choice(amount, ctx.t.money(amount)) for amount in dict.fromkeys(wanted)]


def _owed_at_most(ctx: FormContext) -> Decimal:
    return ctx.value("balance", Decimal)


_read_amount = amount_up_to(_owed_at_most, owed_only)


async def _methods(ctx: FormContext) -> Sequence[Choice]:
    """Payment methods. Credit only as far as it goes, and only for today, for it moves when it is used."""
    enough = ctx.value("credit", Decimal) >= ctx.value("amount", Decimal)
    on_credit = enough and not ctx.maybe("earlier", bool)
    methods = [*TILL, Method.CREDIT] if on_credit else TILL
    return [Choice(method, ctx.t(METHODS[method])) for method in methods]


async def _accounts(ctx: FormContext) -> Sequence[Choice]:
    return [Choice(name, name) for name in ctx.context.settings.bank_accounts]


def _goes_to_bank(ctx: FormContext) -> bool:
    by_transfer = ctx.maybe("method", Method) is Method.TRANSFER
    return by_transfer and bool(ctx.context.settings.bank_accounts)


def _came_earlier(ctx: FormContext) -> bool:
    return bool(ctx.maybe("earlier", bool))


async def _days(ctx: FormContext) -> Sequence[Choice]:
    days = [ctx.context.today - timedelta(days=back) for back in (1, 2, 3)]
    return day_choices(ctx, filter(_possible(ctx).holds, days))


def _possible(ctx: FormContext) -> Days:
    return Days(ctx.maybe("earliest", date), ctx.context.today)


def _read_day(text: str, ctx: FormContext) -> date:
    """A day, refused while it is typed when the rule for backdated payments refuses it."""
    day, possible = read_day(text, ctx, _possible(ctx)), _possible(ctx)
    if not possible.holds(day):
        raise PaidOnInvalid(possible.first or day, ctx.context.today)
    return day


def _read_note(text: str, ctx: FormContext) -> str | None:
    return parse_note(text)


async def _summary(ctx: FormContext) -> str:
    t = ctx.t
    lines = [
        t(
            "👤 {client}\n🏷 {plan}\n💵 <b>{amount}</b> of {balance} ({method})",
            client=ctx.value("client", str),
            plan=ctx.value("plan", str),
            amount=ctx.value("amount", Decimal),
            balance=ctx.value("balance", Decimal),
            method=t(METHODS[ctx.value("method", Method)]),
        )
    ]
    if ctx.has("destination"):
        lines.append(t("🏦 {account}", account=ctx.value("destination", str)))
    if ctx.has("paid_on"):
        lines.append(t("📅 paid on {day}", day=ctx.value("paid_on", date)))
    if ctx.has("note"):
        lines.append(t("📝 {note}", note=ctx.value("note", str)))
    return "\n".join(lines)


async def _take(ctx: FormContext) -> Screen:
    async with ctx.unit_of_work() as uow:
        receipt = await SubscriptionService(uow).take_payment(
            ctx.value("subscription_id", UUID),
            ctx.value("amount", Decimal),
            ctx.value("method", Method),
            note=ctx.maybe("note", str),
            key=ctx.key,
            paid_on=ctx.maybe("paid_on", date),
            destination=ctx.maybe("destination", str),
        )
        door = await DoorOutlook(uow).verdict(receipt.client_id)
    return receipt_screen(ctx.t, receipt, door=door)


PAYMENT = router.form(
    Form(
        name="payment",
        title=N_("Take payment"),
        steps=[
            Step(
                "paid_on",
                N_("Day"),
                N_("On which day was it paid? Choose or type one, such as 3 August or yesterday."),
                choices=_days,
                parse=_read_day,
                when=_came_earlier,
            ),
            amount_step(
                N_("How much is paid? Choose or type an amount."),
                choices=_amounts,
                parse=_read_amount,
                resets=("method",),
            ),
            method_step(N_("How is it paid?"), _methods, resets=("destination",)),
            Step(
                "destination",
                N_("Account"),
                N_("To which account was it sent?"),
                choices=_accounts,
                when=_goes_to_bank,
            ),
            Step(
                "note",
                N_("Note"),
                N_("Anything to note?"),
                parse=_read_note,
                optional=True,
                when=_came_earlier,
            ),
        ],
        summary=_summary,
        submit=_take,
    )
)
