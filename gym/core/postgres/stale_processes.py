"""Leftovers of an ended supervisor: servers still shutting down, and stale pid files."""

from __future__ import annotations

import signal
from pathlib import Path

import psutil

from gym.core.postgres.accounts import SystemAccount
from gym.core.postgres.layout import PORT


def clear_leftovers(data: Path, account: SystemAccount, *, patience: float = 20) -> None:
    """Wait for, then end, whatever still serves `data`; then remove its pid files.

    Only for the holder of the supervisor's lock. PostgreSQL refuses to start when a stale pid file names
    any living process of the same user, so the files go once nobody works in the directory.
    """
    if not (data / "postmaster.pid").exists():
        return
    servers = serving(data, account)
    _signal([server for server in servers if server.pid == _noted_pid(data)], signal.SIGINT)
    _, stubborn = psutil.wait_procs(servers, timeout=patience)
    for harder in (signal.SIGQUIT, signal.SIGKILL):
        _signal(stubborn, harder)
        _, stubborn = psutil.wait_procs(stubborn, timeout=5)
    for name in ("postmaster.pid", f".s.PGSQL.{PORT}.lock", f".s.PGSQL.{PORT}"):
        (data / name).unlink(missing_ok=True)


def serving(data: Path, account: SystemAccount) -> list[psutil.Process]:
    """The PostgreSQL processes that work in `data`: a pid is believed only if its directory is this one."""
    folder = str(data.resolve())
    with account.acting():
        return [process for process in psutil.process_iter() if _works_in(process, folder)]


def _works_in(process: psutil.Process, folder: str) -> bool:
    try:
        return process.name().startswith("postgres") and process.cwd() == folder
    except psutil.Error:
        return False  # gone, or a stranger's


def _noted_pid(data: Path) -> int:
    try:
        return int((data / "postmaster.pid").read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return 0


def _signal(processes: list[psutil.Process], number: signal.Signals) -> None:
    for process in processes:
        try:
            process.send_signal(number)
        except psutil.NoSuchProcess:
            continue
