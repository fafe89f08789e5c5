"""Today at the desk: who is in, refusals, takings, plans that end; refreshed in place."""

from __future__ import annotations

from datetime import date

from bot.routing.navigation import go
from bot.routing.router import Audience, Router
from bot.ui.buttons.approvals import Requests
from bot.ui.buttons.clients import Card
from bot.ui.buttons.door import WhoIsIn
from bot.ui.buttons.memberships import RenewPlan
from bot.ui.buttons.money import Debts
from bot.ui.buttons.reports import AtRiskMembers, DarkDayChart, DayChart, EndingSoon
from bot.ui.buttons.transfers.proofs import Proofs
from bot.ui.callbacks import Callback, callback
from bot.ui.keyboards import Button, button, grid, nav, pager
from bot.ui.screens import HtmlTranslator, Screen
from bot.ui.surfaces import Surface
from bot.ui.update_context import UpdateContext
from bot.ui.wording.day_figures import (
    away_line,
    conversation_lines,
    debt_line,
    door_lines,
    money_lines,
    new_line,
    proof_lines,
)
from gym.backup.health import TOO_OLD
from gym.core.language import N_
from gym.reports.charts.day import chart_of_day
from gym.reports.charts.drawing import draw_chart
from gym.reports.charts.shapes import Theme
from gym.reports.digest import DigestService
from gym.reports.ending import EndingService
from gym.reports.today import DayFigures, Today, TodayService
from gym.security.permissions import Permission

router = Router(Audience.STAFF)


@callback("today")
class ShowToday(Callback):
    """Show the day as it stands now."""


@callback("atrisk")
class AtRisk(Callback):
    """As `AtRiskMembers`, on screens of earlier releases."""

    page: int = 0


router.home(N_("📅 Today"), ShowToday(), Permission.REPORT_OWN_DAY)


@router.command("today", N_("The day so far"), Surface.DESK)
async def today_command(context: UpdateContext) -> None:
    await go(context, ShowToday())


@router.on(ShowToday, Surface.DESK)
async def today(context: UpdateContext, _: ShowToday) -> None:
    async with context.unit_of_work() as uow:
        found = await TodayService(uow).today()
    await context.show(_today_screen(context, found))


def _today_screen(context: UpdateContext, found: Today) -> Screen:
    t = context.t
    heading = t("📅 <b>{day}</b>, as of {time}", day=found.day, time=t.time(context.now))
    inside = t.plural("🏋️ {count} person inside", "🏋️ {count} people inside", found.inside)
    money = t("Your till") if found.own_till else t("Money")
    lines = [
        heading,
        "",
        inside,
        *door_lines(t, found.door.visits, found.door.denials.items()),
        *money_lines(t, money, [(one.method, one.net) for one in found.money]),
        "",
        *_figure_lines(t, found.figures),
        *_backup_lines(context, found.figures),
    ]
    return Screen("\n".join(lines), [*grid(_doors(context, found)), nav(t)])


def _figure_lines(t: HtmlTranslator, figures: DayFigures) -> list[str]:
    lines = [
        new_line(t, figures.new_clients),
        t(
            "⏳ Ending today: {today}, within a week: {week}",
            today=figures.ending_today,
            week=figures.ending_week,
        ),
        debt_line(t, figures.debts, figures.owed),
        t.plural("🙋 {count} request waits", "🙋 {count} requests wait", figures.requests),
        *conversation_lines(t, figures.conversations),
        *proof_lines(t, figures.proofs, figures.proofs_approved),
    ]
    return [*lines, away_line(t, figures.at_risk)] if figures.at_risk else lines


def _backup_lines(context: UpdateContext, figures: DayFigures) -> list[str]:
    """For admins, and only when something is wrong; a sandbox need not be backed up."""
    t, at = context.t, figures.backed_up_at
    if not context.identity.may(Permission.CHANGE_SETTINGS):
        return []
    if at is None:
        return [] if context.gym.config.sandbox else [t("❗ The gym is not backed up yet: see Backups")]
    is_old = context.gym.clock.now() - at > TOO_OLD
    return [t("❗ The last good backup is of {at}", at=at)] if is_old else []


def _doors(context: UpdateContext, found: Today) -> list[Button]:
    """Buttons to what the figures count; none to an empty list, except *Who is in* and *Refresh*."""
    t, figures = context.t, found.figures
    doors = [button(t("🔄 Refresh"), ShowToday()), button(t("🏋️ Who is in"), WhoIsIn())]
    if figures.ending_week:
        doors.append(button(t("⏳ Ending"), EndingSoon()))
    if figures.debts and context.identity.may(Permission.TAKE_PAYMENT):
        doors.append(button(t("🧾 Debts"), Debts()))
    if figures.proofs and context.identity.may(Permission.TAKE_PAYMENT):
        doors.append(button(t("🧾 Proofs"), Proofs()))
    if figures.requests or figures.conversations:
        doors.append(button(t("🙋 Requests"), Requests()))
    if figures.at_risk:
        doors.append(button(t("😴 At risk"), AtRiskMembers()))
    if context.identity.may(Permission.REPORT_ALL):
        doors.append(button(t("📊 Chart"), DayChart(found.day)))
    return doors


@router.on(DayChart, Surface.DESK)
async def day_chart(context: UpdateContext, press: DayChart) -> None:
    await _show_chart(context, press.day, Theme.LIGHT)


@router.on(DarkDayChart, Surface.DESK)
async def dark_day_chart(context: UpdateContext, press: DarkDayChart) -> None:
    await _show_chart(context, press.day, Theme.DARK)


async def _show_chart(context: UpdateContext, day: date, theme: Theme) -> None:
    async with context.unit_of_work() as uow:
        found = await DigestService(uow).chart_of(day)
    t = context.t
    chart = chart_of_day(found, context.settings.translator(context.identity.language))
    picture = await draw_chart(chart, theme)
    caption = "\n".join(
        [
            t("📊 {day}: visits by the hour.", day=day),
            *money_lines(t, t("Money"), [(one.method, one.net) for one in found.money]),
        ]
    )
    if theme is Theme.LIGHT:
        buttons = [button(t("🔄 Refresh"), DayChart(day)), button(t("🌙 Dark"), DarkDayChart(day))]
    else:
        buttons = [button(t("🔄 Refresh"), DarkDayChart(day)), button(t("☀️ Light"), DayChart(day))]
    await context.show(Screen(caption, [buttons, nav(t, back=ShowToday())], photo=picture, drawn=True))


@router.on(AtRisk)
async def at_risk(context: UpdateContext, press: AtRisk) -> None:
    """A button of an older screen: the list it led to went by ten days for everybody."""
    await go(context, AtRiskMembers(press.page))


@router.on(EndingSoon)
async def ending_soon(context: UpdateContext, press: EndingSoon) -> None:
    async with context.unit_of_work() as uow:
        page = await EndingService(uow).this_week(press.page)
    t = context.t
    lines = [
        t("{client}: {plan} until {ends_on}", client=one.client_name, plan=one.plan_name, ends_on=one.ends_on)
        for one in page.items
    ]
    heading = t("⏳ <b>Ending this week</b>") if lines else t("⏳ No plan ends this week.")
    cards = [
        [
            button(f"👤 {one.client_name}", Card(one.client_id)),
            button(t("🔁 Renew"), RenewPlan(one.client_id)),
        ]
        for one in page.items
    ]
    rows = [*cards, pager(page.number, page.pages, EndingSoon), nav(t, back=ShowToday())]
    await context.show(Screen("\n".join([heading, "", *lines]), rows))
