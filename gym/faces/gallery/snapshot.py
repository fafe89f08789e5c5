"""Snapshot of the gallery in memory: immutable blocks of vectors, searched exactly.

A search reads every template, so its time is how long the memory takes to deliver them. Each is therefore
kept twice: as 512 bytes, which are compared first, and as the 512 halves that PostgreSQL has. How far the
first answer can be from the second is known, so the few that may be nearest are compared again by the halves
and nobody is ever missed. Blocks keep a change small: a person who comes or goes copies some megabytes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Final, Self, cast
from uuid import UUID

import numkong
import numpy as np
from numpy.typing import NDArray

from gym.faces.gallery.protection import protection_for
from gym.faces.schemas import NOBODY, Candidates, Probe, Vector, merge
from gym.security.cipher import Keyring

BLOCK: Final = 2048
"""Rows of a block: 3 MB."""
LEVELS: Final = 127
ROUNDING: Final = 1e-4
"""What float32 adds to the difference between the two answers, with room."""
Halves = NDArray[np.float16]


@dataclass(frozen=True, slots=True, eq=False)
class CodedVectors:
    """Vectors as bytes: `codes * steps` is the vector, but for `lost` (the length of what is missing)."""

    codes: NDArray[np.int8]
    steps: NDArray[np.float32]
    lost: NDArray[np.float32]

    @classmethod
    def of(cls, vectors: Vector) -> Self:
        """Of rows (n, 512) of float32."""
        steps = np.maximum(np.abs(vectors).max(axis=1), 1e-9) / LEVELS
        codes = np.rint(vectors / steps[:, None]).astype(np.int8)
        lost = np.linalg.norm(vectors - codes * steps[:, None], axis=1)
        return cls(codes, steps.astype(np.float32), lost.astype(np.float32))


@dataclass(frozen=True, slots=True, eq=False)
class TemplateBlock:
    """Protected vectors (n, 512) and the place of each one's owner in `Snapshot.people`."""

    halves: Halves
    coded: CodedVectors
    owners: NDArray[np.int32]

    @classmethod
    def of(cls, vectors: Vector, owners: NDArray[np.int32]) -> Self:
        """Of rows of float32 that were float16."""
        return cls(vectors.astype(np.float16), CodedVectors.of(vectors), owners)

    def take(self, rows: Any) -> TemplateBlock:
        """Some of the rows, copied."""
        coded = CodedVectors(*(np.ascontiguousarray(part[rows]) for part in _parts(self.coded)))
        return TemplateBlock(np.ascontiguousarray(self.halves[rows]), coded, self.owners[rows].copy())

    def followed_by(self, other: TemplateBlock) -> TemplateBlock:
        pairs = zip(_parts(self.coded), _parts(other.coded), strict=True)
        coded = CodedVectors(*(np.concatenate(pair) for pair in pairs))
        owners = np.concatenate([self.owners, other.owners])
        return TemplateBlock(np.concatenate([self.halves, other.halves]), coded, owners)

    def without(self, owners: NDArray[np.int32]) -> TemplateBlock | None:
        """The block with the rows of some people left out; None when nobody is left in it."""
        kept = ~np.isin(self.owners, owners)
        if kept.all():
            return self
        return self.take(kept) if kept.any() else None

    def near(self, code: NDArray[np.int8]) -> Vector:
        """The inner products with a vector in bytes, but for that vector's step."""
        products = np.asarray(cast("Any", numkong.cdist(code, self.coded.codes, metric="dot")))[0]
        return products.astype(np.float32) * self.coded.steps


def _parts(coded: CodedVectors) -> tuple[NDArray[Any], ...]:
    return coded.codes, coded.steps, coded.lost


