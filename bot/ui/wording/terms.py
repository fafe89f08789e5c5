"""Terms in words: payment methods, statuses, durations, jobs, languages."""

from __future__ import annotations

from typing import Final

from bot.ui.screens import Html, HtmlTranslator
from gym.core.language import N_, Translator
from gym.jobs.table import JOBS
from gym.payments.models import Method
from gym.plans.models import DurationUnit, Plan
from gym.subscriptions.models import OPEN, Subscription, SubscriptionStatus
from gym.subscriptions.status.statuses import closed_status

METHODS: Final = {
    Method.CASH: N_("Cash"),
    Method.CARD: N_("Card"),
    Method.TRANSFER: N_("Transfer"),
    Method.QR: N_("QR payment"),
    Method.CREDIT: N_("Client credit"),
}
STATUSES: Final = {
    SubscriptionStatus.SCHEDULED: N_("🕓 scheduled"),
    SubscriptionStatus.PENDING_PAYMENT: N_("🟠 to pay"),
    SubscriptionStatus.ACTIVE: N_("🟢 active"),
    SubscriptionStatus.FROZEN: N_("❄️ frozen"),
    SubscriptionStatus.EXPIRED: N_("⚪ expired"),
    SubscriptionStatus.LAPSED: N_("🔴 ended unpaid"),
    SubscriptionStatus.CANCELED: N_("✖️ canceled"),
}


def duration(t: Translator, count: int, unit: DurationUnit) -> str:
    """`1 month`, `15 days`."""
    match unit:
        case DurationUnit.DAY:
            return t.plural("{count} day", "{count} days", count)
        case DurationUnit.WEEK:
            return t.plural("{count} week", "{count} weeks", count)
        case DurationUnit.MONTH:
            return t.plural("{count} month", "{count} months", count)
        case DurationUnit.YEAR:
            return t.plural("{count} year", "{count} years", count)


def plan_length(t: Translator, plan: Plan) -> str:
    """How long a plan lasts, with its visits if they are counted."""
    length = duration(t, plan.duration_count, plan.duration_unit)
    if plan.visits is None:
        return length
    return f"{length}, {t.plural('{count} visit', '{count} visits', plan.visits)}"


def receipt_number(t: HtmlTranslator, number: int | None) -> Html:
    """The number of a receipt with its sign in the reader's language: `№ 7`, `N.º 7`."""
    return Html(t("№ {number}", number=str(number)))


def status(t: Translator, subscription: Subscription) -> str:
    """The status in the desk's words."""
    kept = subscription.status
    return t(STATUSES[kept if kept in OPEN else closed_status(kept, subscription.account.balance)])


JOB_NAMES: Final = {job.name: job.title for job in JOBS} | {"backup": N_("Backup")}
"""The title of each job. A backup is a command, and is reported like a job when it fails."""


LANGUAGE_NAMES = {"en": "English", "es": "Español"}


def plan_text(t: HtmlTranslator, one: Subscription) -> str:
    """Client, plan, dates and price, a line each."""
    lines = [
        t("👤 {client}", client=one.client.full_name),
        t("🏷 <b>{plan}</b> {status}", plan=one.plan.name, status=status(t, one)),
        t("📅 {starts_on} – {ends_on}", starts_on=one.starts_on, ends_on=one.ends_on),
        t("💵 {price}", price=one.final_price),
    ]
    if one.account.balance:
        lines.append(t("To pay: <b>{balance}</b>", balance=one.account.balance))
    return "\n".join(lines)


def signed_count(count: int) -> str:
    """`+24`, `−3`."""
    return f"+{count}" if count > 0 else f"−{-count}"
