"""The supervisor: a small process that runs postgres for as long as any process of the gym uses it."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import FrameType

import psutil

from gym.core.postgres.accounts import NoAccount, choose_account
from gym.core.postgres.binaries import BinariesMissing, binaries_for
from gym.core.postgres.cluster import Cluster, ClusterBroken, last_line
from gym.core.postgres.layout import ServerLayout, SupervisorState
from gym.core.postgres.locks import open_lock, wait_exclusive
from gym.core.postgres.sockets import remove_socket_directory, socket_directory
from gym.core.postgres.stale_processes import clear_leftovers

SHORT_LIFE = 5.0  # seconds; a server that ends sooner did not really start
TRIES = 4  # short lives in a row, after which the cluster counts as broken
SHUTDOWN_PATIENCE = 60.0  # seconds for the last checkpoint

log = logging.getLogger("powergym.supervisor")


class Supervisor:
    def __init__(self, layout: ServerLayout, *, durable: bool) -> None:
        self.layout = layout
        account = choose_account(layout.data)
        self.cluster = Cluster(layout, binaries_for(account), account, durable)
        self.sockets = layout.data
        self._server: subprocess.Popen[bytes] | None = None
        self._alone = False
        self._turn = threading.Lock()
        self._end = threading.Event()
        self._gone = threading.Event()

    def run(self) -> None:
        """Serve until the last user has let go; a server that dies is started again.

        Raises ClusterBroken.
        """
        self.cluster.make()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._told_to_end)
        clear_leftovers(self.layout.data, self.cluster.account)
        self.sockets = socket_directory(self.layout, self.cluster.account)
        SupervisorState(os.getpid(), sockets=str(self.sockets)).write(self.layout.state)
        for errand in (self._wait_for_users, self._stop_when_told):
            threading.Thread(target=errand, daemon=True).start()
        self._serve()
        self._gone.set()

    def clean_up(self) -> None:
        """Remove sockets and state file; not after a SIGTERM, when processes may still hold their shares."""
        if self._alone:
            remove_socket_directory(self.layout)
            self.layout.state.unlink(missing_ok=True)

    def _serve(self) -> None:
        short_lives = 0
        while (server := self._next_server()) is not None:
            started = time.monotonic()
            code = server.wait()
            log.info("postgres %s ended with %s", server.pid, code)
            if self._end.is_set():
                return
            short_lives = short_lives + 1 if time.monotonic() - started < SHORT_LIFE else 0
            if short_lives >= TRIES:
                raise ClusterBroken(f"postgres does not stay up: {last_line(self.layout.server_log)}")
            clear_leftovers(self.layout.data, self.cluster.account)

    def _next_server(self) -> subprocess.Popen[bytes] | None:
        with self._turn:
            if self._end.is_set():
                return None
            self._server = self.cluster.serve(self.sockets)
        log.info("postgres %s serves %s", self._server.pid, self.layout.data)
        return self._server

    def _told_to_end(self, number: int, frame: FrameType | None) -> None:
        self._end.set()

    def _wait_for_users(self) -> None:
        wait_exclusive(open_lock(self.layout.users_lock))  # kept until we exit: newcomers wait for our end
        log.info("the last user has gone")
        self._alone = True
        self._end.set()

    def _stop_when_told(self) -> None:
        self._end.wait()
        with self._turn:
            server = self._server
        if server is None:
            return
        server.send_signal(signal.SIGINT)
        if not self._gone.wait(SHUTDOWN_PATIENCE):
            server.send_signal(signal.SIGQUIT)


def main(arguments: list[str]) -> int:
    """Arguments: the root, `durable` or `ephemeral`. The supervisor's lock comes as an inherited file."""
    if os.fork():
        os._exit(0)  # orphaned, so that init reaps it and it is no zombie of whoever started it
    os.umask(0o077)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(process)d %(message)s")
    layout = ServerLayout(Path(arguments[0]))
    try:
        supervisor = Supervisor(layout, durable=arguments[1] == "durable")
        supervisor.run()
        supervisor.clean_up()
    except (
        NoAccount,
        BinariesMissing,
        ClusterBroken,
        OSError,
        subprocess.SubprocessError,
        psutil.Error,
    ) as error:
        log.exception("no server")
        SupervisorState(os.getpid(), error=str(error)).write(layout.state)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
