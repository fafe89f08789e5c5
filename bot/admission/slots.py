"""Slots: how many updates are handled at once. Some are kept for staff; a wait for Telegram lends its own."""

from __future__ import annotations

import asyncio
from bisect import insort
from collections import Counter
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from itertools import count

from gym.chats.models import Standing
from gym.chats.repository import Room

SLOTS = 12
"""Chats handled at the same time."""
MEMBERS, STRANGERS = 8, 2
"""Of those, at most so many members and strangers: two are never anybody's but the staff's."""
MOST_LENT = 100
"""Handlers that wait for Telegram without a slot; one more goes back to the inbox instead."""
SLOW_CALL = 1.0
"""Seconds after which a call that Telegram has not answered gives its slot back."""


class Slots:
    """Counts the handlers at work by standing. `on_free` is called whenever one could begin."""

    def __init__(self, total: int = SLOTS, on_free: Callable[[], None] = lambda: None) -> None:
        self._total = total
        # Fewer slots (tests, tiny machines) keep the proportion; two strangers never block each other.
        scaled = [max(min(2, total), most * total // SLOTS) for most in (MEMBERS, STRANGERS)]
        self._most = dict(zip(Standing, (total, *scaled), strict=True))
        self._held: Counter[Standing] = Counter()
        self._returning: list[_Return] = []
        self._order = count()
        self._lent = 0
        self._on_free = on_free

    @property
    def room(self) -> Room:
        """What may be claimed now."""
        free = self._total - self._held.total()
        return Room(max(0, free), *(self._free(one) for one in (Standing.MEMBER, Standing.STRANGER)))

    @property
    def may_lend(self) -> bool:
        return self._lent < MOST_LENT

    def take(self, standing: Standing) -> Slot:
        """A slot for what was claimed.

        While a claim was on its way to the database somebody may have come back: then there is one more at
        work for a moment, which costs less than a lock.
        """
        self._held[standing] += 1
        return Slot(self, standing)

    def leave(self, standing: Standing) -> None:
        """Free a slot: for whoever waits to come back, staff first, else for the inbox."""
        self._held[standing] -= 1
        for one in self._returning:
            if self._free(one.standing) > 0 and not one.called.cancelled():
                self._returning.remove(one)
                self._held[one.standing] += 1
                one.called.set_result(None)
                return
        self._on_free()

    def lend(self, standing: Standing) -> None:
        self._lent += 1
        self.leave(standing)

    async def come_back(self, standing: Standing) -> None:
        """Wait for a slot again, before anything that is still in the inbox."""
        if self._free(standing) > 0:
            self._held[standing] += 1
        else:
            await self._called(_Return(standing, next(self._order)))
        self._lent -= 1

    def drop(self) -> None:
        """Who had lent a slot does not come back."""
        self._lent -= 1

    async def _called(self, one: _Return) -> None:
        insort(self._returning, one)
        try:
            await one.called
        except asyncio.CancelledError:
            if one in self._returning:
                self._returning.remove(one)
            else:
                self.leave(one.standing)
            raise

    def _free(self, standing: Standing) -> int:
        of_all = self._total - self._held.total()
        return max(0, min(of_all, self._most[standing] - self._held[standing]))


@dataclass(order=True, slots=True)
class _Return:
    standing: Standing
    order: int
    called: asyncio.Future[None] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future(), compare=False
    )


class Slot:
    """One handler's place."""

    def __init__(self, slots: Slots, standing: Standing) -> None:
        self._slots = slots
        self._standing = standing
        self._lent = False

    @property
    def may_lend(self) -> bool:
        return self._slots.may_lend

    def lend(self) -> None:
        """Let somebody else work meanwhile."""
        if not self._lent and self._slots.may_lend:
            self._lent = True
            self._slots.lend(self._standing)

    async def come_back(self) -> None:
        if self._lent:
            await self._slots.come_back(self._standing)
            self._lent = False

    def close(self) -> None:
        """The handler has ended; called once."""
        if self._lent:
            self._slots.drop()
        else:
            self._slots.leave(self._standing)


_SLOT: ContextVar[Slot | None] = ContextVar("slot", default=None)


def work_in(slot: Slot) -> None:
    """What this task waits for from now on lends this slot."""
    _SLOT.set(slot)


def may_wait() -> bool:
    """Whether a longer wait costs nobody a place."""
    slot = _SLOT.get()
    return slot is None or slot.may_lend


@asynccontextmanager
async def lending(after: float = 0.0) -> AsyncGenerator[None]:
    """Around a wait for Telegram: the slot is somebody else's, from `after` seconds on until the end."""
    slot = _SLOT.get()
    if slot is None:
        yield
        return
    timer = asyncio.get_running_loop().call_later(after, slot.lend)
    if not after:
        slot.lend()
    try:
        yield
    except asyncio.CancelledError:
        timer.cancel()
        raise  # it ends without its place: at a stop nobody waits for one
    except BaseException:
        timer.cancel()
        await slot.come_back()
        raise
    timer.cancel()
    await slot.come_back()
