"""The database cluster: made once by initdb, served by one postgres process."""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from gym.core.postgres.accounts import SystemAccount
from gym.core.postgres.binaries import ENVIRONMENT, Binaries
from gym.core.postgres.layout import OWNER, PORT, ServerLayout

LOG_LIMIT = 10_000_000  # bytes; a longer log is put aside at the next start
PR_SET_PDEATHSIG = 1  # linux/prctl.h
# The server's user may not be able to walk down to the data, /root being closed, and need not: the kernel
# opens this link without walking the path. Long paths and odd characters stop mattering too.
HERE = "/proc/self/cwd"

SETTINGS = {
    "listen_addresses": "",
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    "max_connections": "120",
    "cluster_name": "powergym",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # small machines: the gym's processes share the memory
    "shared_buffers": "64MB",
    "effective_cache_size": "512MB",
    "work_mem": "8MB",
    "random_page_cost": "1.1",
    "jit": "off",
    "io_method": "sync",
    "max_wal_size": "512MB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_logical_replication_workers": "0",
    # errors carry values, which may be personal data: the log tells of the server's life only
    "logging_collector": "off",
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_checkpoints": "off",
    "log_line_prefix": "%m [%p] ",
}
# Unsafe in a power cut only: commits still reach the kernel, so that a killed server loses none.
EPHEMERAL = {"fsync": "off", "full_page_writes": "off"}


class ClusterBroken(Exception):
    """initdb failed, or postgres does not stay up."""


@dataclass(frozen=True, slots=True)
class Cluster:
    layout: ServerLayout
    binaries: Binaries
    account: SystemAccount
    durable: bool

    def make(self) -> None:
        """Run initdb, unless the cluster is there.

        Raises ClusterBroken.
        """
        if (self.layout.data / "PG_VERSION").exists():
            return
        draft = self.layout.unfinished
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        self.account.give(draft)
        done = self._launch(self._initdb(draft), draft)
        done.wait()
        if done.returncode != 0:
            raise ClusterBroken(f"initdb failed: {last_line(self.layout.server_log)}")
        draft.rename(self.layout.data)

    def serve(self, sockets: Path) -> subprocess.Popen[bytes]:
        """Start postgres as our direct child; call it from the main thread, whose end is the child's end."""
        here = _reachable(self.layout.data)
        options = SETTINGS | ({} if self.durable else EPHEMERAL)
        options["unix_socket_directories"] = here if sockets == self.layout.data else str(sockets)
        command = [str(self.binaries.program("postgres")), "-D", here]
        for name, value in options.items():
            command += ["-c", f"{name}={value}"]
        put_aside(self.layout.server_log, LOG_LIMIT)
        return self._launch(command, self.layout.data)

    def _launch(self, command: list[str], folder: Path) -> subprocess.Popen[bytes]:
        with self.layout.server_log.open("ab") as log:
            return subprocess.Popen(  # noqa: S603
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=ENVIRONMENT,
                cwd=folder,
                start_new_session=True,
                preexec_fn=_end_with_parent(),  # noqa: PLW1509 - our other threads only wait, in the kernel
                **self.account.identity(),
            )

    def _initdb(self, folder: Path) -> list[str]:
        command = [
            str(self.binaries.program("initdb")),
            "-D",
            _reachable(folder),
            "-U",
            OWNER,
            "--auth=trust",
        ]
        command += ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        command += ["--text-search-config=simple", "--no-instructions"]
        return command if self.durable else [*command, "--no-sync"]


def _reachable(folder: Path) -> str:
    return HERE if sys.platform == "linux" else str(folder)


def _end_with_parent() -> Callable[[], None] | None:
    """A fast, clean shutdown when the supervisor dies; Popen runs it after dropping root, which clears it."""
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None, use_errno=True)
    supervisor = os.getpid()

    def arrange() -> None:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGINT)
        if os.getppid() != supervisor:
            os._exit(1)

    return arrange


def put_aside(log: Path, limit: int) -> None:
    """Keep one older log beside the current one."""
    if log.exists() and log.stat().st_size > limit:
        log.replace(log.with_suffix(".old.log"))


def last_line(log: Path) -> str:
    """The line of a log that says most: its last FATAL or error, else its last."""
    try:
        lines = log.read_text(errors="replace")[-8000:].splitlines()
    except OSError:
        return ""
    telling = [line for line in lines if "FATAL" in line or "error:" in line] or lines
    return telling[-1].strip() if telling else ""
