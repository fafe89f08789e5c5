"""Delivery of one claimed message, and the record of what became of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from telegram import Bot, LinkPreviewOptions
from telegram import Message as Sent
from telegram.error import BadRequest, ChatMigrated, Forbidden, RetryAfter, TelegramError

from bot.bot_api.delivery_status import ServerFault, Unanswered, Unreadable, acknowledged
from bot.bot_api.retries import retry_seconds
from bot.bot_api.trouble_reports import report_trouble
from bot.messages import Message, render
from bot.outbox.rate_limits import SendRateLimits
from bot.ui.screens import bare
from bot.ui.surfaces import mask_payload
from gym.app import Gym
from gym.chats.sessions import QuickSessions
from gym.core.errors import DatabaseUnavailable
from gym.core.runtime.backoff import doubled, spread
from gym.notifications.kinds import GROUP_OF, IN_PLACE, WAITS
from gym.notifications.models import NotificationKind, RecipientKind
from gym.notifications.quiet_hours import after_quiet
from gym.notifications.repository import OutboxRepository, Outgoing
from gym.reports.absence import AbsenceService
from gym.security.permissions import Actor
from gym.settings.schemas import GymSettings
from gym.unit_of_work import UnitOfWork

log = structlog.get_logger()
MOST_TRIES = 10
MOST_UNANSWERED = 4
"""Tries without any answer after which a message may have been shown so often that an admin decides."""
LONGEST_PAUSE = 3600.0
MOST_IN_ORDER = 4
"""Tries (15 s) for which those behind a message wait for it; a longer 5xx is this message's own."""
LATELY = timedelta(minutes=1)
"""What was sent since then shows that the line works now."""
OUTAGE = timedelta(minutes=30)
"""When nothing at all has left for so long, the line is the fault and no message is given up."""
PATIENCE = 2.0
"""Seconds that a message may wait in hand for its chat; for longer it goes back into the outbox."""
GATE_SECONDS = 0.1
"""How long a message waits at most for the one before it: even then ten leave in a second."""
NOTE_SECONDS = 20.0
"""How long what became of a message is held in hand while the database is away."""
LOST_PLACES = (
    "chat not found",
    "thread not found",
    "topic",
    "not enough rights",
    "no rights to send",
    "upgraded",
)
"""Refusals that mean the place, not the message."""
NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


@dataclass(frozen=True, slots=True)
class SendContext:
    """What holds for the messages of one claim; `now` is business time."""

    settings: GymSettings
    now: datetime


@dataclass(slots=True)
class Lease:
    """For how long a message on its way is this process's own; `ends` is monotonic."""

    key: UUID
    bulk: bool
    seconds: float
    ends: float

    def is_old(self, now: float) -> bool:
        """Time to renew it."""
        return self.ends - now < self.seconds / 2

    def is_safe(self, now: float) -> bool:
        """Enough is left for Telegram's slowest answer; else somebody else may send it meanwhile."""
        return self.ends - now > self.seconds / 3


def back_off(attempts: int) -> float:
    """Seconds until the next try: 1 s doubling to an hour, with jitter so that retries spread."""
    return min(LONGEST_PAUSE, spread(doubled(1.0, min(attempts, 13))))


