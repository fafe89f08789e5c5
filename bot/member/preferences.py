"""Notification preferences: muted groups, own quiet hours, the language."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from datetime import time
from typing import Final

from bot.forms.definition import Choice, Form, FormContext, Step
from bot.forms.opening import begin
from bot.routing.router import Audience, Router
from bot.ui.buttons.member import MyPreferences
from bot.ui.buttons.settings import Languages, MessagingMenu
from bot.ui.callbacks import Callback, callback
from bot.ui.keyboards import Row, button, nav
from bot.ui.screens import HtmlTranslator, Screen
from bot.ui.update_context import UpdateContext
from bot.ui.wording.notification_kinds import group_buttons, group_lines
from gym.chats.preferences import Preferences, PreferenceService, parse_quiet_hours
from gym.core.language import N_
from gym.notifications.kinds import CLIENT_GROUPS, DESK_GROUPS, KindGroup
from gym.settings.schemas import GymSettings
from gym.unit_of_work import UnitOfWork

router = Router(Audience.ANYONE)
member = Router(Audience.MEMBER)
HOURS: Final = ("20-9", "21-8", "22-7", "23-6")
NEVER: Final = "0-0"
OF_THE_GYM: Final = "gym"


@callback("prefon", changes=True)
class Want(Callback):
    group: KindGroup
    wanted: bool
    desk: bool


@callback("prefq")
class QuietHours(Callback):
    """Choose the own quiet hours."""


member.home(N_("🔔 Preferences"), MyPreferences())


def _own(context: UpdateContext, *, desk: bool) -> AbstractAsyncContextManager[UnitOfWork]:
    return context.unit_of_work() if desk else context.member_unit_of_work()


@router.on(MyPreferences)
async def my_preferences(context: UpdateContext, press: MyPreferences) -> None:
    async with _own(context, desk=press.desk) as uow:
        now = await PreferenceService(uow).get()
    await context.show(_screen(context.t, now, context.settings, desk=press.desk))


@router.on(Want)
async def want(context: UpdateContext, press: Want) -> None:
    async with _own(context, desk=press.desk) as uow:
        now = await PreferenceService(uow).set_group(press.group, wanted=press.wanted)
    await context.show(_screen(context.t, now, context.settings, desk=press.desk))


def _screen(t: HtmlTranslator, now: Preferences, settings: GymSettings, *, desk: bool) -> Screen:
    groups = DESK_GROUPS if desk else CLIENT_GROUPS
    heard = [group for group in groups if group not in now.muted]
    intro = (
        t("While there is no desk chat, you hear of the desk here. Tap to switch:")
        if desk
        else t("Receipts and what you asked for always come. The rest as you like; tap to switch:")
    )
    lines = [t("🔔 <b>Preferences</b>"), intro, "", *group_lines(t, groups, heard)]
    rows = group_buttons(t, groups, heard, lambda group, wanted: Want(group, wanted, desk))
    if desk:
        return Screen("\n".join(lines), [*rows, nav(t, back=MessagingMenu())])
    lines += ["", _quiet_line(t, now, settings)]
    more: Row = [button(t("🌙 Quiet hours"), QuietHours()), button(t("🌐 Language"), Languages())]
    return Screen("\n".join(lines), [*rows, more, nav(t)])


def _quiet_line(t: HtmlTranslator, now: Preferences, settings: GymSettings) -> str:
    begins, ends = now.quiet or (settings.quiet_from, settings.quiet_until)
    if begins == ends:
        return t("🌙 No quiet hours: reminders come at any time.")
    return t(
        "🌙 From {begins} to {ends} only receipts and entries come.",
        begins=f"{begins:%H:%M}",
        ends=f"{ends:%H:%M}",
    )


# Quiet hours


@router.on(QuietHours)
async def quiet_hours(context: UpdateContext, _: QuietHours) -> None:
    async with context.member_unit_of_work() as uow:
        await PreferenceService(uow).get()
    await begin(context, QUIET, back=MyPreferences())


async def _offer(ctx: FormContext) -> list[Choice]:
    settings = ctx.context.settings
    gym = f"{_brief(settings.quiet_from)} – {_brief(settings.quiet_until)}"
    return [
        Choice(OF_THE_GYM, ctx.t("The gym's: {hours}", hours=gym)),
        *[Choice(hours, hours.replace("-", " – ")) for hours in HOURS],
        Choice(NEVER, ctx.t("No quiet hours")),
    ]


def _brief(hour: time) -> str:
    return f"{hour.hour}:{hour:%M}" if hour.minute else str(hour.hour)


def _read(text: str, ctx: FormContext) -> str:
    parse_quiet_hours(text)
    return text.strip()


async def _keep(ctx: FormContext) -> Screen:
    chosen = ctx.value("hours", str)
    hours: tuple[time, time] | None = None if chosen == OF_THE_GYM else parse_quiet_hours(chosen)
    async with ctx.member_unit_of_work() as uow:
        now = await PreferenceService(uow).set_quiet_hours(hours)
    return _screen(ctx.t, now, ctx.context.settings, desk=False)


QUIET = router.form(
    Form(
        name="quiet_hours",
        title=N_("Quiet hours"),
        steps=[
            Step(
                "hours",
                N_("Hours"),
                N_("From when to when should nothing ring? Choose, or type it, such as 22-7."),
                choices=_offer,
                parse=_read,
                columns=2,
            )
        ],
        submit=_keep,
        confirm=None,
    )
)
