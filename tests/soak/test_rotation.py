"""Keys are changed in the middle of a busy day: nobody at the door notices."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from itertools import cycle
from pathlib import Path

import pytest

from gym.app import Gym
from gym.core.clock import FrozenClock
from gym.core.config import Config
from gym.faces.gallery.key_check import open_keys
from gym.security.keys.live_keys import LiveKeys
from gym.security.keys.secrets import load_secrets
from tests.bench.people import crowd, enrol, fill, free_plan, member
from tests.bench.photos import Sitter, sitters
from tests.faces_db.installation import Installation
from tests.soak.test_door import WELCOME, bounded
from tests.soak.visitors import Door, open_door

TEMPLATES = 10_000
AT_ONCE = 4


@pytest.fixture
def clock() -> FrozenClock:
    """The other process lives in real time."""
    return FrozenClock(datetime.now(UTC))


@pytest.fixture
async def installation(
    gym_with_faces: Gym, config: Config, database_url: str, tmp_path: Path
) -> Installation:
    own = config.model_copy(update={"powergym_home": tmp_path, "face_root": config.packs_root})
    secrets = load_secrets(tmp_path)
    await open_keys(gym_with_faces.database, secrets.data, register=True)
    live = LiveKeys(secrets, tmp_path, partial(load_secrets, tmp_path))
    return Installation(
        replace(gym_with_faces, config=own, secrets=secrets, live_keys=live), tmp_path, database_url
    )


@pytest.fixture
async def sitting(installation: Installation) -> list[Sitter]:
    """Members with a face, among ten thousand others."""
    plan, found = await free_plan(installation.gym), sitters(installation.gym.faces.reader, None)
    for sitter in found:
        await enrol(installation.gym, await member(installation.gym, plan, sitter.name), sitter)
    await fill(installation.gym, crowd(bounded(TEMPLATES)))
    return found


@pytest.fixture
async def door(installation: Installation, sitting: list[Sitter], tmp_path: Path) -> AsyncGenerator[Door]:
    async with open_door(installation.gym, tmp_path / "web.log") as opened:
        yield opened


async def until(over: asyncio.Event, door: Door, photos: Sequence[bytes], answers: Counter[str]) -> None:
    for photo in cycle(photos):
        if over.is_set():
            return
        answers[await door.check_in(photo)] += 1


@pytest.mark.soak
async def test_keys_of_ten_thousand_change_while_members_come_in(
    installation: Installation, door: Door, sitting: list[Sitter]
) -> None:
    over, answers, old = asyncio.Event(), Counter[str](), installation.keys.first
    photos = [sitter.camera for sitter in sitting]
    async with asyncio.TaskGroup() as visitors:
        for _ in range(AT_ONCE):
            visitors.create_task(until(over, door, photos, answers))
        for command in (("add",), ("rotate",), ("retire", old)):
            done = await installation.run("keys", *command)
            assert done.status == 0, done.err
            print(f"\n{command[0]}: {answers.total()} photos so far, {dict(answers)}")
        over.set()
    assert installation.keys.first != old
    assert installation.keys.ids == (installation.keys.first,)
    assert answers.total() > len(photos)
    assert set(answers) <= WELCOME
    for photo in photos:
        assert await door.check_in(photo) in WELCOME
