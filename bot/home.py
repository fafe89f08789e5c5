"""Home screens of each audience, the language, and the commands of every audience."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

from bot.desk.admin.account import MyMembership
from bot.desk.admin.first_steps import first_steps_of
from bot.desk.menu.manage import manage_row, menu_button
from bot.forms.opening import forms_of
from bot.forms.screens import FormButton
from bot.member.conversations import NOTED, send_to_desk
from bot.routing.help_answers import answer_help, show_help
from bot.routing.navigation import go, go_home, routes_of
from bot.routing.router import Audience, Occasion, Router
from bot.ui.buttons.settings import Languages, ShowFirstSteps
from bot.ui.callbacks import Callback, Home, UnknownButton, callback
from bot.ui.keyboards import Row, button, grid, nav
from bot.ui.screens import Html, Screen
from bot.ui.update_context import UpdateContext
from bot.ui.wording.help.gym_info import info_lines
from bot.ui.wording.help.help_search import asks_for_help
from bot.ui.wording.terms import LANGUAGE_NAMES
from gym.clients.service import ClientService
from gym.core.language import LANGUAGES, N_
from gym.plans.service import PlanService
from gym.reports.first_steps import FirstStep
from gym.staff.candidates import CandidateService
from gym.staff.models import AdminCandidate
from gym.staff.service import StaffService

router = Router(Audience.ANYONE)
LANGUAGE: Final = N_("🌐 Language")


@callback("lang")
class SetLanguage(Callback):
    language: str


@router.on(Home)
async def home(context: UpdateContext, _: Home) -> None:
    """The home screen of the person's audience; a stranger gets one sentence."""
    if context.identity.staff is not None:
        await context.show(await _desk_home(context))
    elif context.identity.client is not None:
        await context.show(await _member_home(context))
    elif context.is_private:
        await context.show(await _for_strangers(context))


@router.unread
async def unread(context: UpdateContext) -> None:
    """Say that nobody reads it, above the home screen; a stranger hears how to be let in instead."""
    if context.identity.staff is not None:
        heading = context.t(N_("🤷 I cannot do anything with that."))
        await context.show(_below(heading, await _desk_home(context)))
    elif context.identity.client is not None:
        await _unread_of_member(context)
    else:
        await go_home(context)


async def _unread_of_member(context: UpdateContext) -> None:
    """What a member writes or sends goes to the desk, also a question that is answered here at once.

    A greeting, "help" or "?" asks nobody anything: the topics of help are shown, and the desk hears nothing.
    """
    t, message = context.t, context.message
    if message is not None and message.via_bot is None and context.text.startswith("/"):
        heading = t(N_("🤷 I do not know that command. What you write without a / goes to the desk."))
        await context.show(_below(heading, await _member_home(context)))
        return
    if asks_for_help(context.text):
        await show_help(context)
        return
    received = await send_to_desk(context)
    if received is None:
        return
    if received.is_first:
        heading = t(N_("✅ The desk has your message, and answers you here."))
        lines = [heading, *await _gym_info(context)]
        await context.say(_below("\n".join(lines), await _member_home(context)))
    elif not await context.react(NOTED):
        await context.say(t(N_("✅ The desk has this too.")))
    if not await answer_help(context, context.text):
        await answer_help(context, context.text, all_words=True)


def _below(heading: str, screen: Screen) -> Screen:
    return replace(screen, text=f"{heading}\n\n{screen.text}")


@router.command("start", N_("Home"))
async def start(context: UpdateContext) -> None:
    await go_home(context)
    route = routes_of(context).occasion(Occasion.STARTED, context.identity)
    if route is not None:
        await route.handler(context)


@router.command("cancel", N_("Stop what I am doing"))
async def cancel(context: UpdateContext) -> None:
    if await forms_of(context).cancel(context):
        return
    await context.show(Screen(context.t(N_("There is nothing to cancel.")), [nav(context.t)]))


@router.command("language", N_("Change the language"))
async def language(context: UpdateContext) -> None:
    await go(context, Languages())


@router.command("help")
async def help_(context: UpdateContext) -> None:
    if context.identity.staff is None and context.identity.client is None:
        await go_home(context)
    else:
        await show_help(context)


