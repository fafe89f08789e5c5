"""The system account that the server runs as: PostgreSQL refuses to run as root."""

from __future__ import annotations

import os
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

if sys.platform != "win32":
    import pwd

CANDIDATES = ("postgres", "nobody")


class NoAccount(Exception):
    """Root finds no unprivileged account to run the server as."""


class AccountIds(TypedDict, total=False):
    """The arguments of `subprocess.Popen` that change the user before exec."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True, slots=True)
class SystemAccount:
    uid: int
    gid: int

    def identity(self) -> AccountIds:
        """Empty when we already are that user, who could not call setgroups anyway."""
        if self.uid == os.geteuid():
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    @contextmanager
    def acting(self) -> Generator[None]:
        """Look as that user: in a container, root may not see where another user's process works."""
        ours = os.geteuid(), os.getegid()
        if self.uid == ours[0]:
            yield
            return
        os.setegid(self.gid)
        os.seteuid(self.uid)
        try:
            yield
        finally:
            os.seteuid(ours[0])
            os.setegid(ours[1])

    def give(self, path: Path) -> None:
        if self.uid != os.geteuid():
            os.chown(path, self.uid, self.gid)


def choose_account(data: Path) -> SystemAccount:
    """Ourselves; for root a system user, or the owner of existing data, whoever else was added since.

    Raises NoAccount.
    """
    if os.geteuid() != 0:
        return SystemAccount(os.geteuid(), os.getegid())
    if data.exists() and (owner := data.stat()).st_uid != 0:
        return SystemAccount(owner.st_uid, owner.st_gid)
    return _system_account()


def _system_account() -> SystemAccount:
    for name in CANDIDATES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return SystemAccount(entry.pw_uid, entry.pw_gid)
    raise NoAccount(
        "PostgreSQL may not run as root: add a system user named postgres, or start as another user"
    )
