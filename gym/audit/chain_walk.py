"""Walk along the audit trail's chain: each link against the one before it, the first misfit named. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from gym.audit.chain import link_hash, moment_of
from gym.audit.chain_key import KeyOrigin, TrailKey
from gym.audit.trail_head import TrailHead
from gym.security.permissions import ActorKind

LATE: Final = timedelta(hours=1)
"""So long after its id was handed out an entry is there to be sealed, unless somebody put it in: a unit of
work takes seconds, and clocks of several computers differ by less."""
VERSION: Final = 7
"""Of the ids that the gym hands out."""


class TrailFaultKind(StrEnum):
    """What does not fit."""

    LINK_GONE = "link_gone"
    """A number is missing in the chain."""
    ENTRY_GONE = "entry_gone"
    """An entry was deleted."""
    ENTRY_CHANGED = "entry_changed"
    """An entry, or its link, is not what was sealed."""
    ENTRY_INSERTED = "entry_inserted"
    """An entry says that it is older than what was sealed before it came."""
    KEY_GONE = "key_gone"
    """The key of the chain is not in this database, or opens with none of the gym's keys."""
    LINK_UNKEYED = "link_unkeyed"
    """A link or checkpoint that anybody can compute stands where the gym has made keyed ones."""
    VALUES_GONE = "values_gone"
    """The personal values of an entry are missing, and their person was not erased."""
    VALUES_CHANGED = "values_changed"
    """The personal values are not those that the entry's digest was made of."""
    OTHER_HEAD = "other_head"
    """A head that was noted elsewhere, or sealed with the key, is not in this chain."""


@dataclass(frozen=True, slots=True)
class TrailFault:
    """The first misfit; `at` and `action` where the entry is still there."""

    kind: TrailFaultKind
    number: int
    entry_id: UUID | None = None
    at: datetime | None = None
    action: str | None = None


@dataclass(frozen=True, slots=True)
class ChainLink:
    """A link with what is left of its entry; `digest` is None where that is gone."""

    number: int
    entry_id: UUID
    hash: bytes
    sealed_at: datetime | None
    digest: bytes | None
    actor_kind: str | None
    at: datetime | None
    action: str | None

    def fault(self, kind: TrailFaultKind) -> TrailFault:
        return TrailFault(kind, self.number, self.entry_id, self.at, self.action)


@dataclass(slots=True)
class SealedRun:
    """One run of the sealing job: what is older than its newest entry was there to be sealed."""

    sealed_at: datetime
    newest: datetime

    @property
    def bound(self) -> datetime:
        """Ids from before this that appear later were put in."""
        return min(self.sealed_at, self.newest) - LATE


@dataclass(slots=True)
class ChainWalk:
    """From the beginning of the chain, link after link."""

    head: TrailHead
    key: TrailKey | None
    real: bool
    """Whether business time is wall time, as it is in every gym but a sandbox: an entry cannot say that
    somebody of the team did it at another time than its id was handed out."""
    before: SealedRun | None = field(default=None, init=False)
    run: SealedRun | None = field(default=None, init=False)

    def first_misfit(self, links: Sequence[ChainLink]) -> TrailFault | None:
        """Goes on where it ended; call it no more once it has found something. About 3 µs a link."""
        for link in links:
            fault = self._misfit(link)
            if fault is not None:
                return fault
            self.head = TrailHead(link.number, link.hash)
        return None

    def _misfit(self, link: ChainLink) -> TrailFault | None:
        if link.number != self.head.number + 1:
            return TrailFault(TrailFaultKind.LINK_GONE, link.number - 1)
        if link.digest is None:
            return TrailFault(TrailFaultKind.ENTRY_GONE, link.number, link.entry_id)
        if link.sealed_at is None:
            return self._unkeyed_misfit(link, link.digest)
        if self.key is None:
            return link.fault(TrailFaultKind.KEY_GONE)
        if self.origin is not None and link.number <= self.origin.head.number:
            return TrailFault(TrailFaultKind.OTHER_HEAD, self.origin.head.number)
        if link.hash != self.key.link(self.head.hash, link.number, link.digest, link.sealed_at):
            return link.fault(TrailFaultKind.ENTRY_CHANGED)
        self._turn(link, link.sealed_at)
        return link.fault(TrailFaultKind.ENTRY_INSERTED) if self._is_inserted(link) else None

    @property
    def origin(self) -> KeyOrigin | None:
        return None if self.key is None else self.key.origin

    def _unkeyed_misfit(self, link: ChainLink, digest: bytes) -> TrailFault | None:
        if self.run is not None:
            return link.fault(TrailFaultKind.LINK_UNKEYED)
        if link.hash != link_hash(self.head.hash, link.number, digest):
            return link.fault(TrailFaultKind.ENTRY_CHANGED)
        known = self.origin is None or self.origin.has(link.number, link.hash)
        return None if known else link.fault(TrailFaultKind.LINK_UNKEYED)

    def _turn(self, link: ChainLink, sealed_at: datetime) -> None:
        made = moment_of(link.entry_id)
        if self.run is None or self.run.sealed_at != sealed_at:
            self.before, self.run = self.run, SealedRun(sealed_at, made)
        self.run.newest = max(self.run.newest, made)

    def _is_inserted(self, link: ChainLink) -> bool:
        """A clock that was set back makes later entries look older: the run after that is not judged."""
        made = moment_of(link.entry_id)
        if link.entry_id.version != VERSION:
            return True
        if self.real and link.actor_kind == ActorKind.STAFF and link.at and abs(link.at - made) > LATE:
            return True
        if self.before is None or self.run is None or self.run.sealed_at < self.before.sealed_at:
            return False
        return made < self.before.bound
