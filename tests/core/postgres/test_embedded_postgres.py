"""The embedded server is one for all its users, outlives any of them, and ends with the last."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import psutil
import pytest

from gym.core.database.engine import plain_dsn
from gym.core.postgres import EmbeddedPostgres, PostgresUnavailable
from gym.core.postgres.accounts import choose_account
from gym.core.postgres.layout import ServerLayout, SupervisorState
from gym.core.postgres.stale_processes import serving

CODE = Path(__file__).parents[3]
USER = """
import sys
from pathlib import Path
from gym.core.postgres import EmbeddedPostgres
server = EmbeddedPostgres(Path(sys.argv[1]), durable=False)
print(server.start(), flush=True)
sys.stdin.readline()
"""


def until(condition: Callable[[], bool], seconds: float = 20) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def supervisor_of(server: EmbeddedPostgres) -> psutil.Process:
    state = SupervisorState.read(server.layout.state)
    assert state is not None
    return psutil.Process(state.pid)


def postgres_of(server: EmbeddedPostgres) -> psutil.Process:
    [process] = supervisor_of(server).children()
    return process


def servers_in(layout: ServerLayout) -> list[psutil.Process]:
    return serving(layout.data, choose_account(layout.data))


async def sql(url: str, statement: str) -> object:
    connection = await asyncpg.connect(plain_dsn(url))
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()


@contextmanager
def another_process(home: Path) -> Generator[subprocess.Popen[str]]:
    """A user of its own, in a session of its own, that has started and waits for a line."""
    with subprocess.Popen(
        [sys.executable, "-c", USER, str(home)],
        cwd=CODE, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        assert process.stdout.readline().startswith("postgresql+asyncpg://")
        try:
            yield process
        finally:
            process.kill()


@contextmanager
def leave_nothing(home: Path) -> Iterator[EmbeddedPostgres]:
    """A user of `home` whose server is certainly gone afterwards."""
    server = EmbeddedPostgres(home, durable=False)
    try:
        yield server
    finally:
        server.stop()
        assert server.wait_gone(30)
        assert servers_in(server.layout) == []


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One cluster for these tests, which each start and stop it; pytest's folder is closed to other users."""
    return tmp_path_factory.mktemp("gym")


@pytest.fixture
def server(home: Path) -> Iterator[EmbeddedPostgres]:
    with leave_nothing(home) as server:
        yield server


async def test_the_data_survive_a_stop_and_the_extensions_of_the_gym_are_there(
    server: EmbeddedPostgres,
) -> None:
    url = await asyncio.to_thread(server.start)
    for extension in ("vector", "pg_trgm", "unaccent", "btree_gist"):
        await sql(url, f"CREATE EXTENSION IF NOT EXISTS {extension}")
    await sql(url, "CREATE TABLE member AS SELECT 'Zoë'::text AS name")
    server.stop()
    assert server.wait_gone(20)
    assert servers_in(server.layout) == []
    assert await asyncio.to_thread(server.start) == url
    assert await sql(url, "SELECT upper(name) FROM member") == "ZOË"
    assert await sql(url, "SHOW timezone") == "UTC"
    assert await sql(url, "SHOW listen_addresses") == ""


async def test_two_users_in_one_process_and_their_databases_share_one_server(
    server: EmbeddedPostgres,
) -> None:
    await asyncio.to_thread(server.start)
    supervisor = supervisor_of(server)
    with EmbeddedPostgres(server.layout.root.parent, database="other gym", durable=False) as second:
        url = await asyncio.to_thread(second.start)
        assert await sql(url, "SELECT current_database()") == "other gym"
        server.stop()
        await asyncio.to_thread(second.ensure)
        assert supervisor_of(second) == supervisor
    assert second.wait_gone(20)


async def test_the_first_users_kill_takes_the_server_from_nobody(server: EmbeddedPostgres) -> None:
    with another_process(server.layout.root.parent) as first:
        url = await asyncio.to_thread(server.start)
        supervisor = supervisor_of(server)
        os.killpg(first.pid, 9)
        first.wait()
    assert await sql(url, "SELECT 1") == 1
    assert supervisor_of(server) == supervisor


def test_the_supervisor_keeps_nothing_of_its_starter(server: EmbeddedPostgres) -> None:
    with another_process(server.layout.root.parent) as first:
        supervisor = supervisor_of(server)
        assert os.getsid(supervisor.pid) != os.getsid(first.pid)
        assert {file.path for file in supervisor.open_files()} == {
            str(path)
            for path in (
                server.layout.supervisor_lock,
                server.layout.users_lock,
                server.layout.supervisor_log,
            )
        }
        server.start()
        first.kill()
        assert first.stdout is not None
        assert first.stdout.read() == "", "the pipe ends with its process, although the server lives"
        assert supervisor.is_running()


def test_killing_the_last_user_ends_supervisor_and_server(server: EmbeddedPostgres) -> None:
    with another_process(server.layout.root.parent) as only:
        family = [supervisor_of(server), postgres_of(server)]
        only.kill()
        assert psutil.wait_procs(family, timeout=20)[1] == []


