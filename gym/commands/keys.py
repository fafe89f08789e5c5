"""Commands about the data keys: a new one, everything moved to it, an old one out; the door stays open.

A key is first known everywhere, then used, then needed by nothing, then gone. Between two of these steps
every transaction that began before has ended, so nobody ever meets a key that was not announced to them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

import typer
from rich.console import Console
from rich.progress import Progress
from sqlalchemy import text

from gym.app import Gym, open_gym
from gym.audit.chain_key import TrailKeyStore
from gym.core.config import Config
from gym.core.errors import Conflict, NotFound
from gym.core.language import N_
from gym.faces.gallery.key_rotation import KeyRotation
from gym.security.cipher import Keyring
from gym.security.keys.secrets import FILE_NAME, keep_data_keys
from gym.security.permissions import Actor
from gym.settings.key_register import KeyRegister, registered
from gym.unit_of_work import UnitOfWork

SYSTEM: Final = Actor.system()
SUBJECT: Final = ("gym_state", None)
PATIENCE_SECONDS: Final = 60.0
"""How long to wait for transactions that began before a key was announced."""
POLL_SECONDS: Final = 0.05
_OLDER: Final = text("""
SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
    AND backend_type = 'client backend' AND xact_start < :moment
""")
Advance = Callable[[int], None]


class KeyUnknown(NotFound):
    code = "key_unknown"
    message = N_("There is no data key {kid}. See `python -m gym keys list`.")

    def __init__(self, kid: str) -> None:
        super().__init__(kid=kid)


class KeyInUse(Conflict):
    """The first key makes everything new."""

    code = "key_in_use"
    message = N_("{kid} is the key in use. Add another one first: `python -m gym keys add`.")

    def __init__(self, kid: str) -> None:
        super().__init__(kid=kid)


class KeyNeeded(Conflict):
    """Something stored opens with this key only."""

    code = "key_needed"
    message = N_("{count} stored faces and pictures still need {kid}. Run `python -m gym keys rotate` first.")

    def __init__(self, kid: str, count: int) -> None:
        super().__init__(kid=kid, count=count)


class StillRunning(Conflict):
    """An old transaction might not know the new key."""

    code = "transactions_running"
    message = N_("Another program has kept a transaction open for a minute. End it and run this again.")


# Commands ─────────────────────────────────────────────────────────────────────────────────────────────────


async def add(config: Config) -> int:
    """Put a new key in front, or say what to put in front of DATA_KEYS."""
    if config.data_keys is not None:
        _say_what_to_set()
        return 0
    async with open_gym(config, faces=False) as gym:
        kid = await add_key(gym)
    typer.echo(f"{kid} is the key in use; keep a new copy of {config.powergym_home / FILE_NAME}.")
    typer.echo("Now move everything to it: python -m gym keys rotate")
    return 0


async def rotate(config: Config) -> int:
    """Move every template and picture to the first key, with a progress bar."""
    async with open_gym(config, faces=False) as gym:
        with Progress(console=Console(stderr=True)) as progress:
            task = progress.add_task("Moving to the first key", total=None)
            await use_first_key(gym)
            progress.update(task, total=await _remaining(gym))
            moved = await rotate_keys(gym, lambda count: progress.advance(task, count))
        kids = await gym.run(SYSTEM, lambda uow: KeyRegister(uow.session).read())
    typer.echo(f"{moved} moved; everything stored needs {kids[0]} alone.")
    for kid in kids[1:]:
        typer.echo(f"To take the old key out: python -m gym keys retire {kid}")
    return 0


async def retire(config: Config, kid: str) -> int:
    """Take a key out that nothing needs any more."""
    async with open_gym(config, faces=False) as gym:
        await retire_key(gym, kid)
    if config.data_keys is not None:
        typer.echo(f"Nothing needs {kid}. Take it out of DATA_KEYS, at every process.")
    else:
        typer.echo(f"{kid} is gone. Backups from before bring their own keys along.")
    return 0


async def show(config: Config) -> int:
    """Every key, the one in use first, and how much needs it."""
    async with open_gym(config, faces=False) as gym, gym.unit_of_work(SYSTEM) as uow:
        ring = uow.secrets.data
        needed = await KeyRotation(uow.session, ring).needed()
    for kid in ring:
        use = " (in use)" if kid == ring.first else ""
        typer.echo(f"{kid}{use}: needed by {needed.get(kid, 0)} stored vectors and pictures")
    return 0


def _say_what_to_set() -> None:
    """A key is printed: it must get into an environment that is not ours to write."""
    typer.echo(
        "DATA_KEYS comes from the environment. Put this in front of it, followed by a comma, at every "
        "process; restart them, then run: python -m gym keys rotate",
        err=True,
    )
    typer.echo(Keyring.generate().text())


# Operations ─────────────────────────────────────────────────────────────────────────────────────────────


async def add_key(gym: Gym) -> str:
    """A new first key in `secrets.env`, known to every process; its id. One that was begun is finished."""

    async def work(uow: UnitOfWork) -> None:
        known = registered(await KeyRegister(uow.session).lock())
        ring = _ring(gym)
        if not known or ring.first in known:
            keep_data_keys(gym.config.powergym_home, ring.rotated())

    await gym.run(SYSTEM, work)
    return await use_first_key(gym)


async def use_first_key(gym: Gym) -> str:
    """Let what is new be made with the keyring's first key: known everywhere before it is used anywhere."""
    ring = _ring(gym)
    if await gym.run(SYSTEM, lambda uow: _announce(uow, ring)):
        return ring.first
    await _others_end(gym)
    await gym.run(SYSTEM, lambda uow: _use(uow, ring))
    await _others_end(gym)
    return ring.first


