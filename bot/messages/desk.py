"""Messages to the desk: sales, payments, check-ins, kiosks, and what needs attention."""

from __future__ import annotations

from uuid import UUID

from bot.messages.register import WordingContext, method_words, offers, says, simple, verdict_values
from bot.ui.buttons.clients import Card, ClientData
from bot.ui.buttons.memberships import RenewPlan, SellPlan
from bot.ui.buttons.money import TakePayment
from bot.ui.callbacks import Callback
from bot.ui.keyboards import Button, Keyboard, button
from bot.ui.screens import Html, HtmlTranslator
from bot.ui.wording.terms import receipt_number
from bot.ui.wording.verdicts import CLOSED_DEBT, FROZEN_OPEN_END, WHY
from gym.attendance.models import VerdictCode
from gym.core.language import N_
from gym.notifications.payloads.candidates import DeskNewStaffPayload
from gym.notifications.payloads.door import (
    DeskCheckedInPayload,
    DeskDeniedPayload,
    DeskOverridePayload,
    VerdictDetails,
)
from gym.notifications.payloads.members import (
    DeskClientChangedPayload,
    DeskClientDeactivatedPayload,
    DeskClientRegisteredPayload,
    DeskImportedPayload,
    DeskWantsRenewalPayload,
    ErasureAskedPayload,
)
from gym.notifications.payloads.money import DeskPaymentPayload, DeskVoidPayload
from gym.notifications.payloads.operations import DeskDoorFailedPayload, DeskNewKioskPayload
from gym.notifications.payloads.plans import (
    DeskActivatedPayload,
    DeskCanceledPayload,
    DeskExpiredPayload,
    DeskRenewedPayload,
    DeskSoldPayload,
)

simple(DeskClientRegisteredPayload, N_("🆕 {staff_name} has registered {client_name}."))
simple(DeskClientChangedPayload, N_("✏️ {staff_name} has changed the details of {client_name}."))
simple(DeskClientDeactivatedPayload, N_("⏸ {staff_name} has deactivated {client_name}."))
simple(DeskSoldPayload, N_("🏷 {client_name}: {plan_name} for {final_price} ({staff_name})"))
simple(
    DeskRenewedPayload, N_("🔁 {client_name}: {plan_name} from {starts_on} for {final_price} ({staff_name})")
)
simple(
    DeskImportedPayload,
    N_(
        "📥 {staff_name} has imported a list. New clients: {made}. Plans that ran before: {plans}, with"
        " {owed} still to pay."
    ),
)
simple(
    DeskCanceledPayload,
    N_("✖️ {client_name}: {plan_name} ({starts_on} – {ends_on}) was canceled by {staff_name}: {reason}"),
)
simple(DeskExpiredPayload, N_("⚪ {client_name}: {plan_name} has ended."))
simple(DeskWantsRenewalPayload, N_("🙋 {client_name} wants to renew."))
simple(DeskNewKioskPayload, N_("🚪 A kiosk was paired: {name}"))
simple(
    DeskDoorFailedPayload,
    N_("🚪 The door at “{name}” does not answer. Open it by hand, and check its relay."),
)


@says(ErasureAskedPayload)
def _erasure_asked(t: HtmlTranslator, p: ErasureAskedPayload, _: WordingContext) -> str:
    if p.asked_by:
        return t(
            "🗑 {asked_by} has asked to erase {client_name}. It is done on {at}; until then it can be taken"
            " back.",
            asked_by=p.asked_by,
            client_name=p.client_name,
            at=p.due_at,
        )
    return t(
        "🗑 {client_name} has asked to be erased. It is done on {at}. Settle what is owed before; the wish is"
        " theirs to take back.",
        client_name=p.client_name,
        at=p.due_at,
    )


@offers(ErasureAskedPayload)
def _look_at_data(t: HtmlTranslator, p: ErasureAskedPayload) -> Keyboard:
    return _card_and(t, p.client_id, N_("🔏 Data"), ClientData(p.client_id))


@says(DeskNewStaffPayload)
def _new_staff(t: HtmlTranslator, p: DeskNewStaffPayload, _: WordingContext) -> str:
    if p.role == "admin":
        return t("👋 {name} works here now, as an admin.", name=p.name)
    return t("👋 {name} works here now.", name=p.name)


@says(DeskActivatedPayload)
def _activated(t: HtmlTranslator, p: DeskActivatedPayload, _: WordingContext) -> str:
    text = t(
        "🟢 {client_name}: {plan_name} has started.",
        client_name=p.about.client_name,
        plan_name=p.about.plan_name,
    )
    return f"{text} " + t("{balance} is still to pay.", balance=p.about.balance) if p.about.balance else text


@says(DeskPaymentPayload)
def _desk_payment(t: HtmlTranslator, p: DeskPaymentPayload, _: WordingContext) -> str:
    payment = p.payment
    if payment.parts:
        numbers = ", ".join(receipt_number(t, one.receipt_number) for one in payment.parts)
        return t(
            "💵 {client_name} paid everything, {amount} ({method}), receipts {numbers} ({staff_name})",
            client_name=p.about.client_name,
            amount=payment.total,
            method=method_words(t, payment.method),
            numbers=Html(numbers),
            staff_name=p.staff_name,
        )
    return t(
        "💵 {client_name} paid {amount} ({method}), receipt {number} ({staff_name})",
        client_name=p.about.client_name,
        amount=payment.amount,
        method=method_words(t, payment.method),
        number=receipt_number(t, payment.receipt_number),
        staff_name=p.staff_name,
    )


