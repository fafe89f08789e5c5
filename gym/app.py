"""The composition root: configuration in, a frozen `Gym` out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property, partial
from typing import TYPE_CHECKING, TypeVar

import structlog
from sqlalchemy import cast, select, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from gym.attendance.checkin.flow.request_flow import CheckInFlow
from gym.backup.keys.key_store import BackupKeyStore
from gym.backup.rounds import BackupRounds
from gym.core.clock import SystemClock, WallClock, gym_day
from gym.core.config import Config, ConfigError
from gym.core.database.engine import FAULTS, PATIENCE, Database, is_retryable, is_unavailable
from gym.core.database.migrations import upgrade
from gym.core.database.statements import Row
from gym.core.errors import DatabaseUnavailable
from gym.core.postgres import EmbeddedPostgres
from gym.core.postgres.recovery import Recovery
from gym.core.redaction import REDACTOR
from gym.faces.gallery.key_check import open_keys
from gym.faces.gallery.memory_gallery import MemoryGallery
from gym.faces.gallery.refreshing import kept_fresh
from gym.faces.loading import Loading, begin_loading
from gym.faces.schemas import MatchRule
from gym.faces.thresholds import scale_of
from gym.hot_path.hot_path import HotPath
from gym.security.keys.live_keys import LiveKeys
from gym.security.keys.secrets import Secrets, secrets_of
from gym.security.permissions import Actor
from gym.settings.models import GymKind, GymState
from gym.settings.reading import STATE, SettingsReader, State, StateReader
from gym.settings.schemas import GymSettings
from gym.tables import MODULES as MODULES  # every room's rows are mapped before the first flush
from gym.unit_of_work import Context, UnitOfWork

if TYPE_CHECKING:
    from gym.attendance.checkin.flow.photo_reading import PhotoReader
    from gym.faces.pool import FacePool

log = structlog.get_logger()
Result = TypeVar("Result")
Work = Callable[[UnitOfWork], Awaitable[Result]]
ATTEMPTS = 5
"""How often `run` repeats work that lost a deadlock or a serialisation race."""


@dataclass(frozen=True)
class Gym:
    """Everything that is opened once; `bot` and `web` keep it under one typed key."""

    config: Config
    database: Database
    clock: WallClock
    secrets: Secrets
    recovery: Recovery | None = None
    face_pool: FacePool | None = None
    gallery: MemoryGallery | None = None
    """The faces in memory, beside the reader; without one PostgreSQL is searched."""
    live_keys: LiveKeys | None = None
    """The data keys as they are rotated; without them those of `secrets` stay."""

    @property
    def faces(self) -> FacePool:
        """The face reader's pool; opened with `open_gym(config, faces=True)`."""
        if self.face_pool is None:
            raise RuntimeError("this process was opened without the face reader")
        return self.face_pool

    @property
    def match_rule(self) -> MatchRule:
        """Threshold and margin of the configuration."""
        scale = scale_of(self.face_pool.model_id if self.face_pool else "")
        return MatchRule(self.config.face_threshold, self.config.face_margin, scale=scale)

    @asynccontextmanager
    async def unit_of_work(
        self, actor: Actor, *, as_of: datetime | None = None
    ) -> AsyncGenerator[UnitOfWork]:
        """One transaction: committed at the end, rolled back by any exception.

        `as_of` lets a job that catches up act on a day in the past. Raises `DatabaseUnavailable` when
        PostgreSQL is out of reach.
        """
        async with self.within_reach(), self.database.session() as session:
            uow = await self._begun(session, actor, as_of)
            yield uow
            await uow.flush()
            await session.commit()

    @cached_property
    def hot_path(self) -> HotPath:
        """The kiosk's check-in, without a session."""
        return HotPath(self.database.direct_pool, self._begin_directly, self.within_reach)

    @cached_property
    def check_in_flow(self) -> CheckInFlow:
        """From a credential to the stored answer, for whoever asks by the API."""
        photos = None if self.face_pool is None else self._photo_reader(self.face_pool)
        return CheckInFlow(self.hot_path, self.run, photos, self.gallery, self.clock, self.secrets.jwt)

    @cached_property
    def backup_rounds(self) -> BackupRounds:
        """Backups of this gym, made and proved by one process of all."""
        return BackupRounds(
            self.run,
            self.database,
            self.config,
            BackupKeyStore(self.config),
            self._keys_now,
            self.clock.now,
        )

    def _keys_now(self) -> Secrets:
        return self.secrets if self.live_keys is None else self.live_keys.read()

    def _photo_reader(self, pool: FacePool) -> PhotoReader:
        # Imported where it is used: OpenCV and the models' code would slow every operator's command.
        from gym.attendance.checkin.flow.photo_reading import PhotoReader
        from gym.faces.liveness.challenge_gate import ChallengeMode

        return PhotoReader(pool, self.match_rule, ChallengeMode(self.config.face_challenge))

    @asynccontextmanager
    async def within_reach(self) -> AsyncGenerator[None]:
        """Raises `DatabaseUnavailable` when PostgreSQL is out of reach, and wakes the embedded one."""
        try:
            yield
        except FAULTS as error:
            if not is_unavailable(error):
                raise
            if self.recovery is not None:
                self.recovery.begin()
            raise DatabaseUnavailable from error

    async def run(self, actor: Actor, work: Work[Result], *, as_of: datetime | None = None) -> Result:
        """`unit_of_work` around `work`, done again when it lost a deadlock or serialisation race."""
        for attempt in range(1, ATTEMPTS + 1):
            try:
                async with self.unit_of_work(actor, as_of=as_of) as uow:
                    return await work(uow)
            except DBAPIError as error:
                if attempt == ATTEMPTS or not is_retryable(error):
                    raise
                log.info("transaction_repeated", attempt=attempt)
        raise AssertionError("unreachable")

    async def settings(self) -> GymSettings:
        """The gym's settings as they stand now."""
        async with self.unit_of_work(Actor.system()) as uow:
            return uow.settings

    async def now(self) -> datetime:
        """Business time."""
        async with self.unit_of_work(Actor.system()) as uow:
            return uow.now

    async def advance_clock(self, by: timedelta) -> datetime:
        """Move the business clock forward; only a sandbox's database allows it."""
        if by < timedelta(0):
            raise ValueError("the clock only goes forward")
        async with self.unit_of_work(Actor.system()) as uow:
            moved = update(GymState).values(
                clock_offset_seconds=GymState.clock_offset_seconds + int(by.total_seconds())
            )
            changed = await uow.session.scalar(
                moved.where(GymState.kind == GymKind.SANDBOX).returning(GymState.id)
            )
            if changed is None:
                raise ConfigError("GYM_CLOCK: a real gym's clock cannot be moved")
        return await self.now()

    async def remember_bot(self, bot_id: int, username: str) -> None:
        """Keep what Telegram calls the bot: deep links are made with it."""
        async with self.unit_of_work(Actor.system()) as uow:
            if (uow.settings.bot_id, uow.settings.bot_username) != (bot_id, username):
                bot = {"bot_id": bot_id, "bot_username": username}
                named = GymState.settings.op("||")(cast(bot, JSONB))
                await uow.session.execute(update(GymState).values(settings=named))

    async def stamp(self, kind: GymKind) -> None:
        """Mark the database as sandbox or real at its first start; refuse the other kind for ever."""
        async with self.unit_of_work(Actor.system()) as uow:
            await uow.session.execute(update(GymState).where(GymState.kind.is_(None)).values(kind=kind))
            found = await uow.session.scalar(select(GymState.kind))
        if found is not kind:
            raise ConfigError(
                f"DATABASE_URL: this database belongs to a {found} gym and cannot be opened as {kind}"
                + (" (is TELEGRAM_BOT_TOKEN missing?)" if found is GymKind.REAL else "")
            )

    async def _begun(self, session: AsyncSession, actor: Actor, as_of: datetime | None) -> UnitOfWork:
        row = (await session.execute(STATE.text)).mappings().one()
        return UnitOfWork(session, *self._known(self._states.read(row), actor, as_of))

    def _begin_directly(self, row: Row, actor: Actor) -> tuple[Context, Secrets]:
        return self._known(self._states.read(row), actor, None)

    def _known(self, state: State, actor: Actor, as_of: datetime | None) -> tuple[Context, Secrets]:
        wall = self.clock.now()
        now = as_of or wall + timedelta(seconds=state.offset_seconds)
        today = gym_day(now, state.settings.zone)
        context = Context(actor, now, today, state.settings, wall, is_past=as_of is not None)
        return context, self._secrets(state.data_keys)

    @cached_property
    def _states(self) -> StateReader:
        return StateReader(SettingsReader.of(self.config))

    def _secrets(self, data_keys: tuple[str, ...]) -> Secrets:
        """As the database names them, which may know of a key that is newer than this process."""
        return self.secrets if self.live_keys is None else self.live_keys.for_database(data_keys)


