"""`python -m gym demo`: a made-up gym with years of history, in a sandbox's empty database."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import typer
from rich.console import Console
from rich.progress import Progress, track
from sqlalchemy import func, select

from gym.app import Gym, open_gym
from gym.clients.models import Client
from gym.commands.seed import SeedResult, enrol_faces, is_photo, paths_in, read_faces
from gym.core.config import Config
from gym.demo.errors import DemoOnlyInSandbox
from gym.demo.history.story import DemoOrder
from gym.demo.service import DemoLoaded, DemoService
from gym.security.permissions import Actor
from gym.settings.models import GymKind
from gym.subscriptions.models import Subscription, SubscriptionStatus

PHOTOS: Final = 3
"""Of each person."""


async def load_demo(config: Config, order: DemoOrder, faces: Path | None) -> int:
    """Print what was written. Raises `DemoOnlyInSandbox`, `DemoNeedsEmptyGym`."""
    if not config.sandbox:
        raise DemoOnlyInSandbox
    async with open_gym(config, faces=faces is not None, unhurried=True) as gym:
        await gym.stamp(GymKind.SANDBOX)
        loaded = await _load(gym, order)
        typer.echo(
            f"{loaded.clients} clients, {loaded.plans_sold} plans sold, {loaded.acts} acts at the desk,"
            f" {loaded.attempts} attempts at the door."
        )
        if faces is not None:
            await enrol_people(gym, faces)
    return 0


async def _load(gym: Gym, order: DemoOrder) -> DemoLoaded:
    with Progress(console=Console(stderr=True)) as bar:
        task = bar.add_task("Loading", total=1.0)
        return await gym.run(
            Actor.system(),
            lambda uow: DemoService(uow).load(order, lambda share: bar.update(task, completed=share)),
        )


async def enrol_people(gym: Gym, folder: Path) -> None:
    """A face for as many members of today as there are folders, in the order in which they came."""
    people, done = paths_in(folder, Path.is_dir), SeedResult()
    async with gym.unit_of_work(Actor.system()) as uow:
        name = func.btrim(Client.first_name + " " + Client.last_name)
        query = select(Client.id, name).join(Subscription, Subscription.client_id == Client.id)
        query = query.where(Subscription.status == SubscriptionStatus.ACTIVE)
        members = (await uow.session.execute(query.order_by(Subscription.sold_at).limit(len(people)))).all()
    pairs, enrolled = list(zip(people, members, strict=False)), list[str]()
    for person, (client_id, member) in track(pairs, description="Enrolling", console=Console(stderr=True)):
        photos = paths_in(person, is_photo)[:PHOTOS]
        faces = await read_faces(gym, photos, done)
        if faces and await enrol_faces(gym, client_id, faces, photos[0], done):
            enrolled.append(f"  {person.name} is {member}")
    # Whoever shows one of the photos to the kiosk has to know whom it will greet.
    typer.echo(
        "\n".join([f"{len(enrolled)} of {len(people)} people of {folder} have a face now.", *enrolled])
    )
    for photo, code in done.refused.items():
        typer.echo(f"  refused: {photo} ({code})")
