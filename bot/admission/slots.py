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

from gym.chats.models import SenderRank
from gym.chats.repository import ClaimLimits

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
        self._most = dict(zip(SenderRank, (total, *scaled), strict=True))
        self._held: Counter[SenderRank] = Counter()
        self._returning: list[Loan] = []
        self._order = count()
        self._lent = 0
        self._on_free = on_free

    @property
    def room(self) -> ClaimLimits:
        """What may be claimed now."""
        free = self._total - self._held.total()
        return ClaimLimits(
            max(0, free), *(self._free(one) for one in (SenderRank.MEMBER, SenderRank.STRANGER))
        )

    @property
    def may_lend(self) -> bool:
        return self._lent < MOST_LENT

    def take(self, standing: SenderRank) -> Slot:
        """A slot for what was claimed.

        While a claim was on its way to the database somebody may have come back: then there is one more at
        work for a moment, which costs less than a lock.
        """
        self._held[standing] += 1
        return Slot(self, standing)

    def leave(self, standing: SenderRank) -> None:
        """Free a slot: for whoever waits to come back, staff first, else for the inbox."""
        self._held[standing] -= 1
        for loan in self._returning:
            if self._free(loan.standing) > 0:
                self._returning.remove(loan)
                self._give_back(loan)
                return
        self._on_free()

    def lend(self, standing: SenderRank) -> Loan:
        self._lent += 1
        self.leave(standing)
        return Loan(standing)

    def recall(self, loan: Loan) -> None:
        """Ask for the slot again, before anything that is still in the inbox; `loan.over` tells when."""
        if self._free(loan.standing) > 0:
            self._give_back(loan)
        else:
            loan.order = next(self._order)
            insort(self._returning, loan)

    def drop(self, loan: Loan) -> None:
        """Who had lent a slot does not come back."""
        if loan in self._returning:
            self._returning.remove(loan)
        self._lent -= 1
        loan.over.set_result(None)

    def _give_back(self, loan: Loan) -> None:
        self._held[loan.standing] += 1
        self._lent -= 1
        loan.over.set_result(None)

    def _free(self, standing: SenderRank) -> int:
        of_all = self._total - self._held.total()
        return max(0, min(of_all, self._most[standing] - self._held[standing]))


NOT_RECALLED = -1


@dataclass(order=True, slots=True)
class Loan:
    """A slot that is somebody else's until `over` is done."""

    standing: SenderRank
    order: int = NOT_RECALLED
    """Its turn among those of its standing that were recalled."""
    over: asyncio.Future[None] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future(), compare=False
    )


class Slot:
    """One handler's place. Several of its tasks may wait at once: all of them together lend it once."""

    def __init__(self, slots: Slots, standing: SenderRank) -> None:
        self._slots = slots
        self._standing = standing
        self._loan: Loan | None = None
        self._waits = 0
        self._closed = False

    @property
    def may_lend(self) -> bool:
        return self._slots.may_lend

    @property
    def _is_lent(self) -> bool:
        return self._loan is not None and not self._loan.over.done()

    def lend(self) -> bool:
        """One wait more, meanwhile somebody else works; False where that cannot be."""
        if self._closed or not (self._is_lent or self._slots.may_lend):
            return False
        if not self._is_lent:
            self._loan = self._slots.lend(self._standing)
        self._waits += 1
        return True

    def end_wait(self) -> None:
        """One wait less."""
        self._waits -= 1

    async def come_back(self) -> None:
        """Have the slot again, unless another task of this handler still waits."""
        loan = self._loan
        if loan is None or loan.over.done() or self._waits:
            return
        if loan.order == NOT_RECALLED:
            self._slots.recall(loan)
        await asyncio.shield(loan.over)  # others may wait for it too: whoever is cancelled leaves it to them

    def close(self) -> None:
        """The handler has ended; called once. A task that outlives it has no place to come back to."""
        self._closed = True
        if self._loan is not None and self._is_lent:
            self._slots.drop(self._loan)
        else:
            self._slots.leave(self._standing)


class _Wait:
    """One task's wait."""

    def __init__(self, slot: Slot) -> None:
        self._slot = slot
        self._lends = False

    def begin(self) -> None:
        self._lends = self._slot.lend()

    def end(self) -> None:
        if self._lends:
            self._slot.end_wait()


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
    wait = _Wait(slot)
    timer = asyncio.get_running_loop().call_later(after, wait.begin) if after else None
    if timer is None:
        wait.begin()
    try:
        yield
    except asyncio.CancelledError:
        _end(wait, timer)
        raise  # it ends without its place: at a stop nobody waits for one
    except BaseException:
        _end(wait, timer)
        await slot.come_back()
        raise
    _end(wait, timer)
    await slot.come_back()


def _end(wait: _Wait, timer: asyncio.TimerHandle | None) -> None:
    if timer is not None:
        timer.cancel()
    wait.end()
