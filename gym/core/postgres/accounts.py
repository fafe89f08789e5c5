"""Whom the server runs as: PostgreSQL refuses to run as root."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

if sys.platform != "win32":
    import pwd

CANDIDATES = ("postgres", "nobody")


class NoAccount(Exception):
    """Root has nobody to hand the server to."""


class Identity(TypedDict, total=False):
    """The arguments of `subprocess.Popen` that change the user before exec."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True, slots=True)
class Account:
    uid: int
    gid: int

    def identity(self) -> Identity:
        """Empty when we already are that user, who could not call setgroups anyway."""
        if self.uid == os.geteuid():
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def give(self, path: Path) -> None:
        if self.uid != os.geteuid():
            os.chown(path, self.uid, self.gid)


def choose_account(data: Path) -> Account:
    """Ourselves; for root the owner of the data, so that a user installed later changes nothing, else a system user."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid())
    if data.exists() and (owner := data.stat()).st_uid != 0:
        return Account(owner.st_uid, owner.st_gid)
    return _system_account()


def _system_account() -> Account:
    for name in CANDIDATES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid)
    raise NoAccount(
        "PostgreSQL may not run as root: add a system user named postgres, or start as another user"
    )
