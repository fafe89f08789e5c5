"""The card of a client: everything the desk needs on one screen, and what can be done next."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from bot.desk.clients.blocking import AskDeactivate, BlockClient
from bot.desk.clients.fields import shown
from bot.desk.clients.history import CreditStatement, Payments, PlanHistory, Visits, visit_line
from bot.desk.clients.personal_data import UndoErasure
from bot.desk.clients.profile import EditClient
from bot.routing.router import Audience, Router
from bot.ui.buttons.clients import (
    Card,
    ClientData,
    ClientRewards,
    EnrolFace,
    LinkClient,
    PrintedCardOf,
    Reactivate,
    Unblock,
)
from bot.ui.buttons.door import CheckInClient
from bot.ui.buttons.memberships import EndFreeze, FreezePlan, ManagePlan, RenewPlan, SellPlan, StartNow
from bot.ui.buttons.money import pay_press
from bot.ui.buttons.plans import SalesOnAccount, SellProducts
from bot.ui.keyboards import Button, Keyboard, button, grid, nav
from bot.ui.screens import HtmlTranslator, Screen
from bot.ui.update_context import UpdateContext
from bot.ui.wording.memberships.freezes import rest_lines
from bot.ui.wording.memberships.plan_states import HAS_DAYS, PlanAct, at_desk, words_of
from bot.ui.wording.memberships.rewards import reward_line
from gym.attendance.cards.client_card import CardService, ClientCard
from gym.clients.fields.table import CLIENT_FIELDS
from gym.clients.models import Client
from gym.debts.schemas import total_of
from gym.faces.service import FaceRecognitionService
from gym.privacy.erasure import ErasureService
from gym.security.permissions import Permission
from gym.subscriptions.models import Subscription
from gym.subscriptions.status.statuses import open_freeze

router = Router(Audience.STAFF)


@router.on(Card)
async def card(context: UpdateContext, press: Card) -> None:
    await context.show(await card_screen(context, press.client_id))


async def card_screen(context: UpdateContext, client_id: UUID, heading: str = "") -> Screen:
    """The card with the client's picture; `heading` (HTML) stands above. Raises `ClientNotFound`."""
    async with context.unit_of_work() as uow:
        found = await CardService(uow).card(client_id)
        faces = FaceRecognitionService(uow)
        picture = await faces.thumbnail(client_id, for_chat=True) if found.face.enrolled else None
        erased_on = await ErasureService(uow).due_at(client_id)
    t, may_erase = context.t, context.identity.may(Permission.ERASE)
    text = card_text(t, found, context.today)
    keyboard = card_keyboard(t, found, context.today, may_erase=may_erase)
    if on_account := total_of(found.for_products):
        label = t("⏳ Products to pay: {amount}", amount=on_account)
        keyboard = [[button(label, SalesOnAccount(client_id), wide=True)], *keyboard]
    if erased_on is not None:
        text = "\n\n".join([t("🗑 <b>Will be erased on {at}.</b>", at=erased_on), text])
        undo = [button(t("↩️ Undo the erasure"), UndoErasure(client_id), wide=True)]
        keyboard = [undo, *keyboard] if may_erase else keyboard
    return Screen(f"{heading}\n\n{text}" if heading else text, keyboard, photo=picture)


def card_text(t: HtmlTranslator, card: ClientCard, today: date) -> str:
    """Name and warnings, plan, last visits, contact, as blocks of HTML."""
    blocks = (
        _person(t, card.client, today),
        _plan(t, card, today),
        _visits(t, card),
        _contact(t, card),
    )
    return "\n\n".join("\n".join(lines) for lines in blocks if lines)


def _person(t: HtmlTranslator, client: Client, today: date) -> list[str]:
    lines = [t("👤 <b>{client}</b>", client=client.full_name)]
    if client.alias:
        lines[0] += t(" ({alias})", alias=client.alias)
    if client.warning:
        lines.append(t("⚠️ <b>{warning}</b>", warning=client.warning))
    if client.erased_at is not None:
        lines.append(t("⬜ Erased on {at}: only visits and money are left.", at=client.erased_at))
    elif not client.active:
        lines.append(t("⚪ Deactivated: may not come in."))
    if _is_blocked(client, today):
        lines.append(
            t("⛔ Blocked until {until}: {reason}", until=client.blocked_until, reason=client.block_reason)
        )
    return lines


def _plan(t: HtmlTranslator, card: ClientCard, today: date) -> list[str]:
    standing = card.standing
    lines = [at_desk(t, standing), *(_running(t, card) if card.current else [])]
    if standing.subscription is not None and standing.state in HAS_DAYS:
        lines += rest_lines(t, standing.subscription, today)
    if card.waiting and card.waiting is not standing.subscription:
        lines += [_next(t, card.waiting), *rest_lines(t, card.waiting, today)]
    lines.append(
        t("💵 To pay: <b>{balance}</b>", balance=card.balance) if card.balance else t("💵 Nothing to pay")
    )
    if on_account := total_of(card.for_products):
        lines.append(t("⏳ On account: {amount}", amount=on_account))
    if card.credit:
        lines.append(t("👛 Credit: <b>{credit}</b>", credit=card.credit))
    return [*lines, *(reward_line(t, reward, today) for reward in card.rewards)]


