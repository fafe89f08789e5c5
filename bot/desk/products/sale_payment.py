"""The form of a sale's payment by two methods, or by a transfer to one of several accounts."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from bot.desk.products.sale_card import sale_screen
from bot.forms.answers import amount_up_to
from bot.forms.definition import Choice, Form, FormContext, Step
from bot.forms.opening import begin
from bot.forms.steps import amount_step, method_step
from bot.routing.router import Audience, Router
from bot.ui.buttons.plans import SellProducts
from bot.ui.screens import Screen
from bot.ui.update_context import UpdateContext
from bot.ui.wording.terms import METHODS
from gym.core.language import N_
from gym.payments.errors import owed_only
from gym.payments.models import TILL, Method
from gym.products.sales.baskets import BasketService
from gym.products.sales.schemas import PaidPart

router = Router(Audience.STAFF)
LATER = "later"
"""The answer that leaves the rest on the client's account."""


async def ask_parts(context: UpdateContext, basket_id: UUID, known: dict[str, object]) -> None:
    async with context.unit_of_work() as uow:
        view = await BasketService(uow).view(basket_id)
    values = {
        "basket_id": basket_id,
        "total": view.total,
        "credit": view.credit,
        "to_client": view.client_id is not None,
        **known,
    }
    await begin(context, SALE_PAYMENT, values, back=SellProducts(view.client_id))


def _total(ctx: FormContext) -> Decimal:
    return ctx.value("total", Decimal)


_read_amount = amount_up_to(_total, owed_only)


def _rest(ctx: FormContext) -> Decimal:
    return _total(ctx) - (ctx.maybe("amount", Decimal) or Decimal(0))


async def _ask_amount(ctx: FormContext) -> str:
    return ctx.t("Of {total}, how much is paid by the first method?", total=_total(ctx))


async def _methods(ctx: FormContext) -> Sequence[Choice]:
    enough = ctx.value("credit", Decimal) >= ctx.value("amount", Decimal)
    methods = [*TILL, Method.CREDIT] if enough else TILL
    return [Choice(method, ctx.t(METHODS[method])) for method in methods]


async def _ask_second(ctx: FormContext) -> str:
    return ctx.t("And the other {rest}?", rest=_rest(ctx))


async def _second(ctx: FormContext) -> Sequence[Choice]:
    """The other methods; for a client also what is kept for them, and to pay it later."""
    first = ctx.value("method", Method)
    enough = ctx.value("credit", Decimal) >= _rest(ctx)
    methods = [*TILL, Method.CREDIT] if enough else TILL
    found = [Choice(one.value, ctx.t(METHODS[one])) for one in methods if one is not first]
    return [*found, Choice(LATER, ctx.t("⏳ On account"))] if ctx.maybe("to_client", bool) else found


async def _accounts(ctx: FormContext) -> Sequence[Choice]:
    return [Choice(name, name) for name in ctx.context.settings.bank_accounts]


def _has_rest(ctx: FormContext) -> bool:
    return ctx.has("amount") and _rest(ctx) > 0


def _goes_to_bank(ctx: FormContext) -> bool:
    by_transfer = Method.TRANSFER in (ctx.maybe("method", Method), ctx.maybe("second", str))
    return by_transfer and bool(ctx.context.settings.bank_accounts)


def _parts(ctx: FormContext) -> list[PaidPart]:
    parts = [(ctx.value("method", Method), ctx.value("amount", Decimal))]
    second = ctx.maybe("second", str)
    if _has_rest(ctx) and second not in (None, LATER):
        parts.append((Method(second), _rest(ctx)))
    to = ctx.maybe("destination", str)
    return [PaidPart(method, amount, to if method is Method.TRANSFER else None) for method, amount in parts]


async def _summary(ctx: FormContext) -> str:
    t = ctx.t
    lines = [t("🥤 <b>Sell for {total}</b>", total=_total(ctx))]
    lines += [
        t("{method}: {amount}", method=t(METHODS[one.method]), amount=one.amount) for one in _parts(ctx)
    ]
    if ctx.maybe("second", str) == LATER:
        lines.append(t("⏳ On account: {amount}", amount=_rest(ctx)))
    return "\n".join(lines)


async def _sell(ctx: FormContext) -> Screen:
    async with ctx.unit_of_work() as uow:
        receipt = await BasketService(uow).sell(ctx.value("basket_id", UUID), _parts(ctx), _total(ctx))
    return sale_screen(ctx.context, receipt)


SALE_PAYMENT = router.form(
    Form(
        name="sale_payment",
        title=N_("Payment of a sale"),
        steps=[
            amount_step(_ask_amount, parse=_read_amount, resets=("method", "second")),
            method_step(N_("How is it paid?"), _methods, resets=("second", "destination")),
            Step(
                "second",
                N_("The rest"),
                _ask_second,
                choices=_second,
                columns=2,
                when=_has_rest,
                resets=("destination",),
            ),
            Step(
                "destination",
                N_("Account"),
                N_("To which account was it sent?"),
                choices=_accounts,
                when=_goes_to_bank,
            ),
        ],
        summary=_summary,
        submit=_sell,
    )
)