async def _announce(uow: UnitOfWork, ring: Keyring) -> bool:
    """True when it is in use already."""
    register = KeyRegister(uow.session)
    known = registered(await register.lock())
    if ring.first not in known:
        await register.write(ring, [*(known or ring.ids[1:]), ring.first])
        uow.audit("key.added", SUBJECT, None, {"key": ring.first})
    return known[:1] == (ring.first,)


async def _use(uow: UnitOfWork, ring: Keyring) -> None:
    register = KeyRegister(uow.session)
    known = registered(await register.lock())
    if known[0] != ring.first:
        await register.write(ring, [ring.first, *(kid for kid in known if kid != ring.first)])


async def rotate_keys(gym: Gym, advance: Advance) -> int:
    """Move everything to the first key; how many rows that were. Safe to kill, and to run twice at once."""
    done = 0
    while True:
        moved = await gym.run(SYSTEM, lambda uow: KeyRotation(uow.session, uow.secrets.data).step())
        done += moved
        advance(moved)
        if moved:
            continue
        if not await _remaining(gym):
            break
        await asyncio.sleep(POLL_SECONDS)  # somebody is enrolling just now
    if done:
        await gym.run(SYSTEM, lambda uow: _record(uow, done))
    return done


async def retire_key(gym: Gym, kid: str) -> None:
    """Take a key out of the register and of `secrets.env`.

    Raises `KeyUnknown`, `KeyInUse`, `KeyNeeded`, `StillRunning`.
    """
    ring = _ring(gym)
    known = await gym.run(SYSTEM, lambda uow: KeyRegister(uow.session).read())
    if kid not in known and kid not in ring:
        raise KeyUnknown(kid)
    if kid == ring.first or known[:1] == (kid,):
        raise KeyInUse(kid)
    await _others_end(gym)  # who began before the other key was in front might still write with this one
    await gym.run(SYSTEM, lambda uow: _unregister(uow, ring, kid))
    if gym.config.data_keys is None and kid in ring:
        keep_data_keys(gym.config.powergym_home, ring.without(kid))


async def _unregister(uow: UnitOfWork, ring: Keyring, kid: str) -> None:
    register = KeyRegister(uow.session)
    known = registered(await register.lock())
    await TrailKeyStore(uow.session, uow.secrets.data).move()
    needing = (await KeyRotation(uow.session, ring).needed()).get(kid, 0)
    if needing:
        raise KeyNeeded(kid, needing)
    if kid in known:
        await register.write(ring, [one for one in known if one != kid])
        uow.audit("key.retired", SUBJECT, {"key": kid}, None)


async def _record(uow: UnitOfWork, moved: int) -> None:
    uow.audit("key.rotated", SUBJECT, None, {"key": uow.secrets.data.first, "moved": moved})


async def _remaining(gym: Gym) -> int:
    return await gym.run(SYSTEM, lambda uow: KeyRotation(uow.session, uow.secrets.data).remaining())


def _ring(gym: Gym) -> Keyring:
    """Every key there is now, the first one in front whether or not the database knows it."""
    return gym.secrets.data if gym.live_keys is None else gym.live_keys.read().data


async def _others_end(gym: Gym) -> None:
    """Wait until every transaction that has begun before now is over. Raises `StillRunning`."""
    async with gym.database.session() as session:
        moment = await session.scalar(text("SELECT clock_timestamp()"))
    loop = asyncio.get_running_loop()
    deadline = loop.time() + PATIENCE_SECONDS
    while loop.time() < deadline:
        async with gym.database.session() as session:
            if not await session.scalar(_OLDER, {"moment": moment}):
                return
        await asyncio.sleep(POLL_SECONDS)
    raise StillRunning
