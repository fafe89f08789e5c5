"""Messages about operation: day and month in numbers, jobs that do not run, Telegram, pictures that stay."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from bot.messages.register import WordingContext, offers, says
from bot.ui.buttons.reports import DayChart, EndingSoon, Reports, ShowReport
from bot.ui.buttons.settings import Jobs
from bot.ui.keyboards import Keyboard, button
from bot.ui.screens import HtmlTranslator
from bot.ui.wording.day_figures import (
    away_line,
    conversation_lines,
    debt_line,
    door_lines,
    money_lines,
    new_line,
    proof_lines,
)
from bot.ui.wording.terms import JOB_NAMES
from gym.attendance.models import VerdictCode
from gym.chats.pictures import UndeletableReason
from gym.core.language import N_
from gym.notifications.payloads.base import Payload
from gym.notifications.payloads.operations import (
    DeskDigestPayload,
    DeskJobFailedPayload,
    DeskJobLatePayload,
    DeskPictureStaysPayload,
    DeskTelegramFailsPayload,
    MonthlyLetterPayload,
    ReportFileLostPayload,
)
from gym.payments.models import Method
from gym.reports.output.words import change_of, show_percent
from gym.reports.registry import BY_NAME

STAYS: Final = {
    UndeletableReason.TOO_OLD: N_(
        "🖼 A photo of a face is still in a chat with the bot: it is older than the 48 hours in which "
        "Telegram lets a bot delete it. Please delete it there by hand."
    ),
    UndeletableReason.NO_RIGHT: N_(
        "🖼 In a group the bot may not delete photos of faces. Make it an administrator that may delete "
        "messages, and delete the photos that are there by hand."
    ),
    UndeletableReason.NO_CHAT: N_(
        "🖼 A photo of a face is still in a chat that the bot cannot reach any more: it was blocked or taken "
        "out. Please delete it there by hand."
    ),
    UndeletableReason.REFUSED: N_(
        "🖼 Telegram refused to delete a photo of a face from a chat with the bot. Please delete it there by "
        "hand."
    ),
    UndeletableReason.UNNUMBERED: N_(
        "🖼 A photo of a face was on its way to a chat with the bot when the connection or the system failed. "
        "If it is there, the bot cannot delete it. Please look there and delete it by hand."
    ),
}
"""Why a picture stays in its chat, and what helps."""
NO_RIGHT_IN: Final = N_(
    "🖼 In “{chat}” the bot may not delete photos of faces. Make it an administrator that may delete "
    "messages, and delete the photos that are there by hand."
)


@says(DeskDigestPayload)
def _digest(t: HtmlTranslator, p: DeskDigestPayload, _: WordingContext) -> str:
    denials = [(VerdictCode(one.code), one.count) for one in p.denials]
    money = [(Method(one.method), one.net) for one in p.money]
    lines = [
        t("🌙 <b>The day: {day}</b>", day=p.day),
        *door_lines(t, p.visits, denials),
        *money_lines(t, t("Money"), money),
        new_line(t, p.new_clients),
        t.plural("⏳ {count} plan ends within a week", "⏳ {count} plans end within a week", p.ending_week),
        debt_line(t, p.debts, p.owed),
        *conversation_lines(t, p.conversations),
        *proof_lines(t, p.proofs, p.proofs_approved),
    ]
    lines += [away_line(t, p.at_risk)] if p.at_risk else []
    return "\n".join([*lines, *_trail_lines(t, p)])


def _trail_lines(t: HtmlTranslator, p: DeskDigestPayload) -> list[str]:
    """The head that `python -m gym audit verify --expect` compares with."""
    if not p.trail_entries or p.trail_mark is None:
        return []
    return [
        t.plural(
            "🔗 Audit trail: {count} entry, {mark}",
            "🔗 Audit trail: {count} entries, {mark}",
            p.trail_entries,
            mark=p.trail_mark,
        )
    ]


@says(DeskJobFailedPayload)
def _failed(t: HtmlTranslator, p: DeskJobFailedPayload, _: WordingContext) -> str:
    return t(
        "⚠️ “{job}” has failed. It is tried again by itself: see under Jobs how it goes.", job=_name(t, p.job)
    )


def _name(t: HtmlTranslator, job: str) -> str:
    return t(JOB_NAMES[job]) if job in JOB_NAMES else job


_FAILING = {
    "sendPhoto": N_("pictures"),
    "sendDocument": N_("files"),
    "getFile": N_("photos that people send"),
    "sendMessage": N_("some messages"),
}
_OTHER = N_("some calls")


@says(DeskTelegramFailsPayload)
def _failing(t: HtmlTranslator, p: DeskTelegramFailsPayload, _: WordingContext) -> str:
    what = t(_FAILING.get(p.method, _OTHER))
    return t(
        "📡 Telegram has trouble with {what} ({method}). People get the text without it, or are told so;"
        " everything else works, and it is tried again by itself.",
        what=what,
        method=p.method,
    )


@says(DeskJobLatePayload)
def _late(t: HtmlTranslator, p: DeskJobLatePayload, _: WordingContext) -> str:
    name = _name(t, p.job)
    if p.last_success_at is None:
        return t("⌛ “{job}” has not run yet, though it should have. Is the program still running?", job=name)
    return t("⌛ “{job}” should have run by now; it last did on {at}.", job=name, at=p.last_success_at)


@says(DeskPictureStaysPayload)
def _picture_stays(t: HtmlTranslator, p: DeskPictureStaysPayload, _: WordingContext) -> str:
    reason = UndeletableReason(p.reason)
    if reason is UndeletableReason.NO_RIGHT and p.chat is not None:
        return t(NO_RIGHT_IN, chat=p.chat)
    return t(STAYS[reason])


@offers(DeskDigestPayload)
def _look(t: HtmlTranslator, p: DeskDigestPayload) -> Keyboard:
    chart = button(t("📊 Chart"), DayChart(p.day))
    return [[chart, button(t("⏳ Ending"), EndingSoon())] if p.ending_week else [chart]]


@offers(DeskTelegramFailsPayload, DeskJobLatePayload, DeskJobFailedPayload)
def _jobs(t: HtmlTranslator, _: Payload) -> Keyboard:
    return [[button(t("🛠 Jobs"), Jobs())]]


@says(ReportFileLostPayload)
def _file_lost(t: HtmlTranslator, p: ReportFileLostPayload, _: WordingContext) -> str:
    days = f"{t.day(p.first, short=True)} – {t.day(p.last)}"
    return t(
        "📄 {title}, {days}: the file was not finished, for the gym's program was ended meanwhile. "
        "Ask for it again.",
        title=t(BY_NAME[p.report].title),
        days=days,
    )


@offers(ReportFileLostPayload)
def _ask_again(t: HtmlTranslator, p: ReportFileLostPayload) -> Keyboard:
    return [[button(t(BY_NAME[p.report].title), ShowReport(p.report, p.first, p.last))]]


@says(MonthlyLetterPayload)
def _month(t: HtmlTranslator, p: MonthlyLetterPayload, _: WordingContext) -> str:
    lines = [
        t("📬 <b>The month: {first} – {last}</b>", first=t.day(p.first, short=True), last=p.last),
        "",
        t("💵 Received: <b>{amount}</b>", amount=p.received),
        *_against(t, N_("   {change} against the month before ({before})"), p.received, p.received_before),
        *_against(t, N_("   {change} against a year before ({before})"), p.received, p.received_year_before),
        t("🧾 Billed: {amount}", amount=p.billed),
        t("👋 New: {new}, back: {back}, left: {left}", new=p.new, back=p.back, left=p.left),
        t("⏳ Owed: {owed}, debts: {debts}", owed=p.owed, debts=p.debts),
    ]
    return "\n".join(lines)


def _against(t: HtmlTranslator, message: str, value: Decimal, before: Decimal) -> list[str]:
    """Nothing where there was nothing to compare with."""
    change = change_of(value, before)
    if change is None:
        return []
    sign = "▲" if change >= 0 else "▼"
    return [t(message, change=f"{sign} {show_percent(t, abs(change))}", before=before)]


@offers(MonthlyLetterPayload)
def _look_at_month(t: HtmlTranslator, p: MonthlyLetterPayload) -> Keyboard:
    return [[button(t("💵 Money"), ShowReport("money", p.first, p.last)), button(t("📊 Reports"), Reports())]]
