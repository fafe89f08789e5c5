"""Broadcasts: audience, text, a preview with a count, then the progress with a stop button."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from bot.forms.definition import Choice, Form, FormContext, Step
from bot.forms.opening import begin
from bot.messages import WordingContext, word
from bot.routing.router import Audience, Router
from bot.ui.buttons.settings import MessagingMenu
from bot.ui.callbacks import Callback, callback
from bot.ui.keyboards import button, nav, pager
from bot.ui.screens import Html, HtmlTranslator, Screen
from bot.ui.update_context import UpdateContext
from gym.broadcasts.schemas import BroadcastProgress
from gym.broadcasts.segments import BroadcastAudience, Segment
from gym.broadcasts.service import BroadcastService, checked_text
from gym.core.language import N_
from gym.notifications.models import Broadcast, BroadcastState
from gym.notifications.payloads.members import BroadcastPayload
from gym.plans.service import PlanService
from gym.security.permissions import Permission
from gym.settings.schemas import GymSettings

router = Router(Audience.STAFF)
SEGMENTS: Final = {
    Segment.ACTIVE: N_("With a running plan"),
    Segment.EXPIRING: N_("Plan ends in 7 days"),
    Segment.EXPIRED: N_("Plan has ended"),
    Segment.ABSENT: N_("Not seen for 10 days"),
    Segment.PLAN: N_("Of one plan"),
    Segment.TAG: N_("With a tag"),
}
STATES: Final = {
    BroadcastState.PREPARING: N_("⏳ on its way"),
    BroadcastState.SENDING: N_("⏳ on its way"),
    BroadcastState.DONE: N_("✅ done"),
    BroadcastState.STOPPED: N_("⏹ stopped"),
}
SIGNS: Final = {
    BroadcastState.PREPARING: "⏳",
    BroadcastState.SENDING: "⏳",
    BroadcastState.DONE: "✅",
    BroadcastState.STOPPED: "⏹",
}


@callback("bcs")
class Broadcasts(Callback):
    page: int = 0


@callback("bcnew")
class NewBroadcast(Callback):
    """Open the form of a broadcast."""


@callback("bc")
class ShowBroadcast(Callback):
    key: UUID


@callback("bcstop", changes=True)
class StopBroadcast(Callback):
    key: UUID


@router.on(Broadcasts)
async def broadcasts(context: UpdateContext, press: Broadcasts) -> None:
    async with context.unit_of_work() as uow:
        page = await BroadcastService(uow).page(press.page)
    t = context.t
    text = t(
        "📣 <b>Broadcasts</b>\n\nOne text for many members. It leaves bit by bit: no receipt waits for it."
    )
    rows = [[button(_label(t, one), ShowBroadcast(one.id), wide=True)] for one in page.items]
    new = [button(t("✍️ Write one"), NewBroadcast(), wide=True)]
    await context.show(
        Screen(text, [new, *rows, pager(page.number, page.pages, Broadcasts), nav(t, back=MessagingMenu())])
    )


def _label(t: HtmlTranslator, one: Broadcast) -> str:
    return f"{SIGNS[one.state]} {t.day(one.created_at.astimezone(t.zone), short=True)} · {one.text}"


# Writing one


@router.on(NewBroadcast)
async def new_broadcast(context: UpdateContext, _: NewBroadcast) -> None:
    context.identity.desk_actor.require(Permission.BROADCAST)
    await begin(context, BROADCAST, back=Broadcasts())


async def _plans(ctx: FormContext) -> Sequence[Choice]:
    async with ctx.unit_of_work() as uow:
        return [Choice(one.plan.id, one.plan.name) for one in await PlanService(uow).active()]


async def _tags(ctx: FormContext) -> Sequence[Choice]:
    async with ctx.unit_of_work() as uow:
        return [Choice(tag, tag) for tag in await BroadcastService(uow).tags()]


async def _ask_tag(ctx: FormContext) -> str:
    async with ctx.unit_of_work() as uow:
        tags = await BroadcastService(uow).tags()
    return ctx.t("Which tag?") if tags else ctx.t("No client has a tag yet. Go back and choose others.")


def _read_text(text: str, ctx: FormContext) -> str:
    return checked_text(text)


def _audience(ctx: FormContext) -> BroadcastAudience:
    return BroadcastAudience(ctx.value("segment", Segment), ctx.maybe("plan", UUID), ctx.maybe("tag", str))


async def _summary(ctx: FormContext) -> str:
    async with ctx.unit_of_work() as uow:
        reach = await BroadcastService(uow).reach(_audience(ctx))
    t = ctx.t
    lines = [
        t.plural("Goes to <b>{count} member</b>.", "Goes to <b>{count} members</b>.", reach.told),
        t(
            "“{segment}”: {all} in all. Whoever has not linked the chat, or wants no news, is left out.",
            all=reach.members,
            segment=Html(t(SEGMENTS[ctx.value("segment", Segment)])),
        ),
        *_leaves(t, reach.waits_until),
    ]
    if reach.others:
        lines.append(t("⚠️ Another broadcast is on its way: look at it first, so that nobody is told twice."))
    lines += ["", t("This is what they read:"), preview(t, ctx.value("text", str), ctx.context.settings)]
    return "\n".join(lines)


def _leaves(t: HtmlTranslator, waits_until: datetime | None) -> list[str]:
    return (
        [t("🌙 These are quiet hours: it leaves at {hour}.", hour=t.time(waits_until))] if waits_until else []
    )


def _whom(t: HtmlTranslator, one: Broadcast) -> str:
    segment = t(SEGMENTS[Segment(one.segment)])
    return f"👥 {segment}: {t.text(one.tag)}" if one.tag else f"👥 {segment}"


def preview(t: HtmlTranslator, text: str, settings: GymSettings) -> str:
    worded = word(t, BroadcastPayload(text=text), WordingContext(settings))
    return f"<blockquote>{worded}</blockquote>"


async def _send(ctx: FormContext) -> None:
    """Send. The form's message becomes the one that shows the progress."""
    context, text = ctx.context, ctx.value("text", str)
    broadcast = await ctx.run(lambda uow: BroadcastService(uow).begin(_audience(ctx), text, key=ctx.key))
    await _show(context, broadcast.id)
    target = context.target
    if target is not None:
        await ctx.run(
            lambda uow: BroadcastService(uow).shown_at(broadcast.id, context.chat_id, target.message_id)
        )