async def test_a_killed_supervisor_is_replaced_with_the_data_intact(server: EmbeddedPostgres) -> None:
    url = await asyncio.to_thread(server.start)
    await sql(url, "CREATE TABLE visit AS SELECT generate_series(1, 1000) AS n")
    supervisor, postgres = supervisor_of(server), postgres_of(server)
    supervisor.kill()
    assert psutil.wait_procs([supervisor, postgres], timeout=20)[1] == [], (
        "the server ends with its supervisor"
    )
    await asyncio.to_thread(server.ensure)
    assert supervisor_of(server) != supervisor
    assert await sql(url, "SELECT count(*) FROM visit") == 1000


async def test_a_killed_postgres_recovers_under_the_same_supervisor(server: EmbeddedPostgres) -> None:
    url = await asyncio.to_thread(server.start)
    await sql(url, "CREATE TABLE payment AS SELECT generate_series(1, 1000) AS n")
    supervisor, postgres = supervisor_of(server), postgres_of(server)
    postgres.kill()
    postgres.wait(20)
    await asyncio.to_thread(server.ensure)
    assert supervisor_of(server) == supervisor
    assert await sql(url, "SELECT count(*) FROM payment") == 1000


def test_a_stale_pid_file_harms_no_innocent_process(server: EmbeddedPostgres) -> None:
    server.start()
    postgres = postgres_of(server)
    noted = (server.layout.data / "postmaster.pid").read_text()
    server.stop()
    assert server.wait_gone(20)
    account = choose_account(server.layout.data)
    command = ["sleep", "600"]
    with subprocess.Popen(command, cwd="/", **account.identity()) as innocent:
        for name in ("postmaster.pid", ".s.PGSQL.5432.lock"):
            stale = server.layout.data / name
            stale.write_text(noted.replace(str(postgres.pid), str(innocent.pid), 1))
            account.give(stale)
        server.start()
        assert innocent.poll() is None
        innocent.kill()


def test_the_server_never_runs_as_root_and_its_folder_stays_closed(server: EmbeddedPostgres) -> None:
    server.start()
    uids = postgres_of(server).uids()
    assert uids.real == uids.effective == server.layout.data.stat().st_uid
    assert uids.real != 0
    assert (uids.real == os.geteuid()) is (os.geteuid() != 0)
    assert server.layout.root.stat().st_mode & 0o077 == 0


def test_short_commands_that_overlap_share_or_follow_one_another(server: EmbeddedPostgres) -> None:
    home = server.layout.root.parent
    commands = [
        subprocess.Popen([sys.executable, "-c", USER, str(home)], cwd=CODE, stdin=subprocess.DEVNULL,
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(8)
    ]  # fmt: skip
    for command in commands:
        output, errors = command.communicate(timeout=60)
        assert (command.returncode, errors) == (0, "")
        assert output.startswith("postgresql+asyncpg://")


@pytest.mark.parametrize("name", ["a gym: with, odd 100 % names", "long" * 40])
async def test_odd_and_long_paths_work_and_survive_the_supervisor(tmp_path: Path, name: str) -> None:
    with leave_nothing(tmp_path / "one space" / name) as server:
        url = await asyncio.to_thread(server.start)
        assert await sql(url, "SELECT 1") == 1
        supervisor = supervisor_of(server)
        supervisor.kill()
        assert psutil.wait_procs([supervisor], timeout=20)[1] == []
        await asyncio.to_thread(server.ensure)
        assert await sql(url, "SELECT 2") == 2, "under the address that its users know"
        short = server.layout.sockets.readlink()
    assert until(lambda: not short.exists())


def test_a_space_in_a_short_path_needs_no_other_socket() -> None:
    with tempfile.TemporaryDirectory(prefix="a b ") as folder, leave_nothing(Path(folder)) as server:
        assert f"host={server.layout.data}".replace(" ", "%20") in server.start()


def test_a_damaged_cluster_gives_one_line_that_says_where_to_look(tmp_path: Path) -> None:
    with leave_nothing(tmp_path) as server:
        server.layout.data.mkdir(parents=True)
        (server.layout.data / "PG_VERSION").write_text("9.6\n")
        choose_account(server.layout.data / "none").give(server.layout.data)
        server.layout.data.chmod(0o700)
        with pytest.raises(
            PostgresUnavailable, match=r"postgres does not stay up: .*postgresql\.conf.*\(see .*postgres\.log"
        ) as caught:
            server.start()
        assert "\n" not in str(caught.value)


def test_a_home_that_is_a_file_gives_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(PostgresUnavailable, match="Not a directory"):
        EmbeddedPostgres(tmp_path / "file").start()


def test_only_a_user_can_ask_for_the_server_to_be_ensured(tmp_path: Path) -> None:
    with pytest.raises(PostgresUnavailable, match="not started"):
        EmbeddedPostgres(tmp_path).ensure()
