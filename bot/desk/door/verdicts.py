"""The verdict screen of the desk: client, reason, remarks, and the next step as a button."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from bot.ui.buttons.clients import (
    Card,
    ClientRewards,
    ClientSearch,
    Reactivate,
    RegisterClient,
    Unblock,
    WhyClient,
)
from bot.ui.buttons.door import WhoIsIn
from bot.ui.buttons.memberships import ChangePlan, EndFreeze, RenewPlan, SellPlan, StartNow
from bot.ui.buttons.money import TakePayment
from bot.ui.buttons.plans import SellProducts
from bot.ui.callbacks import Callback, callback
from bot.ui.keyboards import Button, Row, button, grid, nav
from bot.ui.screens import HtmlTranslator, Screen
from bot.ui.update_context import UpdateContext
from bot.ui.wording.memberships.rewards import percent_words, to_go_line
from bot.ui.wording.verdicts import WHY, Code, denial_reason
from gym.attendance.checkin.schemas import Verdict
from gym.core.language import N_
from gym.security.permissions import Permission
from gym.settings.schemas import GymSettings

SOON: Final = 3
"""Days or visits left, from which on the next period is offered."""


@callback("admit")
class AdmitAnyway(Callback):
    """Admit a client against the verdict; asks for a reason."""

    check_in_id: UUID


@callback("undo", changes=True)
class UndoCheckIn(Callback):
    check_in_id: UUID


def verdict_screen(context: UpdateContext, verdict: Verdict, *, sells: bool) -> Screen:
    """The verdict for the desk, with the next step as a button; after an entry also a sale, where the gym
    `sells` products.
    """
    t = context.t
    if verdict.client_id is None:
        return _nobody(t, verdict)
    text = _admitted(t, verdict) if verdict.admitted else _denied(t, verdict)
    lines = [text, *_remarks(t, verdict, context.settings)]
    if verdict.warning:
        lines += ["", t("⚠️ <b>{warning}</b>", warning=verdict.warning)]
    rows = _after_entry(t, verdict, sells) if verdict.admitted else _after_denial(context, verdict)
    card = button(t("👤 Card"), Card(verdict.client_id))
    why = [] if verdict.admitted else [button(t("❓ Why?"), WhyClient(verdict.client_id))]
    return Screen("\n".join(lines), [*rows, [card, *why, *nav(t)]])


def has_remarks(context: UpdateContext, verdict: Verdict) -> bool:
    """Whether an entry comes with more than the desk may take as read: a warning, a debt, a re-entry, a
    birthday or a reward."""
    owes = verdict.balance + verdict.closed_debt > 0
    is_again = verdict.code is Code.REENTRY
    return owes or is_again or bool(verdict.warning or _remarks(context.t, verdict, context.settings))


def _nobody(t: HtmlTranslator, verdict: Verdict) -> Screen:
    choices = [button(t("🔎 Search by name"), ClientSearch()), button(t("➕ Register"), RegisterClient())]
    return Screen(t(WHY[verdict.code]), [choices, nav(t)])


def _admitted(t: HtmlTranslator, verdict: Verdict) -> str:
    lines = [t("✅ <b>{client}</b>: entry recorded.", client=verdict.client_name)]
    if verdict.code is Code.REENTRY:
        lines.append(t("Second time today; it does not count again."))
    if verdict.reason:
        lines.append(t("Admitted by you: {reason}", reason=verdict.reason))
    facts = _facts(t, verdict)
    return "\n".join([*lines, *([" · ".join(facts)] if facts else [])])


def _facts(t: HtmlTranslator, verdict: Verdict) -> list[str]:
    facts: list[str] = []
    if verdict.plan_name:
        facts.append(t.text(verdict.plan_name))
    if verdict.visit_number:
        facts.append(t("visit {number}", number=verdict.visit_number))
    if verdict.days_left is not None:
        facts.append(t.plural("{count} day left", "{count} days left", verdict.days_left))
    if verdict.visits_left is not None:
        facts.append(t.plural("{count} visit left", "{count} visits left", verdict.visits_left))
    debt = verdict.balance + verdict.closed_debt
    return [*facts, t("{debt} to pay", debt=debt)] if debt else facts


def _denied(t: HtmlTranslator, verdict: Verdict) -> str:
    return (
        t("⛔ <b>{client}</b> may not come in.", client=verdict.client_name)
        + f"\n{denial_reason(t, verdict)}"
    )


def _remarks(t: HtmlTranslator, verdict: Verdict, settings: GymSettings) -> list[str]:
    """Birthday, milestone and rewards, a line each."""
    loyalty, lines = verdict.loyalty, list[str]()
    if verdict.birthday:
        lines.append(t("🎂 Birthday today!"))
    if loyalty.milestone:
        lines.append(t.plural("🏅 {count} visit in all!", "🏅 {count} visits in all!", loyalty.milestone))
    if loyalty.percent and loyalty.until:
        message = (
            N_("🎁 Has just earned <b>{percent} off</b> the next plan, until {until}.")
            if loyalty.earned
            else N_("🎁 Has <b>{percent} off</b> the next plan, until {until}.")
        )
        lines.append(t(message, percent=percent_words(loyalty.percent), until=loyalty.until))
    elif verdict.admitted and loyalty.to_go is not None and loyalty.to_go <= SOON:
        lines.append("🎯 " + to_go_line(t, loyalty.to_go, settings.reward_percent))
    return lines


def _after_entry(t: HtmlTranslator, verdict: Verdict, sells: bool) -> list[Row]:
    buttons = [button(t("↩️ Undo"), UndoCheckIn(verdict.id))]
    if verdict.balance and verdict.subscription_id:
        buttons.append(button(t("💵 Collect"), TakePayment(verdict.subscription_id)))
    elif verdict.debt_id:
        buttons.append(button(t("💵 Collect"), TakePayment(verdict.debt_id)))
    if verdict.client_id and verdict.waiting_id is None and _ends_soon(verdict):
        buttons.append(button(t("🔁 Renew"), RenewPlan(verdict.client_id)))
    if verdict.client_id and verdict.loyalty.percent:
        buttons.append(button(t("🎁 Rewards"), ClientRewards(verdict.client_id)))
    if sells:
        buttons.append(button(t("🥤 Sell"), SellProducts(verdict.client_id)))
    return grid(buttons)


def _ends_soon(verdict: Verdict) -> bool:
    """Whether to speak of the next period: this one ends soon, or a reward waits to be used."""
    days = verdict.days_left is not None and verdict.days_left <= SOON
    visits = verdict.visits_left is not None and verdict.visits_left <= SOON
    return days or visits or verdict.loyalty.percent is not None


def _after_denial(context: UpdateContext, verdict: Verdict) -> list[Row]:
    remedy = _remedy(context.t, verdict)
    rows: list[Row] = [[remedy]] if remedy else []
    if context.identity.may(Permission.OVERRIDE_DENIAL):
        rows.append([button(context.t("Admit anyway"), AdmitAnyway(verdict.id))])
    return rows


def _remedy(t: HtmlTranslator, verdict: Verdict) -> Button | None:
    """The button that removes the cause of this denial."""
    client_id = verdict.client_id
    assert client_id is not None
    match verdict.code:
        case Code.PAYMENT_DUE:
            owed = verdict.subscription_id if verdict.balance else verdict.debt_id
            return button(t("💵 Take payment"), TakePayment(owed)) if owed else None
        case Code.VISITS_USED_UP if verdict.waiting_id is not None:
            return button(t("▶️ Start the next one now"), StartNow(verdict.waiting_id), wide=True)
        case Code.EXPIRED | Code.VISITS_USED_UP:
            return button(t("🔁 Renew"), RenewPlan(client_id))
        case Code.NO_SUBSCRIPTION | Code.NOT_STARTED:
            return button(t("🏷 Sell plan"), SellPlan(client_id))
        case Code.FROZEN if verdict.subscription_id is not None:
            return button(t("☀️ End the freeze"), EndFreeze(verdict.subscription_id))
        case Code.OUTSIDE_HOURS if verdict.subscription_id is not None:
            return button(t("🔀 Change plan"), ChangePlan(verdict.subscription_id))
        case Code.CLIENT_INACTIVE:
            return button(t("Reactivate"), Reactivate(client_id))
        case Code.BLOCKED:
            return button(t("Unblock"), Unblock(client_id))
        case Code.ALREADY_INSIDE:
            return button(t("🏋️ Who is in"), WhoIsIn())
        case _:
            return None
