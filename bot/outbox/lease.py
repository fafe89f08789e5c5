"""The lease of a claimed message: until when it may be sent by the process that claimed it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(slots=True)
class Lease:
    """One message's lease of `seconds`, which ends at `ends`, on the monotonic clock."""

    key: UUID
    bulk: bool
    seconds: float
    ends: float

    def is_old(self, now: float) -> bool:
        """Whether it is time to renew it: less than half of it is left."""
        return self.ends - now < self.seconds / 2

    def is_safe(self, now: float) -> bool:
        """Whether a third of it is left, which covers Telegram's slowest answer.

        With less, another process could claim and send the message while this one waits for the answer.
        """
        return self.ends - now > self.seconds / 3
