"""Commands that print pairing codes and invitations, and confirm admins."""

from __future__ import annotations

import typer

from gym.app import open_gym
from gym.core.config import Config
from gym.kiosks.service import KioskService
from gym.security.permissions import Actor, Role
from gym.settings.addresses import bot_link
from gym.staff.candidates import CandidateService
from gym.staff.errors import CandidateNotFound
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


async def confirmation(config: Config, number: int | None) -> int:
    """List the candidates, or confirm one by the Telegram number.

    Whoever has the gym's computer has its database: this is the way back in when the only admin has lost
    their phone and can confirm nobody. Raises `CandidateNotFound`.
    """
    async with open_gym(config, faces=False) as opened, opened.unit_of_work(Actor.system()) as uow:
        service = CandidateService(uow)
        if number is None:
            waiting = (await service.waiting()).items
            for one in waiting:
                account = f" @{one.username}" if one.username else ""
                typer.echo(f"{one.telegram_id} {one.name}{account}")
            if not waiting:
                typer.echo("Nobody waits to be confirmed.")
            return 0
        candidate = await service.of_account(number)
        if candidate is None:
            raise CandidateNotFound
        await service.confirm(candidate.id)
        typer.echo(candidate.name)
    return 0
