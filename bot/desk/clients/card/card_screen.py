"""The card of a client: everything the desk needs on one screen, and what can be done next."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from bot.desk.clients.card.card_buttons import CardMore, card_keyboard, more_keyboard
from bot.desk.clients.fields import shown
from bot.desk.clients.history import visit_line
from bot.desk.clients.personal_data import UndoErasure
from bot.routing.router import Audience, Router
from bot.ui.buttons.clients import Card
from bot.ui.buttons.plans import SalesOnAccount
from bot.ui.keyboards import Row, button
from bot.ui.screens import HtmlTranslator, Screen
from bot.ui.update_context import UpdateContext
from bot.ui.wording.memberships.freezes import rest_lines
from bot.ui.wording.memberships.plan_states import HAS_DAYS, at_desk
from bot.ui.wording.memberships.rewards import reward_line
from bot.ui.wording.terms import LANGUAGE_NAMES
from bot.ui.wording.verdicts import outlook_line
from gym.attendance.cards.client_card import CardService, ClientCard
from gym.attendance.cards.door_outlook import DoorOutlook
from gym.clients.fields.parsers import is_minor
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


@router.on(CardMore)
async def card_more(context: UpdateContext, press: CardMore) -> None:
    """The same card with the buttons that are not needed at every visit."""
    await context.show(await card_screen(context, press.client_id, more=True))


async def card_screen(
    context: UpdateContext, client_id: UUID, heading: str = "", *, more: bool = False
) -> Screen:
    """The card with the client's picture; `heading` (HTML) stands above; `more` shows the other buttons.

    The first line is the door's own verdict of this moment. Raises `ClientNotFound`.
    """
    async with context.unit_of_work() as uow:
        found = await CardService(uow).card(client_id)
        door = await DoorOutlook(uow).verdict(client_id)
        faces = FaceRecognitionService(uow)
        picture = await faces.thumbnail(client_id, for_chat=True) if found.face.enrolled else None
        erased_on = await ErasureService(uow).due_at(client_id)
    t, may_erase = context.t, context.identity.may(Permission.ERASE)
    blocks = [heading] if heading else []
    if erased_on is not None:
        blocks.append(t("🗑 <b>Will be erased on {at}.</b>", at=erased_on))
    words = card_text(t, found, context.today)
    blocks.append(words if found.client.erased_at else f"{outlook_line(t, door)}\n{words}")
    keyboard = _above(t, found, undo_erasure=erased_on is not None and may_erase)
    if more:
        keyboard += more_keyboard(t, found, context.today, may_erase=may_erase)
    else:
        keyboard += card_keyboard(t, found, may_erase=may_erase)
    return Screen("\n\n".join(blocks), keyboard, photo=picture, of_client=True)


def _above(t: HtmlTranslator, card: ClientCard, *, undo_erasure: bool) -> list[Row]:
    rows: list[Row] = []
    client_id = card.client.id
    if undo_erasure:
        rows.append([button(t("↩️ Undo the erasure"), UndoErasure(client_id), wide=True)])
    if on_account := total_of(card.for_products):
        label = t("⏳ Products to pay: {amount}", amount=on_account)
        rows.append([button(label, SalesOnAccount(client_id), wide=True)])
    return rows


def card_text(t: HtmlTranslator, card: ClientCard, today: date) -> str:
    """Name and warnings, plan and money, last visits, contact, as blocks of HTML."""
    blocks = (
        _person(t, card.client, today),
        [*_plan(t, card, today), *_money(t, card), *_rewards(t, card, today)],
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
    if client.guardian_name and is_minor(client.birth_date, today):
        lines.append(t("🧑‍🧒 Guardian: {guardian}", guardian=client.guardian_name))
    return lines


def _plan(t: HtmlTranslator, card: ClientCard, today: date) -> list[str]:
    standing = card.standing
    lines = [at_desk(t, standing), *(_running(t, card) if card.current else [])]
    if standing.subscription is not None and standing.state in HAS_DAYS:
        lines += rest_lines(t, standing.subscription, today)
    if card.waiting and card.waiting is not standing.subscription:
        lines += [_next(t, card.waiting), *rest_lines(t, card.waiting, today)]
    return lines


def _money(t: HtmlTranslator, card: ClientCard) -> list[str]:
    """What is owed in all, and of that for products; what the gym owes the client."""
    lines = [
        t("💵 To pay: <b>{balance}</b>", balance=card.balance) if card.balance else t("💵 Nothing to pay")
    ]
    if on_account := total_of(card.for_products):
        lines.append(t("⏳ On account: {amount}", amount=on_account))
    if card.credit:
        lines.append(t("👛 Credit: <b>{credit}</b>", credit=card.credit))
    return lines


def _rewards(t: HtmlTranslator, card: ClientCard, today: date) -> list[str]:
    return [reward_line(t, reward, today) for reward in card.rewards]


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
    linked += f" · 🌐 {LANGUAGE_NAMES[client.language]}"
    own_card = [t("🎫 Card {number}", number=client.card_number)] if client.card_number else []
    return [*([f"📇 {reach}"] if reach else []), *own_card, f"{_face(t, card)} · {linked}"]


def _face(t: HtmlTranslator, card: ClientCard) -> str:
    consent = card.face.consent
    if consent is not None and not consent.current:
        return t("🙂 Face consent of an older text: ask again")
    if card.face.enrolled:
        return "🙂 " + t.plural("{count} face photo", "{count} face photos", card.face.templates)
    return t("🙂 No face photo") if consent else t("🙂 No face consent")