@asynccontextmanager
async def open_gym(
    config: Config,
    *,
    faces: bool | Loading = True,
    clock: WallClock | None = None,
    migrate: bool | None = None,
    unhurried: bool = False,
) -> AsyncGenerator[Gym]:
    """Open the database (embedded without DATABASE_URL), migrate it, load the face model, warm both.

    `faces` is a model that is being loaded already, or whether one is needed. An `unhurried` gym's statements
    take as long as they need: for an operator's command that writes years of rows.
    Raises `ConfigError` or `PostgresUnavailable` with one line for the operator.
    """
    secrets = secrets_of(config)
    _keep_out_of_the_log(config, secrets)
    loading = begin_loading(config) if faces is True else faces
    reading = asyncio.wrap_future(loading) if loading else None
    postgres = None if config.database_url else EmbeddedPostgres(config.powergym_home)
    try:
        url = config.database_url or await asyncio.to_thread(_start, postgres)
        database = Database(
            url,
            pool_size=config.database_pool_size,
            pooler=config.database_pooler,
            direct_url=config.database_direct_url,
            patience=None if unhurried else PATIENCE,
        )
        try:
            if config.auto_migrate if migrate is None else migrate:
                await upgrade(database)
            await open_keys(database, secrets.data, register=reading is not None)
            recovery = Recovery(postgres) if postgres is not None else None
            live = LiveKeys(secrets, config.powergym_home, partial(secrets_of, config))
            gym = Gym(config, database, clock or SystemClock(), secrets, recovery, live_keys=live)
            if reading is None:
                yield gym
                return
            await database.warm(min(4, config.database_pool_size))
            async with _closing(await reading) as pool:
                gallery = MemoryGallery(secrets.data, pool.model_id)
                async with gym.unit_of_work(Actor.system()) as uow:
                    await gallery.fresh(uow.session)
                async with kept_fresh(gallery, partial(gym.unit_of_work, Actor.system())):
                    yield replace(gym, face_pool=pool, gallery=gallery)
        finally:
            await database.close()
    finally:
        if reading is not None and not reading.done():
            await asyncio.wait([reading])
        if postgres is not None:
            await asyncio.to_thread(postgres.stop)


def _keep_out_of_the_log(config: Config, secrets: Secrets) -> None:
    token = config.telegram_bot_token
    REDACTOR.add_secrets(*secrets.texts(), *([token.get_secret_value()] if token else []))


def _start(postgres: EmbeddedPostgres | None) -> str:
    assert postgres is not None
    return postgres.start()


@asynccontextmanager
async def _closing(pool: FacePool) -> AsyncGenerator[FacePool]:
    try:
        yield pool
    finally:
        await asyncio.to_thread(pool.close)
