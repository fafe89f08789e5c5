"""Freezes and closings in words: their days, and the day on which the client is back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from bot.ui.screens import Html, HtmlTranslator
from gym.payments.schemas import RestDays
from gym.subscriptions.freezes.remaining_days import not_over, returns_on
from gym.subscriptions.freezes.schemas import FreezeQuote
from gym.subscriptions.intervals import Interval
from gym.subscriptions.models import Freeze, FreezeKind, Subscription


def rest_lines(t: HtmlTranslator, one: Subscription, today: date, *, own: bool = False) -> list[str]:
    """A line for every freeze of a plan that runs or is planned; `own` addresses the member."""
    coming = not_over(one.freezes, today)
    return [_rest_line(t, freeze, returns_on(freeze, coming), today, own=own) for freeze in coming]


def _rest_line(t: HtmlTranslator, freeze: Freeze, back_on: date | None, today: date, *, own: bool) -> str:
    if freeze.ends_on is None:
        return _lasting(t, freeze, own=own)
    days = Html(span(t, freeze.starts_on, freeze.ends_on))
    if back_on is None:
        return t("❄️ Frozen {days}; a freeze without a last day follows", days=days)
    if freeze.kind is FreezeKind.CLOSURE:
        return t("🔒 Gym closed {days}, open again on {back_on}", days=days, back_on=back_on)
    if freeze.starts_on > today:
        return t("❄️ Freeze planned {days}, back on {back_on}", days=days, back_on=back_on)
    return t("❄️ Frozen {days}, back on {back_on}", days=days, back_on=back_on)


def _lasting(t: HtmlTranslator, freeze: Freeze, *, own: bool) -> str:
    if own:
        return t("❄️ Frozen from {starts_on} until you return", starts_on=freeze.starts_on)
    return t("❄️ Frozen from {starts_on} until they return", starts_on=freeze.starts_on)


def receipt_rests(t: HtmlTranslator, rests: Sequence[RestDays]) -> list[str]:
    """Lines that explain why the period of a receipt ends later."""
    marks = {True: "🔒", False: "❄️"}
    return [f"{marks[one.closed]} {span(t, one.starts_on, one.ends_on)}" for one in rests]


def span(t: HtmlTranslator, starts_on: date, ends_on: date | None) -> str:
    """`Mon, 3 Aug – Wed, 5 Aug`, one day, or from a day on."""
    if ends_on is None:
        return t("from {starts_on} until they return", starts_on=starts_on)
    if ends_on == starts_on:
        return t("on {day}", day=starts_on)
    return t("{starts_on} – {ends_on}", starts_on=starts_on, ends_on=ends_on)


def freeze_line(t: HtmlTranslator, freeze: Freeze) -> str:
    """One freeze in a list."""
    mark = "🔒" if freeze.kind is FreezeKind.CLOSURE else "❄️"
    return f"{mark} {span(t, freeze.starts_on, freeze.ends_on)}"


def closed_lines(t: HtmlTranslator, closed: Sequence[Interval]) -> list[str]:
    """Lines that explain why a plan that is about to be sold ends later."""
    return [_closed_line(t, rest, span(t, rest.starts_on, rest.ends_on)) for rest in closed]


def _closed_line(t: HtmlTranslator, rest: Interval, days: str) -> str:
    return t.plural(
        "🔒 The gym is closed {days}: the plan ends {count} day later.",
        "🔒 The gym is closed {days}: the plan ends {count} days later.",
        rest.days,
        days=days,
    )


def left_words(t: HtmlTranslator, left: int) -> str:
    return t.plural("{count} frozen day left in the plan.", "{count} frozen days left in the plan.", left)


def beyond_words(t: HtmlTranslator, left: int) -> str:
    """Why an admin has to grant a freeze."""
    return t.plural(
        "🙋 More than the plan allows: it has {count} frozen day left.",
        "🙋 More than the plan allows: it has {count} frozen days left.",
        left,
    )


def beyond_hint(t: HtmlTranslator, left: int) -> str:
    """What happens with a longer freeze, for whoever may not grant it."""
    if not left:
        return t("The plan has no frozen days left: an admin is asked.")
    return t.plural(
        "For more than {count} day an admin is asked.", "For more than {count} days an admin is asked.", left
    )


def quote_lines(t: HtmlTranslator, quote: FreezeQuote) -> list[str]:
    """What the freeze would do, a line each."""
    one = quote.subscription
    lines = [
        t("👤 {client}", client=one.client.full_name),
        t("🏷 {plan}", plan=one.plan.name),
        "❄️ " + span(t, quote.starts_on, quote.ends_on),
    ]
    if quote.days is None:
        lines.append(t("The end moves when the client returns."))
    else:
        lines.append(t.plural("{count} frozen day", "{count} frozen days", quote.days))
        lines += _closed_among(t, quote)
        lines.append(
            t("📅 New last day: <b>{day}</b> (before: {old})", day=quote.new_ends_on, old=one.ends_on)
        )
    if quote.renewal is not None and quote.renewal_starts_on is not None:
        lines.append(t("🔁 The renewal starts on {day}.", day=quote.renewal_starts_on))
    elif quote.renewal is not None:
        lines.append(t("🔁 The renewal waits until the client returns."))
    lines.append(_allowance(t, quote))
    return lines


def _closed_among(t: HtmlTranslator, quote: FreezeQuote) -> list[str]:
    """Why the end moves by fewer days: it has moved by the closed ones among them already."""
    assert quote.new_ends_on is not None, "only of a freeze with an end"
    closed = (quote.days or 0) - (quote.new_ends_on - quote.subscription.ends_on).days
    if closed <= 0:
        return []
    return [
        t.plural(
            "🔒 The gym is closed on {count} of them: it moves the end once.",
            "🔒 The gym is closed on {count} of them: they move the end once.",
            closed,
        )
    ]


def _allowance(t: HtmlTranslator, quote: FreezeQuote) -> str:
    left = quote.allowance_left - (quote.days or 0)
    if quote.exceeds_plan:
        return t("⚠️ More than the plan's {days} frozen days.", days=quote.subscription.plan.freeze_days)
    return left_words(t, left)
