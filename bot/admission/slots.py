"""Slots: how many updates are handled at once, some of them for staff alone, lent out during waits for
Telegram."""

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
from gym.chats.schemas import ClaimLimits

SLOTS = 12
"""Chats handled at the same time."""
MEMBERS, STRANGERS = 8, 2
"""At most so many of them for members and for strangers: two remain that only staff can take."""
MOST_LENT = 100
"""Handlers that may wait for Telegram without a slot; a further one goes back to the inbox instead."""
SLOW_CALL = 1.0
"""Seconds after which a call that Telegram has not answered lends its slot."""


class Slots:
    """Counts the handlers at work by rank; `on_free` is called whenever another could begin."""

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
        """How many updates of each rank may be claimed now."""
        free = self._total - self._held.total()
        return ClaimLimits(
            max(0, free), *(self._free(one) for one in (SenderRank.MEMBER, SenderRank.STRANGER))
        )

    @property
    def may_lend(self) -> bool:
        return self._lent < MOST_LENT

    def take(self, standing: SenderRank) -> Slot:
        """A slot for a claimed update.

        While the claim was on its way a lent slot may have been taken back: then one handler too many is at
        work for a moment, which costs less than a lock.
        """
        self._held[standing] += 1
        return Slot(self, standing)

    def leave(self, standing: SenderRank) -> None:
        """Free a slot: for a handler that waits to have its own back, staff first, else for the inbox."""
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
        """Ask for a lent slot back, before anything in the inbox gets one; `loan.over` is done when it is."""
        if self._free(loan.standing) > 0:
            self._give_back(loan)
        else:
            loan.order = next(self._order)
            insort(self._returning, loan)

    def drop(self, loan: Loan) -> None:
        """End a loan whose handler has ended: the slot is not wanted back."""
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
    """A slot in another handler's use until `over` is done; sorted by rank, then by the order of recall."""

    standing: SenderRank
    order: int = NOT_RECALLED
    """The place in the order of recalls; `NOT_RECALLED` before."""
    over: asyncio.Future[None] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future(), compare=False
    )


class Slot:
    """One handler's slot. Several of its tasks may wait at once: together they lend it once."""

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
        """Begin a wait and lend the slot; False where that cannot be."""
        if self._closed or not (self._is_lent or self._slots.may_lend):
            return False
        if not self._is_lent:
            self._loan = self._slots.lend(self._standing)
        self._waits += 1
        return True

    def end_wait(self) -> None:
        """One wait less."""
        self._waits -= 1

    async def take_back(self) -> None:
        """Have the slot again, unless another task of this handler still waits."""
        loan = self._loan
        if loan is None or loan.over.done() or self._waits:
            return
        if loan.order == NOT_RECALLED:
            self._slots.recall(loan)
        # Shielded: other tasks may wait for it too, and one that is cancelled must not cancel it for them.
        await asyncio.shield(loan.over)

    def close(self) -> None:
        """Free the slot for good, once, when the handler has ended; a task that outlives it has no slot."""
        self._closed = True
        if self._loan is not None and self._is_lent:
            self._slots.drop(self._loan)
        else:
            self._slots.leave(self._standing)


class _Wait:
    """One task's wait for Telegram."""

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
    """Let waits of this task, from now on, lend this slot."""
    _SLOT.set(slot)


def may_wait() -> bool:
    """Whether a longer wait takes no slot from others."""
    slot = _SLOT.get()
    return slot is None or slot.may_lend


@asynccontextmanager
async def lending(after: float = 0.0) -> AsyncGenerator[None]:
    """Lend the slot during a wait for Telegram, from `after` seconds on until the end of the block."""
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
        raise  # cancelled at a stop, it does not wait for its slot
    except BaseException:
        _end(wait, timer)
        await slot.take_back()
        raise
    _end(wait, timer)
    await slot.take_back()


def _end(wait: _Wait, timer: asyncio.TimerHandle | None) -> None:
    if timer is not None:
        timer.cancel()
    wait.end()
