"""Ends of freezes at the desk: the client is back today, or a planned freeze is called off."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from bot.routing.router import Audience, Router
from bot.ui.buttons.clients import Card
from bot.ui.buttons.door import CheckInClient
from bot.ui.buttons.memberships import EndFreeze
from bot.ui.callbacks import Callback, callback
from bot.ui.keyboards import Keyboard, Row, button, nav
from bot.ui.screens import HtmlTranslator, Screen
from bot.ui.update_context import UpdateContext
from bot.ui.wording.memberships.freezes import freeze_line
from gym.subscriptions.freezes.service import FreezeService
from gym.subscriptions.intervals import Interval, from_day
from gym.subscriptions.models import Freeze, FreezeKind, Subscription
from gym.subscriptions.service import SubscriptionService
from gym.subscriptions.status.statuses import freeze_on

router = Router(Audience.STAFF)


@callback("unfrz", changes=True)
class EndFreezeNow(Callback):
    """End one freeze, by its id, so that a second press does not end the next one."""

    subscription_id: UUID
    freeze_id: UUID


@router.on(EndFreeze)
async def ask_end(context: UpdateContext, press: EndFreeze) -> None:
    """The question, with what the return gives back."""
    async with context.unit_of_work() as uow:
        one = await SubscriptionService(uow).get(press.subscription_id)
        freeze = next_freeze(await FreezeService(uow).freezes(one.id), context.today)
        ends_on = await FreezeService(uow).quote_end(one.id, freeze.id) if freeze else one.ends_on
    await context.show(_end_screen(context.t, one, freeze, ends_on, context.today))


def next_freeze(freezes: Sequence[Freeze], today: date) -> Freeze | None:
    """The client's freeze that runs, or else the next planned one."""
    left = {rest.freeze_id for rest in from_day(today, map(Interval.of, freezes))}
    return next((one for one in freezes if one.kind is FreezeKind.CLIENT and one.id in left), None)


def _end_screen(
    t: HtmlTranslator, one: Subscription, freeze: Freeze | None, ends_on: date, today: date
) -> Screen:
    back = nav(t, back=Card(one.client_id))
    closed = freeze_on(one, today)
    if freeze is None and closed is not None and closed.ends_on is not None:
        return Screen(_closed(t, closed.ends_on), [back])
    if freeze is None:
        return Screen(t("Nothing is frozen. The client can come in."), [_check_in(t, one), back])
    label = t("✅ Back today") if freeze.starts_on <= today else t("✅ Call it off")
    rows: Keyboard = [[button(label, EndFreezeNow(one.id, freeze.id))], back]
    return Screen("\n".join(_end_lines(t, one, freeze, ends_on, today)), rows)


def _end_lines(t: HtmlTranslator, one: Subscription, freeze: Freeze, ends_on: date, today: date) -> list[str]:
    """The question and what it changes; `ends_on` is the plan's last day once the freeze has ended."""
    planned = freeze.starts_on > today
    lines = [
        t("<b>Call this freeze off?</b>") if planned else t("<b>End this freeze today?</b>"),
        "",
        t("👤 {client}", client=one.client.full_name),
        freeze_line(t, freeze),
    ]
    if freeze.ends_on is None:
        later = (ends_on - one.ends_on).days
        if not planned:
            lines.append(t.plural("The end moves by {count} day.", "The end moves by {count} days.", later))
        return lines
    unused = (freeze.ends_on - max(today, freeze.starts_on)).days + 1
    back = (one.ends_on - ends_on).days
    lines.append(
        t.plural("{count} unused frozen day goes back.", "{count} unused frozen days go back.", back)
    )
    if back < unused:
        lines.append(
            t.plural(
                "🔒 {count} more is a closed day, on which the plan rests anyway.",
                "🔒 {count} more are closed days, on which the plan rests anyway.",
                unused - back,
            )
        )
    return lines


@router.on(EndFreezeNow)
async def end(context: UpdateContext, press: EndFreezeNow) -> None:
    async with context.unit_of_work() as uow:
        one = await FreezeService(uow).end(press.subscription_id, freeze_id=press.freeze_id)
    t = context.t
    text = t(
        "☀️ <b>The freeze is over.</b>\n\n👤 {client}\n🏷 {plan}\n📅 Last day: {day}",
        client=one.client.full_name,
        plan=one.plan.name,
        day=one.ends_on,
    )
    closed = freeze_on(one, context.today)
    if closed is not None and closed.ends_on is not None:
        text += "\n" + _closed(t, closed.ends_on)
    rows = [_check_in(t, one)] if closed is None else []
    await context.show(Screen(text, [*rows, nav(t, back=Card(one.client_id))]))


def _closed(t: HtmlTranslator, until: date) -> str:
    return t("🔒 The gym is closed until {day}. Every plan rests until then.", day=until)


def _check_in(t: HtmlTranslator, one: Subscription) -> Row:
    return [button(t("✅ Check in"), CheckInClient(one.client_id))]
