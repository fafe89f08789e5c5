"""Members at risk at the desk: the list, the drafted message sent with a tap, a call noted with another."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from bot.desk.reports.today import ShowToday
from bot.messages.register import WordingContext, word
from bot.routing.router import Audience, Router
from bot.ui.buttons.clients import Card
from bot.ui.buttons.reports import AtRiskMembers, ShowReport
from bot.ui.callbacks import Callback, callback
from bot.ui.keyboards import button, nav, pager
from bot.ui.screens import HtmlTranslator, Screen
from bot.ui.update_context import UpdateContext
from gym.core.language import N_
from gym.reports.figures.risk import RiskyMember
from gym.reports.output.words import show_value
from gym.reports.outreach.service import DraftedMessage, OutreachService
from gym.reports.results import ColumnKind
from gym.security.permissions import Permission

router = Router(Audience.STAFF)
SIZE: Final = 8
"""Members of a page."""
CONTACTS: Final = {"message": N_("written to on {day}"), "call": N_("called on {day}")}


@callback("rskone")
class ShowAtRisk(Callback):
    """Show one member with the drafted message."""

    client_id: UUID


@callback("rsksnd", changes=True)
class SendDraft(Callback):
    client_id: UUID


@callback("rskcal", changes=True)
class MarkCalled(Callback):
    client_id: UUID


@router.on(AtRiskMembers)
async def at_risk_members(context: UpdateContext, press: AtRiskMembers) -> None:
    await _show_list(context, press.page)


async def _show_list(context: UpdateContext, number: int = 0, done: str = "") -> None:
    async with context.unit_of_work() as uow:
        page = await OutreachService(uow).at_risk(number, SIZE)
    t = context.t
    heading = (
        t("😴 <b>Away for longer than usual</b>, what is worth most first")
        if page.items
        else t("👏 Nobody stays away for longer than usual.")
    )
    lines = [done, ""] if done else []
    lines += [heading, "", *(_line(t, one) for one in page.items)]
    members = [
        [button(f"💬 {one.held.client_name}", ShowAtRisk(one.held.client_id), wide=True)]
        for one in page.items
    ]
    back = ShowReport("risk") if context.identity.may(Permission.REPORT_ALL) else ShowToday()
    rows = [*members, pager(page.number, page.pages, AtRiskMembers), nav(t, back=back)]
    await context.show(Screen("\n".join(lines), rows))


def _line(t: HtmlTranslator, one: RiskyMember) -> str:
    value = show_value(t, one.value, ColumnKind.MONEY)
    told = t.plural(
        "{client}: away for {count} day, {plan}, {value} at stake",
        "{client}: away for {count} days, {plan}, {value} at stake",
        one.days,
        client=one.held.client_name,
        plan=one.held.plan_name,
        value=value,
    )
    return f"{told} ({_contact(t, one)})" if one.contact else told


def _contact(t: HtmlTranslator, one: RiskyMember) -> str:
    assert one.contact is not None, "the caller has looked"
    return t(CONTACTS[one.contact], day=one.contacted_on)


@router.on(ShowAtRisk)
async def show_at_risk(context: UpdateContext, press: ShowAtRisk) -> None:
    async with context.unit_of_work() as uow:
        drafted = await OutreachService(uow).draft(press.client_id)
    t, member = context.t, drafted.member
    lines = [_line(t, member), *_rhythm(t, member)]
    called = button(t("📞 Called"), MarkCalled(press.client_id))
    acts = [called]
    if drafted.payload is not None:
        lines += ["", t("They would be sent:"), f"<blockquote>{_words(context, drafted)}</blockquote>"]
        acts = [button(t("✉️ Send"), SendDraft(press.client_id)), called]
    else:
        lines += ["", t("There is no chat to write to: call.")]
    card = [button(f"👤 {member.held.client_name}", Card(press.client_id), wide=True)]
    await context.show(Screen("\n".join(lines), [acts, card, nav(t, back=AtRiskMembers())]))


def _rhythm(t: HtmlTranslator, one: RiskyMember) -> list[str]:
    if one.usual is None:
        return [t("Fewer than five visits: there is no rhythm yet.")]
    return [
        t.plural("Usually comes every {count} day.", "Usually comes every {count} days.", round(one.usual))
    ]


def _words(context: UpdateContext, drafted: DraftedMessage) -> str:
    """In the member's language, as it will leave."""
    assert drafted.payload is not None, "the caller has looked"
    theirs = context.t.__class__(
        drafted.language, currency=context.settings.currency, timezone=context.settings.timezone
    )
    return word(theirs, drafted.payload, WordingContext(context.settings))


@router.on(SendDraft)
async def send_draft(context: UpdateContext, press: SendDraft) -> None:
    async with context.unit_of_work() as uow:
        member = await OutreachService(uow).send(press.client_id)
    await _show_list(context, 0, context.t("✉️ {client} is being written to.", client=member.held.client_name))


@router.on(MarkCalled)
async def mark_called(context: UpdateContext, press: MarkCalled) -> None:
    async with context.unit_of_work() as uow:
        member = await OutreachService(uow).called(press.client_id)
    await _show_list(context, 0, context.t("📞 Noted: {client} was called.", client=member.held.client_name))