class MessageSender:
    """Knows Telegram's answers and what each means for a message, its reader and its chat."""

    def __init__(self, gym: Gym, bot: Bot, rate_limits: SendRateLimits) -> None:
        self.gym = gym
        self.bot = bot
        self.rate_limits = rate_limits
        self._gate = WireOrder()
        self._sessions = QuickSessions(gym.database, gym.recovery)

    async def deliver(self, item: Outgoing, now: SendContext, lease: Lease) -> None:
        """One message. Whatever happens, it stays in the outbox until that is written down."""
        try:
            await self._deliver(item, now, lease)
        except DatabaseUnavailable:
            log.warning("message_not_marked", kind=item.kind)
        except Exception as error:
            # The outbox's outermost edge: one message must not stop the rest.
            log.exception("message_broke", kind=item.kind)
            await self._later_or_never(item, type(error).__name__)

    async def _deliver(self, item: Outgoing, now: SendContext, lease: Lease) -> None:
        if item.chat_id is None:
            await self._note(lambda outbox, _: outbox.unreachable(item.id, "no chat"))
        elif not item.reachable:
            await self._note(lambda outbox, _: outbox.unreachable(item.id, "has blocked the bot"))
        elif GROUP_OF.get(item.kind) in item.muted:
            await self._note(lambda outbox, _: outbox.muted(item.id))
        elif (morning := _after_quiet(item, now)) > now.now:
            await self._note(lambda outbox, _: outbox.postpone(item.id, morning))
        elif (held := self.rate_limits.held(item.chat_id)) > PATIENCE:
            await self._again(item, held, "pace", counts=False)
        elif not await self._still_holds(item):
            await self._note(lambda outbox, _: outbox.dismissed(item.id, "not true any more"))
        else:
            await self._word_and_send(item, item.chat_id, now, lease)

    async def _still_holds(self, item: Outgoing) -> bool:
        """Written at night, it leaves in the morning: the member may have come, or have been blocked."""
        since = item.payload.get("since")
        if item.kind is not NotificationKind.ABSENT or since is None:
            return True
        async with self.gym.unit_of_work(Actor.system()) as uow:
            assert item.recipient_id is not None, "a member is told"
            return await AbsenceService(uow).is_still_away(item.recipient_id, since)

    async def _word_and_send(self, item: Outgoing, chat_id: int, now: SendContext, lease: Lease) -> None:
        try:
            language = item.language or now.settings.language
            desk = item.recipient_kind is RecipientKind.DESK
            payload = mask_payload(item.payload) if desk else item.payload
            worded = render(item.kind, payload, now.settings, language, now.now)
        except (LookupError, ValueError, TypeError, ArithmeticError) as error:
            await self._fail(item, f"cannot be worded: {type(error).__name__}")
            return
        if item.kind in IN_PLACE:
            await self._take_place(item, worded, lease)
        else:
            await self._leave(item, chat_id, worded, lease)

    async def _take_place(self, item: Outgoing, worded: Message, lease: Lease) -> None:
        """Edit the message that this one ends; where none has arrived there is nothing to be told."""
        async with self._sessions.open() as session:
            place = await OutboxRepository(session).arrived(f"{item.payload['replaces']}:{item.recipient_id}")
        if place is None:
            await self._note(lambda outbox, _: outbox.dismissed(item.id, "nothing to replace"))
            return
        chat_id, message_id = place
        await self.rate_limits.wait(chat_id)
        await self.rate_limits.wait_overall()
        if self._was_kept_too_long(item, lease):
            return
        try:
            await acknowledged(lambda: self._edit(chat_id, message_id, worded))
        except Unreadable:
            await self._sent(item, chat_id, message_id)
        except BadRequest as error:
            # Deleted, or older than Telegram lets a bot edit; its buttons answer with the truth anyway.
            reason = error.message
            await self._note(lambda outbox, _: outbox.dismissed(item.id, reason))
        except TelegramError as error:
            await self._not_sent(item, chat_id, error)
        else:
            await self._sent(item, chat_id, message_id)

    async def _leave(self, item: Outgoing, chat_id: int, worded: Message, lease: Lease) -> None:
        await self.rate_limits.wait(chat_id, bulk=item.is_bulk)
        async with self._gate.one_by_one(self.rate_limits.wait_overall):
            if self._was_kept_too_long(item, lease):
                return
            try:
                message, is_bare = await self._in_some_way(item, chat_id, worded)
            except Unreadable as error:
                log.warning("answer_unreadable", kind=item.kind)
                await self._sent(item, chat_id, error.message_id)
            except Unanswered as error:
                await self._unanswered(item, chat_id, error.message)
            except TelegramError as error:
                await self._not_sent(item, chat_id, error)
            else:
                await self._sent(item, message.chat_id, message.message_id)
                if is_bare:  # told once it is marked: a crash before that would send it twice
                    await report_trouble(self.gym, "sendMessage")

    def _was_kept_too_long(self, item: Outgoing, lease: Lease) -> bool:
        """It leaves when its lease ends."""
        if lease.is_safe(self.gym.clock.monotonic()):
            return False
        log.warning("message_kept_too_long", kind=item.kind)
        return True

    async def _edit(self, chat_id: int, message_id: int, worded: Message) -> object:
        try:
            return await self.bot.edit_message_text(
                worded.text, chat_id, message_id, parse_mode="HTML", reply_markup=worded.keyboard
            )
        finally:
            self.rate_limits.left(chat_id)

    async def _in_some_way(self, item: Outgoing, chat_id: int, worded: Message) -> tuple[Sent, bool]:
        """With markup and buttons; bare (True), when Telegram has failed to take that a few times."""
        try:
            return await acknowledged(lambda: self._send(item, chat_id, worded)), False
        except ServerFault:
            if item.attempts <= MOST_IN_ORDER:
                raise
            bare_one = Message(bare(worded.text))
            return await acknowledged(lambda: self._send(item, chat_id, bare_one, html=False)), True

    async def _send(self, item: Outgoing, chat_id: int, worded: Message, *, html: bool = True) -> Sent:
        try:
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
                await self._nobody_there(item, chat_id, error.message)
            case BadRequest():
                await self._refused(item, chat_id, error.message)
            case RetryAfter():
                seconds = retry_seconds(error)
                self.rate_limits.hold(chat_id, seconds)
                await self._again(item, seconds, "retry after", counts=False)
            case ChatMigrated():
                new = error.new_chat_id
                await self._note(lambda outbox, _: outbox.moved(chat_id, new))
                await self._again(item, 0, "moved", counts=False)
            case _:
                await self._later_or_never(item, error.message)

    # What became of it

    async def _sent(self, item: Outgoing, chat_id: int, message_id: int | None) -> None:
        """In one statement: a crash before it repeats the message."""

        async def mark() -> None:
            async with self._sessions.open() as session:
                wall = self.gym.clock.now()
                outbox = OutboxRepository(session)
                await outbox.sent(item.id, chat_id=chat_id, message_id=message_id, wall=wall)

        await self._patiently(mark)

    async def _unanswered(self, item: Outgoing, chat_id: int, reason: str) -> None:
        """It may have arrived. What nobody waits for is not said twice; a receipt is rather than never."""
        if item.is_bulk or item.kind in WAITS:
            log.warning("message_unsure", kind=item.kind)
            await self._sent(item, chat_id, None)
        elif item.unanswered + 1 >= MOST_UNANSWERED and await self._line_works(OUTAGE):
            await self._fail(item, f"{reason}; it may have arrived")
        else:
            await self._again(item, back_off(item.attempts), reason, unanswered=True)

    async def _nobody_there(self, item: Outgoing, chat_id: int, reason: str) -> None:
        """Blocked, kicked out, deleted: the place is marked, so that nobody writes there in vain."""
        log.info("chat_unreachable", kind=item.kind, recipient=item.recipient_kind)

        async def mark(outbox: OutboxRepository, uow: UnitOfWork) -> None:
            if item.recipient_kind is RecipientKind.DESK:
                wall = uow.context.wall
                await outbox.gone(item.recipient_id, now=uow.now, wall=wall, reason=reason)
                return
            await outbox.blocked(chat_id, item.language or uow.settings.language, uow.context.wall)
            await outbox.unreachable(item.id, reason)

        await self._note(mark)

    async def _refused(self, item: Outgoing, chat_id: int, reason: str) -> None:
        """Telegram will never take it: because of the place, or of the message itself."""
        if any(words in reason.lower() for words in LOST_PLACES):
            await self._nobody_there(item, chat_id, reason)
        else:
            await self._fail(item, reason)

    async def _later_or_never(self, item: Outgoing, reason: str) -> None:
        """Tried again, ten times; after that only while nothing else gets through either.

        After a few of them those behind it go on without it, if anything gets through.
        """
        if item.attempts >= MOST_TRIES and await self._line_works(OUTAGE):
            await self._fail(item, reason)
        elif item.attempts > MOST_IN_ORDER and await self._line_works(LATELY):
            await self._again(item, back_off(item.attempts), reason, aside=True)
            await report_trouble(self.gym, "sendMessage")
        else:
            await self._again(item, back_off(item.attempts), reason)

    async def _line_works(self, lately: timedelta) -> bool:
        async with self.gym.unit_of_work(Actor.system()) as uow:
            return await OutboxRepository(uow.session).line_works(uow.context.wall - lately)

    async def _again(
        self,
        item: Outgoing,
        seconds: float,
        reason: str,
        *,
        counts: bool = True,
        unanswered: bool = False,
        aside: bool = False,
    ) -> None:
        log.info("message_waits", kind=item.kind, attempts=item.attempts, seconds=round(seconds, 1))

        async def wait(outbox: OutboxRepository, uow: UnitOfWork) -> None:
            at = uow.now + timedelta(seconds=seconds)
            await outbox.again(item.id, at=at, reason=reason, counts=counts, unanswered=unanswered)
            if aside:
                await outbox.step_aside(item.id, at)

        await self._note(wait)

    async def _fail(self, item: Outgoing, reason: str) -> None:
        log.error("message_failed", kind=item.kind, attempts=item.attempts, reason=reason)
        await self._note(lambda outbox, _: outbox.failed(item.id, reason))

    async def _note(self, write: Callable[[OutboxRepository, UnitOfWork], Awaitable[None]]) -> None:
        async def note() -> None:
            async with self.gym.unit_of_work(Actor.system()) as uow:
                await write(OutboxRepository(uow.session), uow)

        await self._patiently(note)

    async def _patiently(self, note: Callable[[], Awaitable[None]]) -> None:
        """Write it down; while the database is away the fact is held, or the message would leave twice."""
        ends = self.gym.clock.monotonic() + NOTE_SECONDS
        while True:
            try:
                await note()
                return
            except DatabaseUnavailable:
                if self.gym.clock.monotonic() >= ends:
                    raise
                await asyncio.sleep(0.5)


class WireOrder:
    """Messages go on the wire one by one: what a crash may repeat is the one that was not marked yet.

    A slow answer holds the next one up for a moment only.
    """

    def __init__(self) -> None:
        self._turn = asyncio.Lock()
        self._before: asyncio.Event | None = None

    @asynccontextmanager
    async def one_by_one(self, pace: Callable[[], Awaitable[None]]) -> AsyncGenerator[None]:
        """Enter when the one before has been marked; leaving opens the gate."""
        marked = asyncio.Event()
        async with self._turn:
            if self._before is not None:
                with suppress(TimeoutError):
                    async with asyncio.timeout(GATE_SECONDS):
                        await self._before.wait()
            await pace()
            self._before = marked
        try:
            yield
        finally:
            marked.set()


def _after_quiet(item: Outgoing, now: SendContext) -> datetime:
    """When it may leave: at once, or when the reader's quiet hours (else the gym's) are over."""
    if item.kind not in WAITS and not item.is_bulk:
        return now.now
    settings = now.settings
    if item.quiet is not None:
        begins, ends = item.quiet
        settings = settings.model_copy(update={"quiet_from": begins, "quiet_until": ends})
    return after_quiet(now.now, settings)
