"""The door in a process of its own: thousands of photos over HTTP, sound and mutated; its memory stays."""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator, Awaitable, Iterator
from datetime import UTC, datetime
from itertools import cycle, islice
from pathlib import Path
from uuid import UUID

import pytest

from gym.app import Gym
from gym.core.clock import FrozenClock
from tests.bench.people import enrol as enrol_sitter
from tests.bench.people import free_plan, member
from tests.bench.photos import Sitter, sitters
from tests.soak.mutants import mutants, sound
from tests.soak.visitors import Door, in_turn, open_door
from tests.support.people import group, landscape, stranger

GROWTH = 1.05
A_SECOND = 15
"""Photos that a slow machine answers in a second."""
WELCOME = {"201 admitted", "201 reentry"}
MUTANTS, PHOTOS = 10_000, 5_000
WARM_UP, AT_LEAST = 0.2, 600
"""Of the whole, and never fewer photos: only then have the threads' arenas, the pools and the caches their
size (356 MB at the start, 494 after 60 photos, 514 after 500, 520 from 700 to 1,200)."""


@pytest.fixture
def clock() -> FrozenClock:
    """The other process lives in real time."""
    return FrozenClock(datetime.now(UTC))


@pytest.fixture
async def plan(gym_with_faces: Gym) -> UUID:
    return await free_plan(gym_with_faces)


@pytest.fixture
async def sitting(gym_with_faces: Gym, plan: UUID) -> list[Sitter]:
    """Members with a plan and a face."""
    gym = gym_with_faces
    found = sitters(gym.faces.reader, None)
    for sitter in found:
        await enrol_sitter(gym, await member(gym, plan, sitter.name), sitter)
    return found


@pytest.fixture
async def door(gym_with_faces: Gym, sitting: list[Sitter], tmp_path: Path) -> AsyncGenerator[Door]:
    async with open_door(gym_with_faces, tmp_path / "web.log") as opened:
        yield opened


def bounded(count: int) -> int:
    """As many, or what fits into about SOAK_SECONDS."""
    seconds = float(os.environ.get("SOAK_SECONDS", "inf"))
    return int(min(count, max(300, seconds * A_SECOND)))


def warmed(count: int) -> tuple[int, int]:
    """How many come before memory is looked at, and how many in all."""
    warm = max(AT_LEAST, int(bounded(count) * WARM_UP))
    return warm, min(count, warm + bounded(count))


@pytest.mark.soak
async def test_ten_thousand_mutants_are_answered_and_leave_memory_as_it_was(
    gym_with_faces: Gym, door: Door, plan: UUID, sitting: list[Sitter]
) -> None:
    warm, count = warmed(MUTANTS)
    enrolling = await member(gym_with_faces, plan, "Nobody")

    def visits(first: int, last: int) -> Iterator[Awaitable[str]]:
        for number, (_, photo) in islice(enumerate(mutants(last, seed=5)), first, last):
            match number % 8:
                case 0:
                    yield door.enrol(photo, enrolling)
                case 1:
                    yield door.compare(photo, sound()[0])
                case 2 | 3:
                    yield door.check_in_as_text(photo)
                case _:
                    yield door.check_in(photo)

    answers = await in_turn(visits(0, warm))
    before = door.memory
    answers += await in_turn(visits(warm, count))
    after = door.memory
    print(f"\n{count} mutants: {dict(answers.most_common())}; {before / 1e6:.0f} → {after / 1e6:.0f} MB")
    assert answers.total() == count
    assert [code for code in answers if code.startswith("5")] == []
    assert after <= GROWTH * before
    assert await door.check_in(sitting[0].camera) in WELCOME


@pytest.mark.soak
async def test_five_thousand_photos_leave_memory_as_it_was(door: Door, sitting: list[Sitter]) -> None:
    """Known faces at 720p and from a phone, strangers, groups and empty rooms; each gets its own verdict."""
    warm, count = warmed(PHOTOS)
    photos = [sitter.camera for sitter in sitting] + [sitting[0].phone, group(), landscape(), stranger()]
    answers = await in_turn(door.check_in(photo) for photo in islice(cycle(photos), warm))
    before = door.memory
    answers += await in_turn(door.check_in(photo) for photo in islice(cycle(photos), count - warm))
    after = door.memory
    print(f"\n{count} photos: {dict(answers.most_common())}; {before / 1e6:.0f} → {after / 1e6:.0f} MB")
    assert answers.total() == count
    assert set(answers) <= WELCOME | {"201 not_recognized", "422 several_faces", "422 no_face"}
    assert after <= GROWTH * before
