"""Beginning of the audit trail's chain: its checkpoint, and who can have written that. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from gym.audit.chain_key import TrailKey
from gym.audit.trail_head import BEFORE_ALL, NotedHead, TrailHead


@dataclass(frozen=True, slots=True)
class ChainBegin:
    """As verification finds it."""

    head: TrailHead
    seal: bytes | None
    """Of its checkpoint; None where there is none, or it is not sealed."""
    key: TrailKey | None
    """Where it opens."""
    is_keyed: bool
    """Whether the database has a key of the chain, even one that does not open, or what was made with it."""

    @property
    def is_sealed(self) -> bool:
        return self.key is not None and self.seal == self.key.checkpoint(self.head.number, self.head.hash)

    def is_known(self, *, is_followed_by_keyed: bool) -> bool:
        """Whether the gym has made it: sealed with the key, or there when the key was made."""
        if self.is_sealed or self.key is None or self.head == BEFORE_ALL:
            return True
        if self.seal is not None:
            return False
        origin = self.key.origin
        return not is_followed_by_keyed if origin is None else self.head == origin.begin

    def is_before(self, noted: NotedHead) -> bool:
        """Whether everything up to a noted head is still there, or its own hash stands at the beginning."""
        return noted.number >= self.head.number

    def cuts_off(self, noted: NotedHead) -> bool:
        """Whether a checkpoint that the key has not sealed stands at a noted head or behind it.

        Without the key's own row anybody makes the gym begin anew behind such a one. A gym that has kept its
        trail for some years only since before the key has one too, older than its backups.
        """
        is_open = self.is_keyed and not self.is_sealed and self.head.number > 0
        return is_open and noted.number <= self.head.number
