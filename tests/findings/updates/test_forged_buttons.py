"""Forged data in a button's place: every button of the bot answers with a sentence, never with a surprise."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final
from uuid import UUID, uuid4

import pytest

from bot.routers import ROUTERS
from bot.routing.routes import Routes
from bot.telegram.inbox import Done
from bot.telegram.running_bot import RunningBot
from bot.ui.callback_fields import FieldUnreadable, read, write
from bot.ui.callbacks import UnknownButton, _base36, _fields, unpack
from gym.app import Gym
from gym.chats.schemas import ClaimedUpdate
from gym.core.database.ids import new_id
from gym.jobs.table import JOBS
from gym.reports.registry import BY_NAME
from gym.settings.table import SETTINGS
from tests.findings.updates.conftest import Cast
from tests.guards.conftest import World
from tests.support.hostile_telegram import tap_of
from tests.support.sandbox.client import Person

LONG: Final = "x" * 50
FORGED: Final[dict[type[Any], tuple[str, ...]]] = {
    int: ("-1", "999999", "1000000", "9" * 30, "NaN", "１", "1_0", "+1", " 1", "1.0", LONG, ""),
    Decimal: ("NaN", "sNaN", "Infinity", "-Infinity", "1E+30", "1E-999999", "-5", "0", "0.00001", LONG, ""),
    date: ("00010101", "99991231", "19000101", "21991231", "20260230", "2026-1-1", "-", LONG, ""),
    str: (LONG, "%00", "%ED%A0%80", "%", "zz", "__class__", "%E2%80%AE", "'; --", ""),
    bool: ("2", "true", "-1", LONG, ""),
    UUID: ("AAAA", LONG, "-" * 22, ""),
}
ENUM: Final = ("zzz", LONG, "ADMIN", "%00", "")
WHOLE: Final = (
    "",
    "|",
    "~",
    "~~home",
    "home|",
    "home|1",
    "find|x",
    LONG,
    "f|||||",
    "\ud800",
    "🙂" * 16,
    "%",
    "~find",
)
NAMED: Final[dict[str, tuple[str, ...]]] = {
    "report": tuple(BY_NAME),
    "table": ("rows", "days", "plan", "staff", "method", "debts", "prods", "taxes", "risk"),
    "row": ("cash", "2026-08-03", "0", "8"),
    "name": (*SETTINGS, *(one.name for one in JOBS)),
    "language": ("en", "es"),
    "barcode": ("7702004003508", "7702004003515"),
}
"""What is right where a text is the name of something."""
EPOCH: Final = datetime(2020, 1, 1, tzinfo=UTC)
ROUTES: Final = Routes(ROUTERS)


class Forger:
    """Makes data for every button of the bot: right but for one field."""

    def __init__(self, world: World, now: datetime, seed: int) -> None:
        self._ids = {name: value for name, value in world.ids.items() if isinstance(value, UUID)}
        self._now = now
        self._rng = random.Random(seed)

    def of(self, code: str) -> Iterator[str]:
        """Every field of this button with every forged value, one at a time."""
        fields = _fields(ROUTES.codes[code])
        yield self._packed(code, [self._right(name, kind) for name, kind, _ in fields])
        for place, (_, kind, _) in enumerate(fields):
            for value in self._wrong(kind):
                values = [self._right(name, one) for name, one, _ in fields]
                yield self._packed(code, [*values[:place], value, *values[place + 1 :]])

    def some(self, code: str, count: int) -> list[str]:
        every = list(self.of(code))
        return self._rng.sample(every, min(count, len(every)))

    def _packed(self, code: str, values: list[str]) -> str:
        minute = (
            [_base36(int((self._now - EPOCH).total_seconds() // 60))] if ROUTES.codes[code].changes else []
        )
        return "|".join([code, *minute, *values])

    def _right(self, name: str, kind: type[Any]) -> str:
        if kind is UUID:
            return write(self._id_for(name))
        if issubclass(kind, StrEnum):
            return write(self._rng.choice(list(kind)))
        if kind is str and name in NAMED:
            return write(self._rng.choice(NAMED[name]))
        some = {int: 0, Decimal: Decimal(50000), date: date(2026, 8, 3), str: "rosa", bool: True}
        return write(some[kind])

    def _id_for(self, name: str) -> UUID:
        kinds = {
            "client": ("rosa", "otto"),
            "subscription": ("running", "waiting", "ottos"),
            "plan": ("plan",),
            "entry": ("payment", "half"),
            "account": ("account", "credit"),
            "staff": ("staff",),
            "freeze": ("freeze",),
            "reward": ("reward", "milestone"),
            "product": ("product",),
            "sale": ("sale", "returned"),
            "debt": ("ottos", "sale"),
            "approval": ("approval",),
            "kiosk": ("kiosk",),
            "check_in": ("visit",),
            "subject": ("staff", "kiosk"),
        }
        known = next((ids for part, ids in kinds.items() if name.startswith(part)), tuple(self._ids))
        return self._ids[self._rng.choice(known)]

    def _wrong(self, kind: type[Any]) -> list[str]:
        if issubclass(kind, StrEnum):
            return list(ENUM)
        others = [write(value) for value in (uuid4(), *self._ids.values())] if kind is UUID else []
        return [*FORGED[kind], *self._rng.sample(others, min(3, len(others)))]


async def surprises(bot: RunningBot, person: Person, message_id: int, forged: list[str]) -> list[str]:
    """Those that were answered with a code, or broke off."""
    found: list[str] = []
    for number, data in enumerate(forged, start=1):
        payload = {"update_id": number, "callback_query": tap_of(person, data, message_id)}
        outcome = await bot.assembly.inbox._handle(ClaimedUpdate(number, person.id, payload, 1))
        if outcome != Done():
            found.append(f"{person.name}: {data!r}: {outcome}")
    return found


@pytest.mark.long
@pytest.mark.parametrize("part", range(4))
async def test_no_forged_button_is_a_surprise(
    stocked: World, gym: Gym, welcomed: Cast, desk_bot: RunningBot, part: int
) -> None:
    forger, found = Forger(stocked, gym.clock.now(), seed=part), list[str]()
    for code in sorted(ROUTES.codes)[part::4]:
        await welcomed.restore()
        for person in welcomed.everybody.values():
            count = 12 if person is welcomed.admin else 3
            screen = (await person.chat())[-1]
            found += await surprises(desk_bot, person, screen.message_id, forger.some(code, count))
    assert not found, "\n".join(found)


@pytest.mark.soak
async def test_no_value_of_any_button_is_a_surprise(
    stocked: World, gym: Gym, welcomed: Cast, desk_bot: RunningBot
) -> None:
    """Every forged value of every field for everybody, or as many as fit into about SOAK_SECONDS."""
    ends = time.monotonic() + float(os.environ.get("SOAK_SECONDS", "inf"))
    forger, found, codes = Forger(stocked, gym.clock.now(), seed=99), list[str](), sorted(ROUTES.codes)
    random.Random(time.time_ns()).shuffle(codes)
    for code in codes:
        await welcomed.restore()
        for person in welcomed.everybody.values():
            if time.monotonic() < ends:
                screen = (await person.chat())[-1]
                found += await surprises(desk_bot, person, screen.message_id, list(forger.of(code)))
    assert not found, "\n".join(found)


async def test_no_data_at_all_is_a_surprise(gym: Gym, welcomed: Cast, desk_bot: RunningBot) -> None:
    for person in welcomed.everybody.values():
        screen = (await person.chat())[-1]
        assert await surprises(desk_bot, person, screen.message_id, list(WHOLE)) == []


@pytest.mark.parametrize("kind", list(FORGED))
def test_a_value_out_of_its_range_is_refused(kind: type[Any]) -> None:
    accepted = {
        int: {"999999"},
        Decimal: {"-5", "0"},
        date: {"19000101", "21991231"},
        str: {LONG, "%ED%A0%80", "%", "zz", "__class__", "%E2%80%AE", "'; --"},
    }
    for text in FORGED[kind]:
        if text in accepted.get(kind, set()):
            read(text, kind, may_miss=False)
            continue
        with pytest.raises(FieldUnreadable):
            read(text, kind, may_miss=False)


@pytest.mark.parametrize("value", [-1, 10**6, Decimal("NaN"), Decimal("1e10"), "a\0b"])
def test_a_button_that_could_not_be_read_back_is_not_made(value: object) -> None:
    with pytest.raises(ValueError):
        write(value)


def test_an_id_is_written_in_one_way_only() -> None:
    text = write(new_id())
    assert read(text, UUID, may_miss=False)
    for twin in (text + "=", text[:-1] + "*" + text[-1], text + "A"):
        with pytest.raises(FieldUnreadable):
            read(twin, UUID, may_miss=False)


def test_what_no_version_packed_is_an_old_button() -> None:
    for packed in WHOLE:
        with pytest.raises(UnknownButton):
            unpack(ROUTES.codes, packed)
