"""Charts on messages of the outbox, drawn as the message leaves: the month's money above the monthly letter.

A picture of nobody, so it may stay in its chat.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from telegram import Bot
from telegram import Message as Sent

from bot.messages import Message
from bot.outbox.outcomes import MOST_IN_ORDER
from bot.ui.screens import CAPTION_LIMIT, bare, telegram_length
from gym.app import Gym
from gym.notifications.claims import Outgoing
from gym.notifications.kinds import BY_KIND
from gym.notifications.models import NotificationKind
from gym.notifications.payloads.base import read_stored
from gym.notifications.payloads.operations import MonthlyLetterPayload
from gym.reports.charts.drawing import draw_chart
from gym.reports.charts.of_reports import chart_of_report
from gym.reports.ranges import DayRange, RangeNotCome
from gym.reports.service import ReportService
from gym.security.permissions import Actor

Draw = Callable[[Gym, Any, str], Awaitable[bytes | None]]
"""From the payload and the reader's language; None where there is nothing to draw."""


async def with_chart(gym: Gym, item: Outgoing, worded: Message, language: str) -> Message:
    """The message with the picture of its kind, if it has one and the words fit below it.

    After `MOST_IN_ORDER` tries it leaves without: neither a font that cannot be drawn nor a method that
    fails at Telegram's keeps the words from their reader.
    """
    draw = CHARTS.get(item.kind)
    if draw is None or item.attempts > MOST_IN_ORDER or telegram_length(bare(worded.text)) > CAPTION_LIMIT:
        return worded
    payload = read_stored(BY_KIND[item.kind].payload, item.payload)
    return replace(worded, picture=await draw(gym, payload, language))


async def send_with_chart(
    bot: Bot, chat_id: int, worded: Message, picture: bytes, topic_id: int | None, *, html: bool
) -> Sent:
    return await bot.send_photo(
        chat_id,
        picture,
        caption=worded.text,
        parse_mode="HTML" if html else None,
        reply_markup=worded.keyboard,
        message_thread_id=topic_id,
    )


async def _month(gym: Gym, payload: MonthlyLetterPayload, language: str) -> bytes | None:
    """Money by day; None where the clock was put back before the month."""
    try:
        async with gym.unit_of_work(Actor.system()) as uow:
            report = await ReportService(uow).report("money", DayRange(payload.first, payload.last))
            t, today = uow.settings.translator(language), uow.today
    except RangeNotCome:
        return None
    chart = await asyncio.to_thread(chart_of_report, report, t, today)
    return None if chart is None else await draw_chart(chart)


CHARTS: Final[Mapping[NotificationKind, Draw]] = {NotificationKind.MONTHLY_LETTER: _month}