@router.on(FormButton, moves=False)
async def form_press(context: UpdateContext, press: FormButton) -> None:
    await forms_of(context).press(context, press)


@router.on(Languages)
async def languages(context: UpdateContext, _: Languages) -> None:
    choices = [button(LANGUAGE_NAMES[code], SetLanguage(code)) for code in LANGUAGES]
    await context.show(
        Screen(context.t(N_("Which language do you speak?")), [*grid(choices), nav(context.t)])
    )


@router.on(SetLanguage)
async def set_language(context: UpdateContext, press: SetLanguage) -> None:
    identity = context.identity
    if press.language not in LANGUAGES:
        raise UnknownButton
    if identity.staff is not None:
        async with context.unit_of_work() as uow:
            await StaffService(uow).set_language(identity.staff.id, press.language)
    if identity.client is not None:
        async with context.member_unit_of_work() as uow:
            await ClientService(uow).set_language(identity.client.id, press.language)
    await context.services.chats.set_language(context.user_id, press.language)
    await context.refresh()
    await go_home(context)


# Screens


async def _desk_home(context: UpdateContext) -> Screen:
    text = context.t(
        N_("<b>{gym}</b>\nSend a photo, or type a name, document or phone. Or choose:"),
        gym=context.settings.name,
    )
    steps, doors = await first_steps_of(context), await _desk_doors(context)
    if steps is None or not steps.is_offered:
        return Screen(text, doors)
    label = context.t(N_("🚀 First steps: {done} of {all}"), done=len(steps.done), all=len(FirstStep))
    return Screen(text, [[button(label, ShowFirstSteps(), wide=True)], *doors])


async def _member_home(context: UpdateContext) -> Screen:
    text = context.t(N_("<b>{gym}</b>\nWhat would you like to see?"), gym=context.settings.name)
    doors = await _doors(context, Audience.MEMBER)
    return Screen(text, [*doors, [button(context.t(LANGUAGE), Languages())]])


async def _desk_doors(context: UpdateContext) -> list[Row]:
    """The six things of the day, and the way to all others; *Language* stays for who cannot read the rest."""
    t, doors = context.t, await _doors(context, Audience.STAFF)
    if context.identity.client is not None:
        doors.append([button(t("🏋️ My membership"), MyMembership(), wide=True)])
    return [*doors, [*await manage_row(context), button(t(LANGUAGE), Languages())]]


async def _doors(context: UpdateContext, audience: Audience) -> list[Row]:
    resume = forms_of(context).resume_button(context)
    items = [item for item in routes_of(context).home(context.identity) if item.audience is audience]
    doors = [await menu_button(context, item) for item in items]
    return [[resume] if resume else [], *grid(doors)]


def candidate_screen(context: UpdateContext, candidate: AdminCandidate, until: datetime | None) -> Screen:
    """Who has to confirm an admin candidate, and until when; nothing else is open to them."""
    t, who = context.t, candidate.invited_by_name
    by = N_("{who} or another admin of {gym}") if who else N_("an admin of {gym}")
    text = t(
        N_(
            "⏳ Almost there, {name}: {by} has to confirm you first. They have been told. Until then"
            " nothing is open to you here; your invitation waits until {until}."
        ),
        name=candidate.name,
        by=Html(t(by, who=who, gym=context.settings.name)),
        until=until,
    )
    return Screen(text, [nav(t)])


async def _for_strangers(context: UpdateContext) -> Screen:
    async with context.stranger_unit_of_work() as uow:
        service = CandidateService(uow)
        candidate = await service.of_account(context.user_id)
        until = service.until(candidate) if candidate else None
    if candidate is not None:
        return candidate_screen(context, candidate, until)
    text = context.t(
        N_(
            "Hello! This is the chat of {gym}. If you train here, share your phone number with the button"
            " below, or ask at the desk for your link. Until then I answer one message a minute."
        ),
        gym=context.settings.name,
    )
    info = await _gym_info(context)
    text = "\n".join([text, "", *info]) if info else text
    return Screen(text, contact=context.t(N_("Share my phone")))


async def _gym_info(context: UpdateContext) -> list[str]:
    async with context.stranger_unit_of_work() as uow:
        plans = await PlanService(uow).active() if context.settings.tell_prices else []
    return info_lines(context.t, context.settings, plans)
