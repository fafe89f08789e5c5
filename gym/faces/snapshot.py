"""A gallery in memory as it stood at one moment: immutable blocks of vectors, searched exactly.

Blocks keep a change small: a person who comes or goes copies a block of a few megabytes, not the gallery.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from gym.faces.protection import protection_for
from gym.faces.schemas import NOBODY, Candidates, Probe, Vector, merge
from gym.security.cipher import Keyring

BLOCK: Final = 2048
"""Rows of a block: 4 MB."""


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Protected vectors (n, 512) and the place of each one's owner in `Snapshot.people`."""

    vectors: Vector
    owners: NDArray[np.int32]

    def without(self, owners: NDArray[np.int32]) -> Block | None:
        """The block with the rows of some people left out; None when nobody is left in it."""
        kept = ~np.isin(self.owners, owners)
        if kept.all():
            return self
        return Block(self.vectors[kept], self.owners[kept]) if kept.any() else None


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """Everything that is protected by one key."""

    blocks: tuple[Block, ...]

    def search(self, turned: Vector, other_than: int | None) -> tuple[int, float, float] | None:
        """The best owner, the score, and the best score of any other owner; None in an empty group."""
        owners = np.concatenate([block.owners for block in self.blocks])
        scores = np.concatenate([block.vectors @ turned for block in self.blocks])
        if other_than is not None:
            scores[owners == other_than] = NOBODY.score
        best = int(np.argmax(scores))
        score, owner = float(scores[best]), int(owners[best])
        if owner == other_than:
            return None
        scores[owners == owner] = NOBODY.score
        return owner, score, float(scores.max())


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """The active people's templates of one model, as of change `number`."""

    number: int
    model_id: str
    groups: Mapping[str, Group] = field(default_factory=dict[str, Group])
    people: Mapping[UUID, int] = field(default_factory=dict[UUID, int])
    names: Sequence[UUID] = ()

    def search(self, probe: Probe, keyring: Keyring, other_than: UUID | None = None) -> Candidates:
        """The best person, the best other one, and how many are enrolled. 0.6 ms at 10,000 templates."""
        found = replace(NOBODY, people=len(self.people))
        other = None if other_than is None else self.people.get(other_than)
        for kid, group in self.groups.items():
            best = group.search(_as_stored(probe, keyring, kid), other) if group.blocks else None
            if best is not None:
                owner, score, runner_up = best
                found = merge(found, Candidates(self.names[owner], score, runner_up, found.people))
        return found

    def changed(self, number: int, gone: Sequence[UUID], rows: Sequence[Row]) -> Snapshot:
        """With everything of some people replaced by rows."""
        groups = {kid: _without(group, self._places(gone)) for kid, group in self.groups.items()}
        people, names = self._enrolled(set(gone), rows)
        for kid in {row.key_id for row in rows}:
            mine = [row for row in rows if row.key_id == kid]
            owners = np.array([people[row.client_id] for row in mine], np.int32)
            added = Block(np.stack([row.vector for row in mine]), owners)
            groups[kid] = _with(groups.get(kid, Group(())), added)
        return Snapshot(number, self.model_id, groups, people, names)

    def _enrolled(self, gone: set[UUID], rows: Sequence[Row]) -> tuple[dict[UUID, int], list[UUID]]:
        """Who is enrolled afterwards and where; whoever comes back gets a new place."""
        people = {client: place for client, place in self.people.items() if client not in gone}
        names = list(self.names)
        for row in rows:
            if row.client_id not in people:
                people[row.client_id] = len(names)
                names.append(row.client_id)
        return people, names

    def _places(self, clients: Sequence[UUID]) -> NDArray[np.int32]:
        return np.array([self.people[one] for one in clients if one in self.people], np.int32)


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """One template as it is stored: a protected vector (512,) of float32 that was a float16."""

    client_id: UUID
    key_id: str
    vector: Vector


def _as_stored(probe: Probe, keyring: Keyring, kid: str) -> Vector:
    """The protected probe in the precision of the stored vectors, so that both galleries score alike."""
    turned = protection_for(keyring, kid).protect(probe.embedding)
    return turned.astype(np.float16).astype(np.float32)


def _without(group: Group, owners: NDArray[np.int32]) -> Group:
    if not len(owners):
        return group
    left = (block.without(owners) for block in group.blocks)
    return Group(tuple(block for block in left if block is not None))


def _with(group: Group, added: Block) -> Group:
    """The last block is filled up, then new ones begin."""
    blocks = list(group.blocks)
    if blocks and len(blocks[-1].owners) < BLOCK:
        last = blocks.pop()
        added = Block(
            np.concatenate([last.vectors, added.vectors]), np.concatenate([last.owners, added.owners])
        )
    for start in range(0, len(added.owners), BLOCK):
        part = slice(start, start + BLOCK)
        blocks.append(
            Block(np.ascontiguousarray(added.vectors[part]), np.ascontiguousarray(added.owners[part]))
        )
    return Group(tuple(blocks))
