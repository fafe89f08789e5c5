"""Operations on the inbox of updates (kept, claimed, finished), on drafts of forms and on reachability."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy.exc import StatementError

from gym.chats.intake import DeadReason, Reject
from gym.chats.models import Draft
from gym.chats.repository import (
    DraftRepository,
    InboxRepository,
    NewestCardRepository,
    PeopleRepository,
)
from gym.chats.schemas import ClaimedUpdate, ClaimLimits, IncomingUpdate
from gym.chats.sessions import AutocommitSessions
from gym.core.clock import WallClock

log = structlog.get_logger()
LEASE = timedelta(seconds=15)
"""How long a claimed update stays with a process that is no longer heard of; a living one extends it."""


class InboxService:
    """Every update is stored before Telegram's offset moves, and handled once, in order within its chat.

    These operations run before anybody is known and on every update, so they take quick sessions
    and wall time instead of a unit of work.
    """

    def __init__(self, sessions: AutocommitSessions, clock: WallClock) -> None:
        self._sessions = sessions
        self._clock = clock

    async def keep(self, arrivals: Sequence[IncomingUpdate]) -> dict[int, int]:
        """Store updates; when this returns, Telegram's offset may move.

        A batch that PostgreSQL refuses is stored one by one, and what is refused then is put aside. Returns
        the sender's `SenderRank` of each that was kept. Raises `DatabaseUnavailable` for whatever is no fault
        of the updates themselves (a timeout, a lock, a column to come): then they come again.
        """
        if not arrivals:
            return {}
        try:
            return await self._add(arrivals)
        except StatementError:
            kept: dict[int, int] = {}
            for arrival in arrivals:
                kept |= await self._add_or_put_aside(arrival)
            return kept

    async def put_aside(self, update_id: int | None, reason: DeadReason, code: str | None = None) -> None:
        """Note an update that cannot be handled as a dead letter, for an admin to see."""
        log.warning("update_put_aside", update=update_id, reason=reason.value)
        async with self._sessions.open() as session:
            await InboxRepository(session).put_aside(update_id, reason, self._clock.now(), code)

    async def reject(self, rejects: Sequence[Reject]) -> None:
        """Put aside what could not even be kept."""
        for one in rejects:
            await self.put_aside(one.update_id, one.reason)

    async def _add(self, arrivals: Sequence[IncomingUpdate]) -> dict[int, int]:
        async with self._sessions.open() as session:
            return await InboxRepository(session).add(arrivals, self._clock.now())

    async def _add_or_put_aside(self, arrival: IncomingUpdate) -> dict[int, int]:
        try:
            return await self._add([arrival])
        except StatementError:
            await self.put_aside(arrival.update_id, DeadReason.REFUSED)
            return {}

    async def claim(self, room: ClaimLimits | int) -> list[ClaimedUpdate]:
        """The oldest waiting update of as many chats as there is room for, leased to the caller."""
        now = self._clock.now()
        room = ClaimLimits.of(room) if isinstance(room, int) else room
        async with self._sessions.open() as session:
            return await InboxRepository(session).claim(now, now + LEASE, room)

    async def extend(self, update_ids: Sequence[int]) -> None:
        async with self._sessions.open() as session:
            await InboxRepository(session).extend(update_ids, self._clock.now() + LEASE)

    async def postpone(self, item: ClaimedUpdate, by: timedelta) -> None:
        """Hand an update back, to be tried again later; those behind it in its chat wait too."""
        async with self._sessions.open() as session:
            await InboxRepository(session).postpone(item.update_id, self._clock.now() + by)

    async def count_sent(self, update_id: int, sent: int) -> None:
        """Note that so many answers have left; when the update is handled again they stay away."""
        async with self._sessions.open() as session:
            await InboxRepository(session).count_sent(update_id, sent)

    async def finish(self, item: ClaimedUpdate, *, failed: bool = False) -> bool:
        """Mark it handled; True when its chat has more waiting."""
        async with self._sessions.open() as session:
            return await InboxRepository(session).finish(item, self._clock.now(), failed=failed)

    async def forget(self, older_than: timedelta) -> int:
        """Retention: drop what was handled longer ago than this; returns how many."""
        async with self._sessions.open() as session:
            return await InboxRepository(session).forget_done_before(self._clock.now() - older_than)


class ChatService:
    """Drafts of forms, newest cards, and what is known of the people who write."""

    def __init__(self, sessions: AutocommitSessions) -> None:
        self._sessions = sessions

    async def save_draft(self, draft: Draft) -> None:
        async with self._sessions.open() as session:
            await DraftRepository(session).save(draft)

    async def drop_draft(self, draft: Draft) -> None:
        async with self._sessions.open() as session:
            await DraftRepository(session).drop(draft)

    async def note_newest_card(self, chat_id: int, message_id: int | None, now: datetime) -> None:
        """The message that shows the chat's newest card; None where that shows something else now."""
        async with self._sessions.open() as session:
            cards = NewestCardRepository(session)
            if message_id is None:
                await cards.drop(chat_id)
            else:
                await cards.set(chat_id, message_id, now)

    async def remember_person(self, user_id: int, language: str, now: datetime) -> None:
        async with self._sessions.open() as session:
            await PeopleRepository(session).remember_person(user_id, language, now)

    async def set_reachable(self, user_id: int, reachable: bool) -> None:
        async with self._sessions.open() as session:
            await PeopleRepository(session).set_reachable(user_id, reachable)

    async def set_language(self, user_id: int, language: str) -> None:
        async with self._sessions.open() as session:
            await PeopleRepository(session).set_language(user_id, language)
