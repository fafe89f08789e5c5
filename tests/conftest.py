"""Fixtures of every room: a database of its own, a gym over it, and people to act in it."""

from __future__ import annotations

import asyncio
import gc
import tempfile
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
import structlog
import uvloop

from gym.app import Gym
from gym.core.clock import FrozenClock, SystemClock
from gym.core.config import Config
from gym.core.database.engine import Database
from gym.core.postgres import EmbeddedPostgres
from gym.core.runtime import gc_control as collector
from gym.security.keys.secrets import Secrets, load_secrets
from gym.security.permissions import Actor, Role
from gym.staff.models import Staff
from tests.support import quick
from tests.support.clusters import prepare
from tests.support.databases import Clones, in_memory
from tests.support.live import is_live
from tests.support.order import arranged, costs
from tests.support.seconds import Stopwatch, Table
from tests.support.travelling_engine import TravellingEngine

if TYPE_CHECKING:
    from gym.faces.pool import FacePool

MORNING = datetime(2026, 8, 3, 15, 0, tzinfo=UTC)
"""Monday 3 August 2026, 10:00 in Bogota."""
YOUNG = 20_000
"""New objects after which garbage is looked for. With Python's own 700, two files of chats spent 1.3 of 9 s
of processor on a thousand looks, ten through everything."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--faces", default=None, help="a folder of people in LFW's layout for the story test")
    parser.addoption("--strangers", default=None, help="a folder of strangers in LFW's layout")
    parser.addoption("--keep-seconds", action="store_true", help="measure tests/support/seconds.txt anew")


def pytest_configure(config: pytest.Config) -> None:
    # The servers' own loop, which takes a fifth off what a test of a room or a chat computes.
    asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
    if config.getoption("--keep-seconds"):
        config.pluginmanager.register(Stopwatch())
        if not has_a_controller(config):
            config.pluginmanager.register(Table())


def has_a_controller(config: pytest.Config) -> bool:
    """Whether this is one of several workers of xdist, whose reports somebody else collects."""
    return hasattr(config, "workerinput")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """`make fast` imports no file that has nothing for it; None leaves the decision to others."""
    is_test = collection_path.suffix == ".py" and collection_path.name.startswith("test_")
    wanted = not is_test or config.option.markexpr != quick.MARK or quick.may_hold_quick(collection_path)
    return None if wanted else True


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Thousands of tests stay for the whole run: nothing in them is garbage."""
    with collector.paused():
        collected = yield
    gc.set_threshold(YOUNG, 20, 20)
    return collected


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> Generator[None, object, object]:
    """Marks that `-m` chooses by, then the order of what is left.

    The long ones begin at once, or a worker would be left alone with one at the end.
    """
    for item in items:
        if is_live(item.path):
            item.add_marker("live")
        if quick.is_quick(item):
            item.add_marker(quick.MARK)
    chosen = yield
    items.sort(key=lambda item: item.get_closest_marker("long") is None)
    if has_a_controller(config):
        items[:] = arranged(items, config.workerinput["workercount"], costs())  # type: ignore[attr-defined]
    return chosen


class MachineTimeRead(AssertionError):
    """A test whose result could depend on the hour: give it a frozen clock, or name it in
    `tests/support/live.py`."""


# structlog's own default draws the locals of every frame of a traceback, which takes a second of processor.
structlog.configure(
    processors=[
        *structlog.get_config()["processors"][:-1],
        structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
    ]
)


@pytest.fixture(autouse=True)
def _own_logging() -> Generator[None]:
    """What a test sets up of the log is not the next one's."""
    before = structlog.get_config()
    yield
    structlog.configure(**before)