BROADCAST = router.form(
    Form(
        name="broadcast",
        title=N_("Broadcast"),
        steps=[
            Step(
                "segment",
                N_("Whom"),
                N_("Who is it for?"),
                choices=[Choice(segment, label) for segment, label in SEGMENTS.items()],
                resets=("plan", "tag"),
            ),
            Step(
                "plan",
                N_("Plan"),
                N_("Which plan?"),
                choices=_plans,
                when=lambda ctx: ctx.maybe("segment", Segment) is Segment.PLAN,
            ),
            Step(
                "tag",
                N_("Tag"),
                _ask_tag,
                choices=_tags,
                when=lambda ctx: ctx.maybe("segment", Segment) is Segment.TAG,
            ),
            Step(
                "text",
                N_("Text"),
                N_("What should they read? Type it as it should stand, at most 2,000 letters."),
                parse=_read_text,
            ),
        ],
        summary=_summary,
        submit=_send,
        confirm=N_("Send it"),
    )
)


# On its way


@router.on(ShowBroadcast)
async def show_broadcast(context: UpdateContext, press: ShowBroadcast) -> None:
    await _show(context, press.key)


@router.on(StopBroadcast)
async def stop(context: UpdateContext, press: StopBroadcast) -> None:
    await context.run(lambda uow: BroadcastService(uow).stop(press.key))
    await _show(context, press.key)


async def _show(context: UpdateContext, key: UUID) -> None:
    async with context.unit_of_work() as uow:
        service = BroadcastService(uow)
        broadcast, progress = await service.get(key), await service.progress(key)
    await context.show(progress_screen(context.t, broadcast, progress, context.settings))


def progress_screen(
    t: HtmlTranslator, one: Broadcast, at: BroadcastProgress, settings: GymSettings
) -> Screen:
    """The progress; the same message is redrawn while the broadcast runs."""
    lines = [t("📣 <b>Broadcast</b>: {state}", state=Html(t(STATES[at.state]))), _whom(t, one), ""]
    if at.state is BroadcastState.PREPARING:
        lines.append(t("Messages written so far: {total}", total=at.total))
    lines.append(t("Sent: <b>{sent}</b> of {total}", sent=at.sent, total=at.total))
    if at.state not in (BroadcastState.DONE, BroadcastState.STOPPED):
        lines += _leaves(t, at.waits_until)
    if at.missed:
        lines.append(t("Not reached: {missed}", missed=at.missed))
    if at.failed:
        lines.append(t("Not sent: {failed}", failed=at.failed))
    lines += ["", preview(t, one.text, settings)]
    if at.state in (BroadcastState.DONE, BroadcastState.STOPPED):
        return Screen("\n".join(lines), [nav(t, back=Broadcasts())])
    keys = [button(t("⏹ Stop"), StopBroadcast(one.id)), button(t("🔄 Refresh"), ShowBroadcast(one.id))]
    return Screen("\n".join(lines), [keys, nav(t, back=Broadcasts())])
