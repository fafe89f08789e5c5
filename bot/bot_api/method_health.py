"""Method health: a circuit breaker for each method of the Bot API, fed by the status of every call."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from prometheus_client import Counter

CALLS: Final = Counter(
    "powergym_telegram_calls_total", "Calls to the Bot API by what became of them", ("method", "outcome")
)
OTHER_WAYS: Final = Counter(
    "powergym_telegram_other_ways_total", "Messages that left in another way after 5xx", ("method",)
)
BROKEN_AFTER: Final = 6
"""Failures in a row, two series of retries: from then on a person does not wait for the next series."""
PROBE_SECONDS: Final = 60.0
"""How long a broken method is left alone; then one call probes it."""
OUTCOMES: Final = {2: "ok", 3: "redirected", 4: "refused", 5: "failed"}


@dataclass(slots=True)
class _Record:
    failures: int = 0
    failed_at: float = float("-inf")
    worked_at: float = float("-inf")


@dataclass
class MethodHealth:
    """The health of each method as this process has seen it; another process learns it in two seconds by
    itself."""

    monotonic: Callable[[], float] = time.monotonic
    _records: dict[str, _Record] = field(default_factory=dict[str, _Record])

    def note(self, method: str, status: int | None) -> None:
        """Count a call by its HTTP status, None when nothing answered. A refusal shows that the method
        works."""
        outcome = "limited" if status == 429 else OUTCOMES.get((status or 0) // 100, "unanswered")
        CALLS.labels(method, outcome).inc()
        record = self._records.setdefault(method, _Record())
        if outcome == "failed":
            record.failures, record.failed_at = record.failures + 1, self.monotonic()
        elif outcome in ("ok", "refused"):
            record.failures, record.worked_at = 0, self.monotonic()

    def is_broken(self, method: str) -> bool:
        """Whether to avoid the method at once."""
        record = self._records.get(method, _Record())
        return record.failures >= BROKEN_AFTER and self.monotonic() - record.failed_at < PROBE_SECONDS

    def works(self, *methods: str) -> bool:
        """Whether one of the methods (without any: any at all) was carried out within the last minute."""
        records = [self._records[name] for name in methods or self._records if name in self._records]
        return any(self.monotonic() - record.worked_at < PROBE_SECONDS for record in records)
