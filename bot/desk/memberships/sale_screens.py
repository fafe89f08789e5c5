"""Screens that sales and renewals share: the plans to choose from, the quote, what was sold."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from bot.desk.money.older_debts import older_debt_lines
from bot.desk.money.together import debt_line, everything_button
from bot.ui.buttons.clients import Card
from bot.ui.buttons.money import PayNow, TakePayment
from bot.ui.keyboards import Keyboard, button, nav
from bot.ui.screens import Html, HtmlTranslator, Screen
from bot.ui.wording.memberships.freezes import closed_lines
from bot.ui.wording.memberships.plans import coming_lines, other_price_lines
from bot.ui.wording.memberships.rewards import percent_words
from bot.ui.wording.terms import plan_length
from gym.debts.schemas import Debt
from gym.payments.models import Method
from gym.plans.schemas import PricedPlan
from gym.subscriptions.models import Subscription
from gym.subscriptions.schemas import Quote


def quote_text(t: HtmlTranslator, quote: Quote, debts: Sequence[Debt] = ()) -> str:
    """The quote restated: client, plan, dates, price; `debts` are what the client owes already."""
    lines = [
        t("👤 {client}", client=quote.client.full_name),
        t("🏷 {plan} ({length})", plan=quote.plan.name, length=Html(plan_length(t, quote.plan))),
        t("📅 {starts_on} – {ends_on}", starts_on=quote.starts_on, ends_on=quote.ends_on),
        *closed_lines(t, quote.closed),
    ]
    lines += other_price_lines(t, quote)
    if quote.discount:
        lines.append(t("Price {price}, discount {off}", price=quote.base_price, off=quote.discount))
    lines.append(t("💵 <b>{price}</b>", price=quote.final_price))
    if quote.reward:
        lines.append(t("🎁 Reward −{percent} is used", percent=percent_words(quote.reward.percent)))
    if quote.closes_pack:
        lines.append(t("The used-up pack is closed today."))
    if quote.held:
        lines.append(t("❄️ It waits until the client has returned and the plan before it is over."))
    lines += older_debt_lines(t, debts)
    return "\n".join(lines)


def sold_screen(
    t: HtmlTranslator,
    sold: Subscription,
    credit: Decimal = Decimal(0),
    owed: Sequence[Debt] = (),
    *,
    heading: str | None = None,
) -> Screen:
    """What was sold, with the payment as the next step.

    `credit` is what the client has; `owed` is everything to be paid, older debts too.
    """
    text = (heading or t("✅ <b>Sold</b>")) + "\n\n"
    text += t(
        "👤 {client}\n🏷 {plan}\n📅 {starts_on} – {ends_on}\n💵 {price}",
        client=sold.client.full_name,
        plan=sold.plan.name,
        starts_on=sold.starts_on,
        ends_on=sold.ends_on,
        price=sold.final_price,
    )
    balance = sold.account.balance
    if not balance:
        return Screen(text + "\n" + t("Nothing to pay."), [nav(t, back=Card(sold.client_id))], stays=True)
    text += "\n" + t("To pay: <b>{balance}</b>", balance=balance)
    rows = [[button(t("💵 Take payment"), TakePayment(sold.id), wide=True)]]
    if credit:
        text += "\n" + t("💳 Credit: {credit}", credit=credit)
        use = PayNow(sold.id, min(credit, balance), Method.CREDIT)
        rows.insert(0, [button(t("💳 Use credit: {amount}", amount=use.amount), use, wide=True)])
    together = everything_button(t, owed)
    if together:
        rows.insert(0, together)
        text += "\n\n" + "\n".join(debt_line(t, one) for one in owed)
    return Screen(text, [*rows, nav(t, back=Card(sold.client_id))], stays=True)


def plan_label(t: HtmlTranslator, one: PricedPlan) -> str:
    return f"{one.plan.name} · {t.money(one.price)}"


def plan_list(t: HtmlTranslator, rows: Keyboard, client_id: UUID, plans: Sequence[PricedPlan]) -> Screen:
    if not rows:
        text = t("There is no plan on sale yet. An admin creates one under Plans.")
        return Screen(text, [nav(t, back=Card(client_id))])
    coming = coming_lines(t, plans)
    text = "\n".join([t("Which plan?"), *([""] if coming else []), *coming])
    return Screen(text, [*rows, nav(t, back=Card(client_id))])
