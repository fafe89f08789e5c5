"""Pictures on messages of the outbox: the month's chart above the monthly letter, the slip above its proof.

A chart is drawn as the message leaves; a slip is named by its file id, and no byte of it passes through here.
Both may stay in their chats: a chart shows nobody; a slip shows names and accounts, which whoever reads it
may see at the desk anyway, but no face.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from telegram import Bot
from telegram import Message as Sent
from telegram.error import BadRequest

from bot.messages import Message
from bot.outbox.outcomes import MOST_IN_ORDER
from bot.ui.screens import CAPTION_LIMIT, bare
from gym.app import Gym
from gym.core.text import telegram_length
from gym.notifications.claims import Outgoing
from gym.notifications.kinds import BY_KIND
from gym.notifications.models import NotificationKind
from gym.notifications.payloads.base import read_stored
from gym.notifications.payloads.operations import MonthlyLetterPayload
from gym.notifications.payloads.transfers import ProofSentPayload
from gym.reports.charts.drawing import draw_chart
from gym.reports.charts.of_reports import chart_of_report
from gym.reports.ranges import DayRange, RangeNotCome
from gym.reports.service import ReportService
from gym.security.permissions import Actor
from gym.transfers.models import ProofKind
from gym.transfers.service import ProofService

NO_TEXT: Final = "no text in the message to edit"
"""What Telegram says of a message with a picture, whose words are its caption."""
Draw = Callable[[Gym, Any, str], Awaitable[bytes | str | None]]
"""From the payload and the reader's language: a picture, or the file id of one; None where there is none."""


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
    bot: Bot, chat_id: int, worded: Message, picture: bytes | str, topic_id: int | None, *, html: bool
) -> Sent:
    """Raises what Telegram answers. A file id that it knows no more takes the picture away, not the words."""
    try:
        return await bot.send_photo(
            chat_id,
            picture,
            caption=worded.text,
            parse_mode="HTML" if html else None,
            reply_markup=worded.keyboard,
            message_thread_id=topic_id,
        )
    except BadRequest:
        if isinstance(picture, bytes):
            raise
    return await bot.send_message(
        chat_id,
        worded.text,
        parse_mode="HTML" if html else None,
        reply_markup=worded.keyboard,
        message_thread_id=topic_id,
    )


async def edit_words(bot: Bot, chat_id: int, message_id: int, worded: Message) -> object:
    """Put other words into a message, below its picture if it has one."""
    try:
        return await bot.edit_message_text(
            worded.text, chat_id, message_id, parse_mode="HTML", reply_markup=worded.keyboard
        )
    except BadRequest as error:
        if NO_TEXT not in error.message.lower():
            raise
    return await bot.edit_message_caption(
        chat_id, message_id, caption=worded.text, parse_mode="HTML", reply_markup=worded.keyboard
    )


async def _month(gym: Gym, payload: MonthlyLetterPayload, language: str) -> bytes | None:
    """Money by day; None where the clock was put back before the month."""
    try:
        async with gym.unit_of_work(Actor.system()) as uow:
            report = await ReportService(uow).pictured("money", DayRange(payload.first, payload.last))
            t, today = uow.settings.translator(language), uow.today
    except RangeNotCome:
        return None
    chart = await asyncio.to_thread(chart_of_report, report, t, today)
    return None if chart is None else await draw_chart(chart)


async def _slip(gym: Gym, payload: ProofSentPayload, language: str) -> str | None:
    """The file id of the picture that the member has sent; None for a PDF or a number."""
    async with gym.unit_of_work(Actor.system()) as uow:
        proof = (await ProofService(uow).get(payload.proof.proof_id)).proof
    return proof.file_id if proof.kind is ProofKind.PICTURE else None


CHARTS: Final[Mapping[NotificationKind, Draw]] = {
    NotificationKind.MONTHLY_LETTER: _month,
    NotificationKind.PROOF_SENT: _slip,
}
