"""What a thief of the dump looks for, where it may be, and what a search of everything finds."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field

from sqlalchemy import text

from gym.app import Gym
from gym.privacy.register import Holds
from gym.privacy.tables import REGISTER
from gym.security.permissions import Actor

HELD = {(entry.table, name): kinds for entry in REGISTER for name, kinds in entry.columns.items()}
NOWHERE: frozenset[Holds] = frozenset()
SHORTEST = 8
"""Letters; a shorter secret hides in other numbers."""


@dataclass
class Loot:
    """Words of people with what may hold them, and what gives power."""

    people: dict[str, frozenset[Holds]] = field(default_factory=dict[str, frozenset[Holds]])
    power: dict[str, str] = field(default_factory=dict[str, str])

    def person(self, *words: str, **_: object) -> None:
        self.people |= dict.fromkeys(words, frozenset({Holds.NAME}))

    def may_be(self, kind: Holds, *words: str) -> None:
        self.people |= dict.fromkeys(words, frozenset({kind}))

    def said(self, *words: str) -> None:
        """Messages of which nothing is kept."""
        self.people |= dict.fromkeys(words, NOWHERE)

    def secret(self, what: str, value: str) -> None:
        assert len(value) >= SHORTEST, what
        self.power[what] = value

    def key(self, what: str, raw: bytes) -> None:
        """A key, however it may be written down."""
        self.power |= {
            f"{what}, hex": raw.hex(),
            f"{what}, base64": base64.b64encode(raw).decode().rstrip("="),
            f"{what}, base64url": base64.urlsafe_b64encode(raw).decode().rstrip("="),
        }

    def digest(self, what: str, given: bytes) -> None:
        """What anybody can compute of a number of ten digits, for all ten milliards of them in an hour."""
        for made in (hashlib.md5, hashlib.sha1, hashlib.sha256, hashlib.blake2b):
            self.power[f"{what}, {made(b'').name} without a key"] = made(given).hexdigest()


async def columns(gym: Gym) -> AsyncIterator[tuple[str, str, str]]:
    """Every table, column and what stands in it, bytes as letters, as hexadecimal digits and in base64."""
    catalogue = """
        SELECT table_name, column_name, data_type FROM information_schema.columns
        WHERE table_schema = 'public' ORDER BY 1, ordinal_position
    """
    async with gym.unit_of_work(Actor.system()) as uow:
        for table, column, kind in (await uow.session.execute(text(catalogue))).all():
            shown = [f'CAST("{column}" AS text)']
            if kind == "bytea":
                shown += [f"""encode("{column}", 'escape')""", f"""encode("{column}", 'base64')"""]
            for one in shown:
                found = await uow.session.scalars(text(f'SELECT {one} FROM "{table}"'))
                yield table, column, "\n".join(value for value in found if value is not None)


async def everything_done(gym: Gym) -> None:
    """Until every update was handled and every message that can leave has left."""
    waiting = text(
        "SELECT (SELECT count(*) FROM inbox_updates WHERE done_at IS NULL)"
        " + (SELECT count(*) FROM notifications WHERE state = 'pending' AND next_try_at <= now())"
    )
    async with asyncio.timeout(60):
        while True:
            async with gym.unit_of_work(Actor.system()) as uow:
                if not await uow.session.scalar(waiting):
                    return
            await asyncio.sleep(0.05)


@dataclass
class Findings:
    """What stands where it may not, and the words that were seen at all."""

    wrong: list[str] = field(default_factory=list[str])
    seen: set[str] = field(default_factory=set[str])


async def searched(gym: Gym, loot: Loot) -> Findings:
    found = Findings()
    async for table, column, content in columns(gym):
        found.wrong += [f"{what} in {table}.{column}" for what, one in loot.power.items() if one in content]
        folded, kinds = content.casefold(), HELD.get((table, column), NOWHERE)
        for word, may_be in loot.people.items():
            if word.casefold() in folded:
                found.seen.add(word)
                if not may_be & kinds:
                    found.wrong.append(f"{word} in {table}.{column}")
    return found


def told(printed: str, loot: Loot) -> Iterator[str]:
    """What a log or a screen gives away."""
    yield from (what for what, one in loot.power.items() if one in printed)
    yield from (word for word in loot.people if word.casefold() in printed.casefold())