def _running(t: HtmlTranslator, card: ClientCard) -> list[str]:
    """The last day of the plan, and the days or visits left."""
    current = card.current
    assert current is not None
    left = t.plural("{count} day left", "{count} days left", card.days_left or 0)
    if card.days_left == 0:
        left = t("last day today")
    lines = [t("📅 until {ends_on}, {left}", ends_on=current.ends_on, left=left)]
    if open_freeze(current) is not None:
        lines = [t("📅 {left}; the last day is set by the return", left=left)]
    if card.visits_left is not None:
        lines.append("🎟 " + t.plural("{count} visit left", "{count} visits left", card.visits_left))
    return lines


def _next(t: HtmlTranslator, waiting: Subscription) -> str:
    if waiting.held:
        return t("⏭ Next: {plan}, once the client is back and this plan is over", plan=waiting.plan.name)
    return t("⏭ Next: {plan} from {starts_on}", plan=waiting.plan.name, starts_on=waiting.starts_on)


def _visits(t: HtmlTranslator, card: ClientCard) -> list[str]:
    if not card.visits:
        return [t("🚪 No visits yet")]
    return [t("Last visits:"), *(visit_line(t, visit) for visit in card.visits)]


def _contact(t: HtmlTranslator, card: ClientCard) -> list[str]:
    client = card.client
    parts = (shown(t, row, client) for row in CLIENT_FIELDS.values() if row.on_card)
    reach = " · ".join(t.text(part) for part in parts if part)
    linked = t("💬 Chat linked") if client.telegram_id else t("💬 Chat not linked")
    own_card = [t("🎫 Card {number}", number=client.card_number)] if client.card_number else []
    return [*([f"📇 {reach}"] if reach else []), *own_card, f"{_face(t, card)} · {linked}"]


def _face(t: HtmlTranslator, card: ClientCard) -> str:
    consent = card.face.consent
    if consent is not None and not consent.current:
        return t("🙂 Face consent of an older text: ask again")
    if card.face.enrolled:
        return "🙂 " + t.plural("{count} face photo", "{count} face photos", card.face.templates)
    return t("🙂 No face photo") if consent else t("🙂 No face consent")


def card_keyboard(t: HtmlTranslator, card: ClientCard, today: date, *, may_erase: bool = False) -> Keyboard:
    """The buttons of the card: first what can be done now."""
    client = card.client
    data = [button(t("🔏 Data"), ClientData(client.id))] if may_erase else []
    if client.erased_at is not None:
        return [*_papers(t, client), nav(t)]
    if not client.active:
        return [[button(t("Reactivate"), Reactivate(client.id)), *data], *_papers(t, client), nav(t)]
    return [
        *grid([*_first(t, card), *_of_plan(t, card)]),
        *grid(
            [
                button(t("🙂 Face"), EnrolFace(client.id)),
                button(t("💬 Chat link"), LinkClient(client.id)),
                button(t("🪪 QR card"), PrintedCardOf(client.id)),
                button(t("✏️ Edit"), EditClient(client.id)),
                _blocking(t, client, today),
                *data,
            ]
        ),
        *_papers(t, client),
        [button(t("Deactivate"), AskDeactivate(client.id)), *nav(t)],
    ]


def _first(t: HtmlTranslator, card: ClientCard) -> Sequence[Button]:
    """What a queue waits for: check-in, renewal, payment, sale."""
    client_id = card.client.id
    buttons = [button(t("✅ Check in"), CheckInClient(client_id))]
    acts = words_of(card.standing).acts
    if PlanAct.RENEW in acts and not card.waiting:
        buttons.append(button(t("🔁 Renew"), RenewPlan(client_id)))
    if card.owed:
        buttons.append(button(t("💵 Pay"), pay_press(card.owed[0])))
    if PlanAct.SELL in acts:
        buttons.append(button(t("🏷 Sell plan"), SellPlan(client_id)))
    return [*buttons, button(t("🥤 Product"), SellProducts(client_id))]


def _of_plan(t: HtmlTranslator, card: ClientCard) -> Sequence[Button]:
    """Buttons for the plan at hand."""
    buttons: list[Button] = []
    acts, plan = words_of(card.standing).acts, card.standing.subscription
    if card.waiting and card.used_up:
        buttons.append(button(t("▶️ Start renewal"), StartNow(card.waiting.id)))
    if plan and PlanAct.END_FREEZE in acts:
        buttons.append(button(t("☀️ End freeze"), EndFreeze(plan.id)))
    if plan and PlanAct.FREEZE in acts:
        buttons.append(button(t("❄️ Freeze"), FreezePlan(plan.id)))
    if plan and PlanAct.MANAGE in acts:
        buttons.append(button(t("⚙️ Plan"), ManagePlan(plan.id)))
    if card.current and card.waiting:
        buttons.append(button(t("⚙️ Next plan"), ManagePlan(card.waiting.id)))
    if card.rewards:
        buttons.append(button(t("🎁 Rewards"), ClientRewards(card.client.id)))
    if card.credit:
        buttons.append(button(t("👛 Credit"), CreditStatement(card.client.id)))
    return buttons


def _blocking(t: HtmlTranslator, client: Client, today: date) -> Button:
    if _is_blocked(client, today):
        return button(t("Unblock"), Unblock(client.id))
    return button(t("⛔ Block"), BlockClient(client.id))


def _is_blocked(client: Client, today: date) -> bool:
    """As the door has it: a block that is over stays on the row until the next one."""
    return client.blocked_until is not None and client.blocked_until >= today


def _papers(t: HtmlTranslator, client: Client) -> Keyboard:
    return [
        [
            button(t("🚪 Visits"), Visits(client.id)),
            button(t("🧾 Payments"), Payments(client.id)),
            button(t("🏷 Plans"), PlanHistory(client.id)),
        ]
    ]
