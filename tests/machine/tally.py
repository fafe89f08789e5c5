"""The counts of a run: rules, statuses, verdicts, refusals, and ways in which a balance reached zero."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Final

STATUSES: Final = ("scheduled", "pending_payment", "active", "frozen", "expired", "lapsed", "canceled")
CODES: Final = (
    "client_inactive",
    "blocked",
    "no_subscription",
    "not_started",
    "expired",
    "frozen",
    "payment_due",
    "visits_used_up",
    "outside_hours",
    "already_inside",
    "admitted",
    "reentry",
)
"""Every verdict but those of a face: not_recognized, uncertain and spoof_suspected are the door table's."""
LEAST_RULE: Final = 50
LEAST_WAYS: Final = 3


@dataclass
class Tally:
    """Counts of one run, over all its examples."""

    steps: int = 0
    examples: int = 0
    rules: Counter[str] = field(default_factory=Counter[str])
    done: Counter[str] = field(default_factory=Counter[str])
    refusals: Counter[str] = field(default_factory=Counter[str])
    statuses: Counter[str] = field(default_factory=Counter[str])
    codes: Counter[str] = field(default_factory=Counter[str])
    zero: Counter[str] = field(default_factory=Counter[str])
    zones: Counter[str] = field(default_factory=Counter[str])
    situations: Counter[str] = field(default_factory=Counter[str])
    """What was tried where it is dangerous, and whether it went through."""

    def saw(self, situation: str, done: bool) -> None:
        self.situations[f"{situation}: {'done' if done else 'refused'}"] += 1

    def missing(self, rules: list[str], least: int = LEAST_RULE) -> list[str]:
        """What this run has not shown often enough."""
        found = [f"rule {name} ran {self.rules[name]} times" for name in rules if self.rules[name] < least]
        found += [f"status {name} was never seen" for name in STATUSES if not self.statuses[name]]
        found += [f"verdict {name} was never seen" for name in CODES if not self.codes[name]]
        if len(self.zero) < LEAST_WAYS:
            found.append(f"a balance reached zero only by {sorted(self.zero)}")
        return found

    def table(self) -> str:
        """The counts, most frequent first."""
        parts = [f"{self.steps} steps in {self.examples} examples"]
        for name in ("rules", "done", "refusals", "statuses", "codes", "zero", "zones", "situations"):
            counts: Counter[str] = getattr(self, name)
            parts.append(f"{name}: " + ", ".join(f"{key} {count}" for key, count in counts.most_common()))
        return "\n".join(parts)
