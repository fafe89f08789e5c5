"""The server's Unix socket: its directory, and a probe of the server by PostgreSQL's start-up message."""

from __future__ import annotations

import os
import shutil
import socket
import stat
import struct
import tempfile
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

from gym.core.postgres.accounts import SystemAccount
from gym.core.postgres.layout import OWNER, PORT, ServerLayout

SOCKET_NAME = f".s.PGSQL.{PORT}"
LONGEST_PATH = 100  # bytes; sun_path holds 107 on Linux, 103 on macOS
SHORT_PLACES = ("/tmp", "/run", "/var/tmp", "/dev/shm")  # noqa: S108
PROTOCOL_3 = 196608  # 3 << 16, the version in the start-up message
GOODBYE = b"X\0\0\0\x04"  # the Terminate message
UNKNOWN_DATABASE = b"\0C3D000\0"  # the field C (SQLSTATE) of an error: invalid_catalog_name


class ServerAnswer(StrEnum):
    READY = "ready"
    NO_DATABASE = "no database"
    NOT_YET = "not yet"


def socket_directory(layout: ServerLayout, account: SystemAccount) -> Path:
    """The data directory; a short one elsewhere, when that path is too long or reads as a list of hosts.

    The same one as before where a supervisor is replaced: running processes have that address already.
    """
    path = str(layout.data)
    if len(os.fsencode(path)) + len(SOCKET_NAME) + 1 <= LONGEST_PATH and not set(path) & set(":,"):
        return layout.data
    known = _linked(layout, account)
    if known is not None:
        return known
    fresh = _short_directory(account)
    layout.sockets.unlink(missing_ok=True)
    layout.sockets.symlink_to(fresh)
    return fresh


def remove_socket_directory(layout: ServerLayout) -> None:
    """Only after the last user has gone."""
    if layout.sockets.is_symlink():
        shutil.rmtree(layout.sockets.readlink(), ignore_errors=True)
        layout.sockets.unlink(missing_ok=True)


def _linked(layout: ServerLayout, account: SystemAccount) -> Path | None:
    """The earlier supervisor's directory, if only our user can write there: /tmp is open to everybody."""
    if not layout.sockets.is_symlink():
        return None
    directory = layout.sockets.readlink()
    try:
        status = directory.lstat()
    except FileNotFoundError:
        return None
    private = stat.S_ISDIR(status.st_mode) and stat.S_IMODE(status.st_mode) == 0o700
    if not private or status.st_uid != account.uid:
        return None
    for leftover in directory.glob(f"{SOCKET_NAME}*"):
        leftover.unlink()
    return directory


def _short_directory(account: SystemAccount) -> Path:
    for place in SHORT_PLACES:
        try:
            fresh = Path(tempfile.mkdtemp(prefix="powergym-", dir=place))
        except OSError:
            continue
        account.give(fresh)
        return fresh
    raise OSError(f"no writable directory for the socket in {', '.join(SHORT_PLACES)}")


def ask(directory: str, database: str) -> ServerAnswer:
    """Open a connection as a client would: is the server ready, and has it the database?"""
    try:
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(5)
            line.connect(f"{directory}/{SOCKET_NAME}")
            line.sendall(_greeting(database))
            with line.makefile("rb") as reply:
                answer = _understand(reply)
            line.sendall(GOODBYE)
            return answer
    except (OSError, struct.error):
        return ServerAnswer.NOT_YET


def _greeting(database: str) -> bytes:
    body = struct.pack("!i", PROTOCOL_3)
    for text in ("user", OWNER, "database", database, ""):
        body += text.encode() + b"\0"
    return struct.pack("!i", len(body) + 4) + body


def _understand(reply: BinaryIO) -> ServerAnswer:
    """Read messages until one decides: `Z`, ready for queries, or `E`, an error with its SQLSTATE in `C`.

    The database is looked up after the authentication was confirmed, so `R` alone says nothing of it.
    """
    while True:
        kind, length = struct.unpack("!ci", reply.read(5))
        body = reply.read(length - 4)
        if kind == b"Z":
            return ServerAnswer.READY
        if kind == b"E":
            return ServerAnswer.NO_DATABASE if UNKNOWN_DATABASE in body else ServerAnswer.NOT_YET
