"""Buttons of a client's card: those of the moment, and the others behind *More*."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from urllib.parse import quote
from uuid import UUID

from bot.desk.clients.blocking import AskDeactivate, BlockClient
from bot.desk.clients.card.client_language import ClientLanguages
from bot.desk.clients.history import CreditStatement, Payments, PlanHistory, Visits
from bot.desk.clients.profile import EditClient
from bot.ui.buttons.clients import (
    Card,
    ClientData,
    ClientRewards,
    EnrolFace,
    LinkClient,
    PrintedCardOf,
    Reactivate,
    Unblock,
    WhyClient,
)
from bot.ui.buttons.door import CheckInClient
from bot.ui.buttons.memberships import EndFreeze, FreezePlan, ManagePlan, RenewPlan, SellPlan, StartNow
from bot.ui.buttons.money import collect_press
from bot.ui.buttons.plans import SellProducts
from bot.ui.callbacks import Callback, callback
from bot.ui.keyboards import Button, Row, button, grid, link, nav
from bot.ui.screens import HtmlTranslator
from bot.ui.wording.memberships.plan_states import PlanAct, words_of
from gym.attendance.cards.client_card import ClientCard
from gym.clients.models import Client


@callback("cmore")
class CardMore(Callback):
    """Show the card with the buttons that are not needed at every visit."""

    client_id: UUID


def card_keyboard(t: HtmlTranslator, card: ClientCard, *, may_erase: bool = False) -> list[Row]:
    """What the moment asks for: check-in, renewal, payment, sale; the rest is behind *More*."""
    client = card.client
    if client.erased_at is not None:
        return [_papers(t, client), nav(t)]
    if not client.active:
        data = [button(t("🔏 Data"), ClientData(client.id))] if may_erase else []
        return [[button(t("Reactivate"), Reactivate(client.id)), *data], _papers(t, client), nav(t)]
    more = button(t("⋯ More"), CardMore(client.id))
    why = button(t("❓ Why?"), WhyClient(client.id))
    return [*grid(_of_the_moment(t, card)), [*_whatsapp(client), why, more], nav(t)]


def more_keyboard(t: HtmlTranslator, card: ClientCard, today: date, *, may_erase: bool = False) -> list[Row]:
    """Plan, person and papers; *Deactivate* last."""
    client = card.client
    if client.erased_at is not None or not client.active:
        return card_keyboard(t, card, may_erase=may_erase)
    data = [button(t("🔏 Data"), ClientData(client.id))] if may_erase else []
    person = [
        button(t("🙂 Face"), EnrolFace(client.id)),
        button(t("💬 Chat link"), LinkClient(client.id)),
        button(t("🪪 QR card"), PrintedCardOf(client.id)),
        button(t("✏️ Edit"), EditClient(client.id)),
        button(t("🌐 Language"), ClientLanguages(client.id)),
        _blocking(t, client, today),
        *data,
    ]
    last = [button(t("Deactivate"), AskDeactivate(client.id)), *nav(t, back=Card(client.id))]
    return [*grid(_of_plan(t, card)), *grid(person), _papers(t, client), last]


def _of_the_moment(t: HtmlTranslator, card: ClientCard) -> Sequence[Button]:
    """What a queue waits for, and what stands between the client and the door."""
    client_id, plan = card.client.id, card.standing.subscription
    acts = words_of(card.standing).acts
    buttons = [button(t("✅ Check in"), CheckInClient(client_id))]
    if card.waiting and card.used_up:
        buttons.append(button(t("▶️ Start renewal"), StartNow(card.waiting.id)))
    if plan and PlanAct.END_FREEZE in acts:
        buttons.append(button(t("☀️ End freeze"), EndFreeze(plan.id)))
    if PlanAct.RENEW in acts and not card.waiting:
        buttons.append(button(t("🔁 Renew"), RenewPlan(client_id)))
    if card.owed:
        buttons.append(button(t("💵 Collect"), collect_press(card.owed)))
    if PlanAct.SELL in acts:
        buttons.append(button(t("🏷 Sell plan"), SellPlan(client_id)))
    return [*buttons, button(t("🥤 Product"), SellProducts(client_id))]


def _of_plan(t: HtmlTranslator, card: ClientCard) -> Sequence[Button]:
    """The plan at hand, and what the client can use of the gym's."""
    buttons: list[Button] = []
    acts, plan = words_of(card.standing).acts, card.standing.subscription
    if plan and PlanAct.FREEZE in acts:
        buttons.append(button(t("❄️ Freeze"), FreezePlan(plan.id)))
    if plan and PlanAct.MANAGE in acts:
        buttons.append(button(t("⚙️ Plan"), ManagePlan(plan.id)))
    if card.current and card.waiting:
        buttons.append(button(t("⏭ Next plan"), ManagePlan(card.waiting.id)))
    if card.rewards:
        buttons.append(button(t("🎁 Rewards"), ClientRewards(card.client.id)))
    if card.credit:
        buttons.append(button(t("👛 Credit"), CreditStatement(card.client.id)))
    return buttons


def _whatsapp(client: Client) -> Sequence[Button]:
    """The number itself stands on the card, where a phone offers to call it."""
    digits = "".join(letter for letter in client.phone or "" if letter.isdigit())
    return [link("📱 WhatsApp", f"https://wa.me/{quote(digits)}")] if digits else []


def _blocking(t: HtmlTranslator, client: Client, today: date) -> Button:
    """A block that is over stays on the row until the next one, and is none."""
    if client.blocked_until is not None and client.blocked_until >= today:
        return button(t("Unblock"), Unblock(client.id))
    return button(t("⛔ Block"), BlockClient(client.id))


def _papers(t: HtmlTranslator, client: Client) -> Row:
    return [
        button(t("🚪 Visits"), Visits(client.id)),
        button(t("🧾 Payments"), Payments(client.id)),
        button(t("🏷 Plans"), PlanHistory(client.id)),
    ]