@dataclass(frozen=True, eq=False)
class TemplateGroup:
    """Everything that is protected by one key."""

    blocks: tuple[TemplateBlock, ...]

    @cached_property
    def owners(self) -> NDArray[np.int32]:
        return np.concatenate([block.owners for block in self.blocks])

    @cached_property
    def lost(self) -> float:
        """The most that any template's bytes are away from it."""
        return max(float(block.coded.lost.max()) for block in self.blocks)

    def search(self, turned: Vector, other_than: int | None) -> tuple[int, float, float] | None:
        """The best owner, the score, and the best score of any other owner; None in an empty group."""
        rows = self._nearest(turned, other_than)
        if not len(rows):
            return None
        owners, scores = self.owners[rows], self._scores(rows, turned)
        best = int(np.argmax(scores))
        others = scores[owners != owners[best]]
        return int(owners[best]), float(scores[best]), float(others.max(initial=NOBODY.score))

    def _nearest(self, turned: Vector, other_than: int | None) -> NDArray[np.int64]:
        """Rows among which the best owner and the best other one surely are.

        No answer by bytes is further from the true one than `_doubt`. Two owners have one of at least
        `second`, so whatever stays two doubts below it is nobody's best.
        """
        coded = CodedVectors.of(turned[None])
        near = np.concatenate([block.near(coded.codes) for block in self.blocks]) * coded.steps[0]
        if other_than is not None:
            near[self.owners == other_than] = -np.inf
        first = int(np.argmax(near))
        second = float(near[self.owners != self.owners[first]].max(initial=-np.inf))
        least = (second if second > -np.inf else float(near[first])) - 2 * self._doubt(turned, coded)
        return np.flatnonzero((near >= least) & (near > -np.inf))

    def _doubt(self, turned: Vector, coded: CodedVectors) -> float:
        """|q·x - q'·x'| ≤ |q - q'| |x| + |q'| |x - x'| (Cauchy and Schwarz).

        Halves of a unit vector may be longer than one by less than ROUNDING covers.
        """
        lost = float(coded.lost[0])
        return lost + (float(np.linalg.norm(turned)) + lost) * self.lost + ROUNDING

    def _scores(self, rows: NDArray[np.int64], turned: Vector) -> Vector:
        """The inner products of some rows, in ascending order, with the halves."""
        starts = self._starts
        cuts = np.searchsorted(rows, starts)
        parts = [
            block.halves[rows[cuts[place] : cuts[place + 1]] - starts[place]].astype(np.float32) @ turned
            for place, block in enumerate(self.blocks)
            if cuts[place + 1] > cuts[place]
        ]
        return np.concatenate(parts)

    @cached_property
    def _starts(self) -> NDArray[np.int64]:
        """The number of each block's first row, and how many there are."""
        return np.cumsum([0, *(len(block.owners) for block in self.blocks)])


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """The active people's templates of one model, as of change `number`."""

    number: int
    model_id: str
    groups: Mapping[str, TemplateGroup] = field(default_factory=dict[str, TemplateGroup])
    people: Mapping[UUID, int] = field(default_factory=dict[UUID, int])
    names: Sequence[UUID] = ()

    def search(self, probe: Probe, keyring: Keyring, other_than: UUID | None = None) -> Candidates:
        """The best person, the best other one, and how many are enrolled. 0.3 ms at 10,000 templates."""
        found = replace(NOBODY, people=len(self.people))
        other = None if other_than is None else self.people.get(other_than)
        for kid, group in self.groups.items():
            best = group.search(_as_stored(probe, keyring, kid), other) if group.blocks else None
            if best is not None:
                owner, score, runner_up = best
                found = merge(found, Candidates(self.names[owner], score, runner_up, found.people))
        return found

    def changed(self, number: int, gone: Sequence[UUID], rows: Sequence[TemplateRow]) -> Snapshot:
        """With everything of some people replaced by rows."""
        groups = {kid: _without(group, self._places(gone)) for kid, group in self.groups.items()}
        people, names = self._enrolled(set(gone), rows)
        for kid in {row.key_id for row in rows}:
            mine = [row for row in rows if row.key_id == kid]
            owners = np.array([people[row.client_id] for row in mine], np.int32)
            added = TemplateBlock.of(np.stack([row.vector for row in mine]), owners)
            groups[kid] = _with(groups.get(kid, TemplateGroup(())), added)
        return Snapshot(number, self.model_id, groups, people, names)

    def _enrolled(self, gone: set[UUID], rows: Sequence[TemplateRow]) -> tuple[dict[UUID, int], list[UUID]]:
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
class TemplateRow:
    """One template as it is stored: a protected vector (512,) of float32 that was a float16."""

    client_id: UUID
    key_id: str
    vector: Vector


def _as_stored(probe: Probe, keyring: Keyring, kid: str) -> Vector:
    """The protected probe in the precision of the stored vectors, so that both galleries score alike."""
    turned = protection_for(keyring, kid).protect(probe.embedding)
    return turned.astype(np.float16).astype(np.float32)


def _without(group: TemplateGroup, owners: NDArray[np.int32]) -> TemplateGroup:
    if not len(owners):
        return group
    left = (block.without(owners) for block in group.blocks)
    return TemplateGroup(tuple(block for block in left if block is not None))


def _with(group: TemplateGroup, added: TemplateBlock) -> TemplateGroup:
    """The last block is filled up, then new ones begin."""
    blocks = list(group.blocks)
    if blocks and len(blocks[-1].owners) < BLOCK:
        added = blocks.pop().followed_by(added)
    starts = range(0, len(added.owners), BLOCK)
    return TemplateGroup((*blocks, *(added.take(slice(start, start + BLOCK)) for start in starts)))
