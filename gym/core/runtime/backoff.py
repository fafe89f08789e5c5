"""Exponential back-off: pauses between a floor and a ceiling, reset after a stretch without failure."""

from __future__ import annotations

import random
from typing import Final

GOOD_STRETCH: Final = 300.0
"""Seconds without a fault after which the next pause is the shortest again."""
_MOST_DOUBLINGS: Final = 30
"""Beyond any ceiling in use; keeps the power of two small however many failures there are."""


class Backoff:
    """Seconds to wait before the next try: doubled with each failure, within `shortest` and `longest`."""

    def __init__(self, shortest: float, longest: float) -> None:
        self.shortest = shortest
        self.longest = longest
        self.failures = 0
        """In a row."""

    def next(self, at_least: float = 0.0) -> float:
        """Count a failure. `at_least` is what the other side asked for; it gets no more than the ceiling."""
        self.failures += 1
        return min(self.longest, max(doubled(self.shortest, self.failures), at_least))

    def reset(self) -> None:
        """It works again."""
        self.failures = 0

    def ran(self, seconds: float) -> None:
        """It ran for so long before it failed: after a good stretch the past is forgotten."""
        if seconds >= GOOD_STRETCH:
            self.reset()


def doubled(shortest: float, failures: int) -> float:
    """The pause after so many failures in a row, where they are counted elsewhere; 1 gives the shortest."""
    return shortest * 2.0 ** min(failures - 1, _MOST_DOUBLINGS)


def spread(pause: float) -> float:
    """The pause, a fifth more or less, so that many who wait do not come back in one instant."""
    return pause * random.uniform(0.8, 1.2)  # noqa: S311 - no secret
