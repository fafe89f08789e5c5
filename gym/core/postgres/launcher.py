"""Launcher of the embedded server: each process holds a share, and starts the supervisor if none runs."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

from gym.core.postgres.binaries import ENVIRONMENT, BinariesMissing, installed_binaries
from gym.core.postgres.cluster import put_aside
from gym.core.postgres.layout import OWNER, PORT, ServerLayout, SupervisorState
from gym.core.postgres.locks import open_lock, try_exclusive, try_shared, wait_for
from gym.core.postgres.sockets import ServerAnswer, ask

RECOVERY = 120.0  # seconds that crash recovery may take
SHUTDOWN = 90.0  # seconds that a server on its way down may take
LOG_LIMIT = 1_000_000  # bytes
CODE = Path(__file__).parents[3]
PASSED_ON = ("HOME", "LANG", "VIRTUAL_ENV", "TMPDIR")  # no secret of the starter's reaches the supervisor


class PostgresUnavailable(Exception):
    """The embedded server cannot be started or reached; one line names the cause and the logs to read."""


class EmbeddedPostgres:
    """A user's share of the server under `home / "postgres"`.

    Several processes, and several instances in one process, may share a home. `durable=False` is for tests:
    it trades safety in a power cut for speed, and is decided by whoever starts the server.
    """

    def __init__(self, home: Path, *, database: str = "powergym", durable: bool = True) -> None:
        self.database = database
        self.durable = durable
        self.layout = ServerLayout.under(home)
        self._share: int | None = None
        self._busy = threading.Lock()

    def start(self) -> str:
        """Join the server, starting it where needed, and return SQLAlchemy's URL of the database. Blocks.

        Raises PostgresUnavailable.
        """
        with self._busy:
            try:
                self._take_share()
                return self._url(self._ready())
            except (OSError, BinariesMissing, PostgresUnavailable) as error:
                self._let_go()
                raise self._unavailable(error) from error

    def ensure(self) -> None:
        """Replace a dead supervisor and wait until the server answers; one probe when all is well. Blocks.

        Raises PostgresUnavailable.
        """
        with self._busy:
            if self._share is None:
                raise PostgresUnavailable("The embedded PostgreSQL was not started by this process.")
            try:
                self._ready()
            except (OSError, BinariesMissing, PostgresUnavailable) as error:
                raise self._unavailable(error) from error

    def stop(self) -> None:
        """Give the share back; the supervisor stops the server after the last one."""
        with self._busy:
            self._let_go()

    def wait_gone(self, seconds: float) -> bool:
        """Whether the supervisor, which outlives its server, has ended within that time. Blocks."""
        fd = open_lock(self.layout.supervisor_lock)
        try:
            return wait_for(lambda: try_exclusive(fd), seconds)
        finally:
            os.close(fd)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _take_share(self) -> None:
        if self._share is not None:
            return
        if sys.platform == "win32":
            raise PostgresUnavailable("it needs Linux or macOS; set DATABASE_URL to a PostgreSQL of your own")
        self.layout.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        fd = open_lock(self.layout.users_lock)
        if not wait_for(lambda: try_shared(fd), SHUTDOWN):
            os.close(fd)
            raise PostgresUnavailable("the server before has been stopping for too long")
        self._share = fd

    def _let_go(self) -> None:
        if self._share is not None:
            os.close(self._share)
            self._share = None

    def _ready(self) -> str:
        """The socket directory of a server that answers and has our database."""
        deadline = time.monotonic() + RECOVERY
        pause, started = 0.005, False
        while time.monotonic() < deadline:
            started = self._supervisor_lives(started=started)
            state = SupervisorState.read(self.layout.state)
            answer = ask(state.sockets, self.database) if state and state.sockets else ServerAnswer.NOT_YET
            if state and answer is ServerAnswer.READY:
                return state.sockets
            if state and answer is ServerAnswer.NO_DATABASE:
                self._create_database(state.sockets)
                continue
            time.sleep(pause)
            pause = min(pause * 1.5, 0.2)
        raise PostgresUnavailable(f"no answer within {RECOVERY:.0f} s")

    def _supervisor_lives(self, *, started: bool) -> bool:
        """Start a supervisor if none runs. True once this call has: if that one ends too, it is a failure."""
        fd = open_lock(self.layout.supervisor_lock)
        try:
            if not try_exclusive(fd):
                return started
            if started:
                state = SupervisorState.read(self.layout.state)
                raise PostgresUnavailable(
                    state.error if state and state.error else "its supervisor ended at once"
                )
            self._start_supervisor(fd)
            return True
        finally:
            os.close(fd)

    def _start_supervisor(self, lock: int) -> None:
        """The supervisor inherits the locked file: at no moment is the lock free for a second one."""
        self.layout.state.unlink(missing_ok=True)
        put_aside(self.layout.supervisor_log, LOG_LIMIT)
        command = [sys.executable, "-P", "-m", "gym.core.postgres.supervisor", str(self.layout.root)]
        command.append("durable" if self.durable else "ephemeral")
        environment = ENVIRONMENT | {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        with self.layout.supervisor_log.open("ab") as log:
            subprocess.run(  # noqa: S603
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/", check=False,
                env=environment | {"PYTHONPATH": _code_path()}, pass_fds=(lock,), start_new_session=True
            )  # fmt: skip

    def _create_database(self, sockets: str) -> None:
        """Losing the race to another process is fine: the next probe finds the database."""
        command = [str(installed_binaries().program("createdb")), "-h", sockets, "-p", str(PORT), "-U", OWNER]
        command += ["--no-password", "--maintenance-db=postgres", "--", self.database]
        done = subprocess.run(  # noqa: S603
            command, env=ENVIRONMENT, check=False, capture_output=True, text=True, stdin=subprocess.DEVNULL
        )
        if done.returncode != 0 and ask(sockets, self.database) is ServerAnswer.NO_DATABASE:
            raise PostgresUnavailable(f"createdb failed: {done.stderr.strip()}")

    def _url(self, sockets: str) -> str:
        host = quote(sockets, safe="/")
        return f"postgresql+asyncpg://{OWNER}@/{quote(self.database)}?host={host}&port={PORT}"

    def _unavailable(self, error: Exception) -> PostgresUnavailable:
        reason = " ".join(str(error).split())
        logs = f"{self.layout.server_log} and {self.layout.supervisor_log.name}"
        return PostgresUnavailable(f"The embedded PostgreSQL is not available: {reason} (see {logs})")


def _code_path() -> str:
    """PYTHONPATH of the supervisor, which works in another folder: this process's own import paths."""
    return os.pathsep.join(os.path.abspath(entry) for entry in (CODE, *sys.path) if entry)