@says(DeskVoidPayload)
def _desk_void(t: HtmlTranslator, p: DeskVoidPayload, _: WordingContext) -> str:
    return t(
        "↩️ Receipt {number} of {client_name} ({amount}) was voided by {staff_name}: {reason}",
        number=receipt_number(t, p.void.receipt_number),
        client_name=p.about.client_name,
        amount=p.void.amount,
        staff_name=p.staff_name,
        reason=p.void.reason,
    )


@says(DeskCheckedInPayload)
def _desk_checked_in(t: HtmlTranslator, p: DeskCheckedInPayload, _: WordingContext) -> str:
    return t("✅ {client_name} is in.", client_name=p.verdict.client_name)


@says(DeskDeniedPayload)
def _desk_denied(t: HtmlTranslator, p: DeskDeniedPayload, _: WordingContext) -> str:
    verdict = p.verdict
    why = Html(t(_why(verdict), **verdict_values(verdict)))
    if p.late:
        return t(
            "🚪 {client_name} came at {at} while the kiosk was offline, and would not have been let in. "
            "{why}",
            client_name=verdict.client_name,
            at=verdict.at,
            why=why,
        )
    return t("🚪 {client_name} was not let in. {why}", client_name=verdict.client_name, why=why)


def _why(verdict: VerdictDetails) -> str:
    """The reason of a denial, worded for the desk instead of the client."""
    code = VerdictCode(verdict.code)
    if code is VerdictCode.FROZEN and not verdict.until:
        return FROZEN_OPEN_END
    if code is VerdictCode.PAYMENT_DUE and not verdict.balance:
        return CLOSED_DEBT
    return WHY[code]


@says(DeskOverridePayload)
def _override(t: HtmlTranslator, p: DeskOverridePayload, _: WordingContext) -> str:
    return t(
        "⚠️ {staff_name} let {client_name} in against the verdict: {reason}",
        staff_name=p.staff_name,
        client_name=p.verdict.client_name,
        reason=p.verdict.reason,
    )


# Buttons


@offers(DeskClientRegisteredPayload, DeskClientChangedPayload, DeskClientDeactivatedPayload)
def _client_card(
    t: HtmlTranslator,
    p: DeskClientRegisteredPayload | DeskClientChangedPayload | DeskClientDeactivatedPayload,
) -> Keyboard:
    return [[_card(t, p.about.client_id)]]


@offers(DeskSoldPayload, DeskRenewedPayload, DeskCanceledPayload, DeskPaymentPayload, DeskVoidPayload)
def _buyers_card(
    t: HtmlTranslator,
    p: DeskSoldPayload | DeskRenewedPayload | DeskCanceledPayload | DeskPaymentPayload | DeskVoidPayload,
) -> Keyboard:
    return [[_card(t, p.about.client_id)]]


@offers(DeskCheckedInPayload, DeskOverridePayload)
def _clients_card(t: HtmlTranslator, p: DeskCheckedInPayload | DeskOverridePayload) -> Keyboard:
    return _verdict_card(t, p.verdict)


@offers(DeskActivatedPayload)
def _begun(t: HtmlTranslator, p: DeskActivatedPayload) -> Keyboard:
    """The button to pay a plan that has begun unpaid."""
    card = _card(t, p.about.client_id)
    return [
        [card, button(t("💵 Collect"), TakePayment(p.about.subscription_id))] if p.about.balance else [card]
    ]


@offers(DeskExpiredPayload)
def _ended(t: HtmlTranslator, p: DeskExpiredPayload) -> Keyboard:
    return _card_and(t, p.about.client_id, N_("🔁 Renew"), RenewPlan(p.about.client_id))


@offers(DeskWantsRenewalPayload)
def _wants_renewal(t: HtmlTranslator, p: DeskWantsRenewalPayload) -> Keyboard:
    return _card_and(t, p.client_id, N_("🔁 Renew"), RenewPlan(p.client_id))


@offers(DeskDeniedPayload)
def _remedy(t: HtmlTranslator, p: DeskDeniedPayload) -> Keyboard:
    client_id = _known_client(p.verdict)
    match VerdictCode(p.verdict.code):
        case VerdictCode.EXPIRED | VerdictCode.VISITS_USED_UP:
            return _card_and(t, client_id, N_("🔁 Renew"), RenewPlan(client_id))
        case VerdictCode.NO_SUBSCRIPTION:
            return _card_and(t, client_id, N_("🏷 Sell plan"), SellPlan(client_id))
        case _:
            return [[_card(t, client_id)]]


def _verdict_card(t: HtmlTranslator, verdict: VerdictDetails) -> Keyboard:
    return [[_card(t, _known_client(verdict))]]


def _known_client(verdict: VerdictDetails) -> UUID:
    """The client whom the verdict is about. Raises `LookupError` for a row without one: it cannot be
    worded."""
    if verdict.client_id is None:
        raise LookupError("client_id")
    return verdict.client_id


def _card(t: HtmlTranslator, client_id: UUID) -> Button:
    return button(t("👤 Card"), Card(client_id))


def _card_and(t: HtmlTranslator, client_id: UUID, label: str, step: Callback) -> Keyboard:
    return [[_card(t, client_id), button(t(label), step)]]