@pytest.fixture(autouse=True)
def _frozen_unless_live(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody but the live ones can read the machine's clock through the gym."""

    def refuse(_: SystemClock) -> datetime:
        raise MachineTimeRead(request.node.nodeid)

    if request.node.get_closest_marker("live") is None:
        monkeypatch.setattr(SystemClock, "now", refuse)


@pytest.fixture(scope="session")
def run_home() -> Generator[Path]:
    """A folder for this run, short enough for a socket."""
    with tempfile.TemporaryDirectory(prefix="pg-run-", dir=in_memory(), ignore_cleanup_errors=True) as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def postgres_server(run_home: Path, pytestconfig: pytest.Config) -> Generator[str]:
    """The address of the run's own server, which has the migrated template."""
    cache: pytest.Cache | None = getattr(pytestconfig, "cache", None)  # none with -p no:cacheprovider
    prepare(run_home, cache.mkdir("postgres") if cache else run_home / "clusters")
    with EmbeddedPostgres(run_home, durable=False) as server:
        yield server.start()
    assert server.wait_gone(30)


@pytest.fixture(scope="session")
async def clones(postgres_server: str, engine: TravellingEngine) -> AsyncGenerator[Clones]:
    made = Clones(postgres_server, engine)
    yield made
    await made.close()


@pytest.fixture
async def database_url(clones: Clones) -> AsyncGenerator[str]:
    """A migrated database for one test."""
    async with clones.clone() as url:
        yield url


@pytest.fixture(scope="session")
def config(run_home: Path) -> Config:
    """The test gym's environment."""
    return Config(_env_file=None, powergym_home=run_home, face_root=run_home / "faces")  # type: ignore[call-arg]


@pytest.fixture(scope="session")
def secrets(run_home: Path) -> Secrets:
    return load_secrets(run_home, None, None)


@pytest.fixture(scope="session")
async def face_pool(config: Config) -> AsyncGenerator[FacePool]:
    """The real model, loaded once a run."""
    from gym.faces.engine.engines import open_reader
    from gym.faces.pool import FacePool

    reader = open_reader(config.face_pack, config.packs_root, config.face_providers)
    await asyncio.to_thread(reader.warm)
    pool = FacePool(reader, workers=2)
    yield pool
    pool.close()


@pytest.fixture(scope="session")
def remembered_faces(face_pool: FacePool) -> Generator[FacePool]:
    """The same model, which looks at a photo once a run."""
    from gym.faces.pool import FacePool
    from tests.support.remembering_reader import RememberingReader

    pool = FacePool(RememberingReader(face_pool.reader), workers=2)
    yield pool
    pool.close()


@pytest.fixture(scope="session")
def engine(postgres_server: str) -> TravellingEngine:
    """One for all tests, so that a statement is compiled once a run; its pool lets 40 tasks race."""
    return TravellingEngine(postgres_server)


@asynccontextmanager
async def gym_over(
    database: Database, config: Config, secrets: Secrets, clock: FrozenClock
) -> AsyncGenerator[Gym]:
    """A gym on an open database, closed afterwards."""
    try:
        yield Gym(config, database, clock, secrets)
    finally:
        await database.close()


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock(MORNING)


@pytest.fixture
def shared_keys(run_home: Path, secrets: Secrets) -> Generator[Secrets]:
    """The keys of the run's home are all tests': whoever makes another one does it in a home of its own."""
    kept = run_home / "secrets.env"
    before = kept.read_bytes()
    yield secrets
    assert kept.read_bytes() == before, "the test has changed the keys of the run's home"


@pytest.fixture
async def gym(
    database_url: str, config: Config, shared_keys: Secrets, clock: FrozenClock, engine: TravellingEngine
) -> AsyncGenerator[Gym]:
    """A gym without the face reader."""
    async with gym_over(engine.at(database_url), config, shared_keys, clock) as opened:
        yield opened


@pytest.fixture
def gym_with_faces(gym: Gym, remembered_faces: FacePool) -> Gym:
    """A gym with the real face reader."""
    return replace(gym, face_pool=remembered_faces)


async def hire(gym: Gym, name: str, role: Role, telegram_id: int | None = None) -> Actor:
    """A staff member, straight into the table."""
    row = Staff(name=name, role=role, telegram_id=telegram_id, language="en", created_at=gym.clock.now())
    async with gym.unit_of_work(Actor.system()) as uow:
        uow.session.add(row)
        await uow.session.flush()
        key: UUID = row.id
    return Actor.staff(key, name, role, "en")


@pytest.fixture
async def admin(gym: Gym) -> Actor:
    return await hire(gym, "Ana Admin", Role.ADMIN)


@pytest.fixture
async def employee(gym: Gym) -> Actor:
    return await hire(gym, "Bruno Employee", Role.EMPLOYEE)
