"""Delivery of one claimed message: worded, sent or edited in place, each answer of Telegram judged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from telegram import Bot, LinkPreviewOptions
from telegram import Message as Sent
from telegram.error import BadRequest, ChatMigrated, Forbidden, RetryAfter, TelegramError

from bot.bot_api.delivery_status import ServerFault, Unanswered, Unreadable, acknowledged
from bot.bot_api.retries import retry_seconds
from bot.bot_api.trouble_reports import report_trouble
from bot.messages import Message, render
from bot.outbox.answers import copied_from, send_copy
from bot.outbox.charts import edit_words, send_with_chart, with_chart
from bot.outbox.lease import Lease
from bot.outbox.outcomes import MOST_IN_ORDER, DeliveryOutcomes
from bot.outbox.rate_limits import SendRateLimits
from bot.outbox.wire_order import WireOrder
from bot.ui.screens import bare
from bot.ui.surfaces import mask_payload, without_words
from gym.app import Gym
from gym.chats.sessions import AutocommitSessions
from gym.core.errors import DatabaseUnavailable
from gym.notifications.claims import Outgoing
from gym.notifications.kinds import GROUP_OF, IN_PLACE, WAITS, WORDS_OF
from gym.notifications.models import NotificationKind, RecipientKind
from gym.notifications.quiet_hours import after_quiet
from gym.notifications.repository import OutboxRepository
from gym.reports.absence import AbsenceService
from gym.security.permissions import Actor
from gym.settings.schemas import GymSettings

log = structlog.get_logger()
PATIENCE = 2.0
"""Seconds that a claimed message may wait for its chat; for longer it goes back into the outbox."""
NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


@dataclass(frozen=True, slots=True)
class SendContext:
    """The settings and the business time of one claim, the same for all of its messages."""

    settings: GymSettings
    now: datetime


class MessageSender:
    """Sends claimed messages and says what each answer of Telegram means for message, reader and chat."""

    def __init__(self, gym: Gym, bot: Bot, rate_limits: SendRateLimits) -> None:
        self.gym = gym
        self.bot = bot
        self.rate_limits = rate_limits
        self._order = WireOrder()
        self._sessions = AutocommitSessions(gym.database, gym.recovery)
        self._outcomes = DeliveryOutcomes(gym, self._sessions)

    async def deliver(self, item: Outgoing, now: SendContext, lease: Lease) -> None:
        """One message. Whatever happens, it stays in the outbox until its outcome is written down."""
        try:
            await self._deliver(item, now, lease)
        except DatabaseUnavailable:
            log.warning("message_not_marked", kind=item.kind)
        except Exception as error:
            # The outermost edge of the outbox: a fault of one message must not stop the others.
            log.exception("message_broke", kind=item.kind)
            await self._outcomes.retry_or_fail(item, type(error).__name__)

    async def _deliver(self, item: Outgoing, now: SendContext, lease: Lease) -> None:
        if item.chat_id is None:
            await self._outcomes.not_tried(item, "no chat")
        elif not item.reachable:
            await self._outcomes.not_tried(item, "has blocked the bot")
        elif GROUP_OF.get(item.kind) in item.muted:
            await self._outcomes.note(lambda outbox, _: outbox.muted(item.id))
        elif (morning := _after_quiet(item, now)) > now.now:
            await self._outcomes.note(lambda outbox, _: outbox.postpone(item.id, morning))
        elif (held := self.rate_limits.held(item.chat_id)) > PATIENCE:
            await self._outcomes.again(item, held, "pace", counts=False)
        elif not await self._still_holds(item):
            await self._outcomes.note(lambda outbox, _: outbox.dismissed(item.id, "not true any more"))
        else:
            await self._word_and_send(item, item.chat_id, now, lease)

    async def _still_holds(self, item: Outgoing) -> bool:
        """Whether an invitation to come again is still true.

        Written at night, it leaves in the morning: the member may have come meanwhile, or have been blocked.
        """
        since = item.payload.get("since")
        if item.kind is not NotificationKind.ABSENT or since is None:
            return True
        async with self.gym.unit_of_work(Actor.system()) as uow:
            assert item.recipient_id is not None, "a member is told"
            return await AbsenceService(uow).is_still_away(item.recipient_id, since)

    async def _word_and_send(self, item: Outgoing, chat_id: int, now: SendContext, lease: Lease) -> None:
        try:
            language = item.language or now.settings.language
            payload = _payload_for(item)
            worded = render(item.kind, payload, now.settings, language, now.now)
        except (LookupError, ValueError, TypeError, ArithmeticError) as error:
            await self._outcomes.failed(item, f"cannot be worded: {type(error).__name__}")
            return
        if item.kind in IN_PLACE:
            await self._take_place(item, worded, lease)
        else:
            await self._leave(item, chat_id, await with_chart(self.gym, item, worded, language), lease)

    async def _take_place(self, item: Outgoing, worded: Message, lease: Lease) -> None:
        """Edit the message that this one replaces; where none has arrived it is dismissed."""
        async with self._sessions.open() as session:
            place = await OutboxRepository(session).arrived(f"{item.payload['replaces']}:{item.recipient_id}")
        if place is None:
            await self._outcomes.note(lambda outbox, _: outbox.dismissed(item.id, "nothing to replace"))
            return
        chat_id, message_id = place
        await self.rate_limits.wait(chat_id)
        await self.rate_limits.wait_overall()
        if self._was_kept_too_long(item, lease):
            return
        try:
            await acknowledged(lambda: self._edit(chat_id, message_id, worded))
        except Unreadable:
            await self._outcomes.sent(item, chat_id, message_id)
        except BadRequest as error:
            # Deleted, or older than Telegram lets a bot edit. Its buttons read the state anew when pressed,
            # so nothing wrong can be done with it.
            reason = error.message
            await self._outcomes.note(lambda outbox, _: outbox.dismissed(item.id, reason))
        except TelegramError as error:
            await self._not_sent(item, chat_id, error)
        else:
            await self._outcomes.sent(item, chat_id, message_id)

    async def _leave(self, item: Outgoing, chat_id: int, worded: Message, lease: Lease) -> None:
        await self.rate_limits.wait(chat_id, bulk=item.is_bulk)
        async with self._order.one_by_one(self.rate_limits.wait_overall):
            if self._was_kept_too_long(item, lease):
                return
            try:
                message, is_bare = await self._in_some_way(item, chat_id, worded)
            except Unreadable as error:
                log.warning("answer_unreadable", kind=item.kind)
                await self._outcomes.sent(item, chat_id, error.message_id)
            except Unanswered as error:
                await self._outcomes.unanswered(item, chat_id, error.message)
            except TelegramError as error:
                await self._not_sent(item, chat_id, error)
            else:
                await self._outcomes.sent(item, message.chat_id, message.message_id)
                if is_bare:  # reported after it is marked: a crash in between would send it twice
                    await report_trouble(self.gym, "sendMessage")

    def _was_kept_too_long(self, item: Outgoing, lease: Lease) -> bool:
        """Whether too little of its lease is left; it is claimed again when that has ended."""
        if lease.is_safe(self.gym.clock.monotonic()):
            return False
        log.warning("message_kept_too_long", kind=item.kind)
        return True

    async def _edit(self, chat_id: int, message_id: int, worded: Message) -> object:
        try:
            return await edit_words(self.bot, chat_id, message_id, worded)
        finally:
            self.rate_limits.left(chat_id)

    async def _in_some_way(self, item: Outgoing, chat_id: int, worded: Message) -> tuple[Sent, bool]:
        """Send with markup and buttons; bare (True) after `MOST_IN_ORDER` tries that met a 5xx."""
        try:
            return await acknowledged(lambda: self._send(item, chat_id, worded)), False
        except ServerFault:
            if item.attempts <= MOST_IN_ORDER:
                raise
            bare_one = Message(bare(worded.text))
            return await acknowledged(lambda: self._send(item, chat_id, bare_one, html=False)), True

    async def _send(self, item: Outgoing, chat_id: int, worded: Message, *, html: bool = True) -> Sent:
        try:
            copied = copied_from(item)
            if copied is not None:
                return await send_copy(self.bot, chat_id, copied, worded, html=html)
            if worded.picture is not None:
                return await send_with_chart(
                    self.bot, chat_id, worded, worded.picture, item.topic_id, html=html
                )
            return await self.bot.send_message(
                chat_id,
                worded.text,
                parse_mode="HTML" if html else None,
                reply_markup=worded.keyboard,
                link_preview_options=NO_PREVIEW,
                message_thread_id=item.topic_id,
            )
        finally:
            self.rate_limits.left(chat_id)

    async def _not_sent(self, item: Outgoing, chat_id: int, error: TelegramError) -> None:
        match error:
            case Forbidden():
                await self._outcomes.unreachable(item, chat_id, error.message)
            case BadRequest():
                await self._outcomes.refused(item, chat_id, error.message)
            case RetryAfter():
                seconds = retry_seconds(error)
                self.rate_limits.hold(chat_id, seconds)
                await self._outcomes.again(item, seconds, "retry after", counts=False)
            case ChatMigrated():
                new = error.new_chat_id
                await self._outcomes.note(lambda outbox, _: outbox.moved(chat_id, new))
                await self._outcomes.again(item, 0, "moved", counts=False)
            case _:
                await self._outcomes.retry_or_fail(item, error.message)


def _payload_for(item: Outgoing) -> Mapping[str, Any]:
    """What this reader may see of it."""
    if item.recipient_kind is not RecipientKind.DESK:
        return item.payload
    hidden = frozenset[str]() if item.tells_messages else WORDS_OF.get(item.kind, frozenset[str]())
    return mask_payload(without_words(item.payload, hidden))


def _after_quiet(item: Outgoing, now: SendContext) -> datetime:
    """When it may leave: now, or at the end of the quiet hours, the reader's own or else the gym's."""
    if item.kind not in WAITS and not item.is_bulk:
        return now.now
    settings = now.settings
    if item.quiet is not None:
        begins, ends = item.quiet
        settings = settings.model_copy(update={"quiet_from": begins, "quiet_until": ends})
    return after_quiet(now.now, settings)
