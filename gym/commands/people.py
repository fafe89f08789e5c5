"""Commands that let people and devices in."""

from __future__ import annotations

import typer

from gym.app import open_gym
from gym.core.config import Config
from gym.kiosks.service import KioskService
from gym.security.permissions import Actor, Role
from gym.settings.addresses import bot_link
from gym.staff.service import StaffService


async def pairing_code(config: Config, name: str) -> int:
    """Print a pairing code."""
    async with open_gym(config, faces=False) as opened, opened.unit_of_work(Actor.system()) as uow:
        issued = await KioskService(uow).new_code(name)
    typer.echo(issued.grouped)
    return 0


async def invitation(config: Config, role: Role) -> int:
    """Print a deep link; the first admin's claims the gym. Nothing is issued while the bot has no name."""
    async with open_gym(config, faces=False) as opened, opened.unit_of_work(Actor.system()) as uow:
        link = bot_link(uow.settings, (await StaffService(uow).invite(role)).token)
    typer.echo(link)
    return 0
