"""Outcomes of deliveries, written to the outbox: sent, tried again, failed, or its chat unreachable."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import structlog

from bot.bot_api.trouble_reports import report_trouble
from bot.outbox.answers import tell_undelivered
from gym.app import Gym
from gym.chats.sessions import AutocommitSessions
from gym.core.errors import DatabaseUnavailable
from gym.core.runtime.backoff import doubled, spread
from gym.notifications.claims import Outgoing
from gym.notifications.kinds import WAITS
from gym.notifications.models import RecipientKind
from gym.notifications.repository import OutboxRepository
from gym.security.permissions import Actor
from gym.unit_of_work import UnitOfWork

log = structlog.get_logger()
MOST_TRIES = 10
"""Tries after which a message fails, provided that others get through (`OUTAGE`)."""
MOST_UNANSWERED = 4
"""Tries without any answer after which a message may have been shown so often that an admin decides."""
LONGEST_PAUSE = 3600.0
"""Seconds between two tries at most: after an outage of a day everything is tried within the hour."""
MOST_IN_ORDER = 4
"""Tries (15 s) for which those behind a message wait for it; a longer 5xx is this message's own."""
LATELY = timedelta(minutes=1)
"""What was sent since then shows that the line works now."""
OUTAGE = timedelta(minutes=30)
"""When nothing at all has left for so long, the line is the fault and no message is given up."""
NOTE_SECONDS = 20.0
"""How long an outcome is held in memory while the database is away."""
LOST_PLACES = (
    "chat not found",
    "thread not found",
    "topic",
    "not enough rights",
    "no rights to send",
    "upgraded",
)
"""Refusals that mean the chat or topic, not the message. Telegram has no codes for them, only sentences."""


def back_off(attempts: int) -> float:
    """Seconds until the next try: 1 s doubling to an hour, with jitter so that retries spread."""
    return min(LONGEST_PAUSE, spread(doubled(1.0, min(attempts, 13))))


class DeliveryOutcomes:
    """Writes down what became of a message; its row stays due until that has been done."""

    def __init__(self, gym: Gym, sessions: AutocommitSessions) -> None:
        self._gym = gym
        self._sessions = sessions

    async def sent(self, item: Outgoing, chat_id: int, message_id: int | None) -> None:
        """Mark it as sent, in one statement: a crash before it repeats the message."""

        async def mark() -> None:
            async with self._sessions.open() as session:
                wall = self._gym.clock.now()
                outbox = OutboxRepository(session)
                await outbox.sent(item.id, chat_id=chat_id, message_id=message_id, wall=wall)

        await self._until_written(mark)

    async def unanswered(self, item: Outgoing, chat_id: int, reason: str) -> None:
        """It was written to the wire and no answer came, so it may have arrived.

        A broadcast or a message that could wait is not repeated; one that is needed, such as a receipt, is:
        shown twice is better than never.
        """
        if item.is_bulk or item.kind in WAITS:
            log.warning("message_unsure", kind=item.kind)
            await self.sent(item, chat_id, None)
        elif item.unanswered + 1 >= MOST_UNANSWERED and await self._line_works(OUTAGE):
            await self.failed(item, f"{reason}; it may have arrived")
        else:
            await self.again(item, back_off(item.attempts), reason, unanswered=True)

    async def not_tried(self, item: Outgoing, reason: str) -> None:
        """There is no chat to send it to, or it is known to be shut."""

        async def mark(outbox: OutboxRepository, uow: UnitOfWork) -> None:
            await outbox.unreachable(item.id, reason)
            tell_undelivered(uow, item)

        await self.note(mark)

    async def unreachable(self, item: Outgoing, chat_id: int, reason: str) -> None:
        """Blocked, kicked out or deleted: the chat is marked, so that later messages are not tried."""
        log.info("chat_unreachable", kind=item.kind, recipient=item.recipient_kind)

        async def mark(outbox: OutboxRepository, uow: UnitOfWork) -> None:
            if item.recipient_kind is RecipientKind.DESK:
                wall = uow.context.wall
                await outbox.gone(item.recipient_id, now=uow.now, wall=wall, reason=reason)
                return
            await outbox.blocked(chat_id, item.language or uow.settings.language, uow.context.wall)
            await outbox.unreachable(item.id, reason)
            tell_undelivered(uow, item)

        await self.note(mark)

    async def refused(self, item: Outgoing, chat_id: int, reason: str) -> None:
        """Telegram will never take it: because of the chat, or of the message itself."""
        if any(words in reason.lower() for words in LOST_PLACES):
            await self.unreachable(item, chat_id, reason)
        else:
            await self.failed(item, reason)

    async def retry_or_fail(self, item: Outgoing, reason: str) -> None:
        """Try again, `MOST_TRIES` times; after that only while nothing else gets through either.

        After `MOST_IN_ORDER` tries those behind it go on without it, if anything gets through.
        """
        if item.attempts >= MOST_TRIES and await self._line_works(OUTAGE):
            await self.failed(item, reason)
        elif item.attempts > MOST_IN_ORDER and await self._line_works(LATELY):
            await self.again(item, back_off(item.attempts), reason, aside=True)
            await report_trouble(self._gym, "sendMessage")
        else:
            await self.again(item, back_off(item.attempts), reason)

    async def again(
        self,
        item: Outgoing,
        seconds: float,
        reason: str,
        *,
        counts: bool = True,
        unanswered: bool = False,
        aside: bool = False,
    ) -> None:
        """Due again in `seconds`. `counts` as a try; `aside` lets the chat's later messages pass it."""
        log.info("message_waits", kind=item.kind, attempts=item.attempts, seconds=round(seconds, 1))

        async def wait(outbox: OutboxRepository, uow: UnitOfWork) -> None:
            at = uow.now + timedelta(seconds=seconds)
            await outbox.again(item.id, at=at, reason=reason, counts=counts, unanswered=unanswered)
            if aside:
                await outbox.step_aside(item.id, at)

        await self.note(wait)

    async def failed(self, item: Outgoing, reason: str) -> None:
        """A dead letter, for an admin to send again or dismiss."""
        log.error("message_failed", kind=item.kind, attempts=item.attempts, reason=reason)
        await self.note(lambda outbox, _: outbox.failed(item.id, reason))

    async def note(self, write: Callable[[OutboxRepository, UnitOfWork], Awaitable[None]]) -> None:
        """Any other outcome, in one transaction. Raises `DatabaseUnavailable` after `NOTE_SECONDS`."""

        async def note() -> None:
            async with self._gym.unit_of_work(Actor.system()) as uow:
                await write(OutboxRepository(uow.session), uow)

        await self._until_written(note)

    async def _line_works(self, lately: timedelta) -> bool:
        async with self._gym.unit_of_work(Actor.system()) as uow:
            return await OutboxRepository(uow.session).line_works(uow.context.wall - lately)

    async def _until_written(self, note: Callable[[], Awaitable[None]]) -> None:
        """Write it down, held in memory while the database is away: lost, the message would leave twice."""
        ends = self._gym.clock.monotonic() + NOTE_SECONDS
        while True:
            try:
                await note()
                return
            except DatabaseUnavailable:
                if self._gym.clock.monotonic() >= ends:
                    raise
                await asyncio.sleep(0.5)
