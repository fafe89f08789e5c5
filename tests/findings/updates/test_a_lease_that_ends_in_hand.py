"""A clock that is put forward, or a machine that slept, makes no update be handled twice at once."""

from __future__ import annotations

import asyncio

from bot.telegram.inbox import Done, Inbox, Outcome
from gym.app import Gym
from gym.chats.schemas import ClaimedUpdate
from gym.chats.service import LEASE, InboxService
from gym.chats.sessions import AutocommitSessions
from gym.core.clock import FrozenClock


def update_of(update_id: int, chat_id: int) -> dict[str, object]:
    return {"update_id": update_id, "message": {"chat": {"id": chat_id}}}


async def test_what_is_in_hand_when_its_lease_ends_is_not_begun_again_beside_it(
    gym: Gym, clock: FrozenClock
) -> None:
    begun: list[int] = []
    ended: list[int] = []
    working, other_done, everything = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def handle(item: ClaimedUpdate) -> Outcome:
        begun.append(item.update_id)
        if item.update_id == 1:
            working.set()
            await other_done.wait()
        ended.append(item.update_id)
        if item.update_id == 3:
            other_done.set()
        if ended[-1] == 2:
            everything.set()
        return Done()

    inbox = Inbox(InboxService(AutocommitSessions(gym.database), gym.clock), handle)
    await inbox.keep([update_of(1, 5), update_of(2, 5)])
    task = asyncio.create_task(inbox.run())
    async with asyncio.timeout(30):
        await working.wait()
        clock.advance(2 * LEASE)
        await inbox.keep([update_of(3, 6)])  # another chat wakes the workers, who look at everything
        await everything.wait()
    inbox.stop()
    await task
    assert begun == [1, 3, 2]
    assert ended == [3, 1, 2]
