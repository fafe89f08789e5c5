"""`python -m tests.bench.backup`: make, verify and restore the backup of a gym with 10,000 clients.

Three templates and pictures a client and a hundred visits, as rows; the commands are an operator's, each in a
process of its own, over the embedded server.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import UUID

from rich.console import Console

from gym.app import Gym, open_gym
from gym.core.config import Config
from gym.core.database.ids import new_id
from gym.core.logging import configure_logging
from gym.faces.gallery.protection import protection_for
from gym.security.cipher import Cipher
from tests.bench.figures import Figure, figure
from tests.bench.people import NEW_CLIENTS, NEW_TEMPLATES, as_text, crowd
from tests.bench.table import machine, show

MODEL: Final = "bench"
TEMPLATES: Final = 3
CROP_BYTES, THUMBNAIL_BYTES = 5_000, 7_000
"""Of the aligned crop (112 x 112) and the picture on a card, as JPEG; sealed they are random."""
VISIT_DAYS: Final = 100
BATCH: Final = 1000
WANTED_SECONDS: Final = 600.0
MEGABYTE: Final = 1_000_000
PEAK: Final = "tests.bench.peak"
VISITS: Final = """
INSERT INTO check_ins (id, client_id, outcome, code, method, counted, at, received_at, gym_day)
SELECT gen_random_uuid(), c.id, 'admitted', 'admitted', 'face', true, d, d, d::date
FROM clients c, generate_series(now() - make_interval(days => $1), now() - interval '1 day', '1 day') d
"""


async def fill(gym: Gym, count: int) -> None:
    """Everybody with faces, pictures and visits."""
    vectors, keyring = crowd(count), gym.secrets.data
    protection = protection_for(keyring, keyring.first)
    for start in range(0, count, BATCH):
        texts = [as_text(protection.protect(one)) for one in vectors[start : start + BATCH]]
        async with gym.database.direct() as connection, connection.transaction():
            clients = [new_id() for _ in texts]
            await connection.execute(NEW_CLIENTS, clients)
            for _ in range(TEMPLATES):
                ids = [new_id() for _ in texts]
                await connection.execute(NEW_TEMPLATES, ids, clients, texts, MODEL, keyring.first)
                await connection.copy_records_to_table(
                    "face_pictures",
                    columns=["template_id", "client_id", "crop", "thumbnail"],
                    records=list(_pictures(Cipher(keyring), ids, clients)),
                )
    async with gym.database.direct() as connection:
        await connection.execute(VISITS, VISIT_DAYS)


def _pictures(
    cipher: Cipher, ids: Sequence[UUID], clients: Sequence[UUID]
) -> list[tuple[UUID, UUID, bytes, bytes]]:
    return [
        (
            template,
            client,
            cipher.encrypt(os.urandom(CROP_BYTES), context=f"crop:{client}"),
            cipher.encrypt(os.urandom(THUMBNAIL_BYTES), context=f"thumbnail:{client}"),
        )
        for template, client in zip(ids, clients, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class Run:
    """One command: what it printed, how long it took, the most memory of it or of what it started."""

    out: str
    seconds: float
    megabytes: float


def operator(home: Path, *command: str, typed: str = "") -> Run:
    """`python -m gym …`. Raises AssertionError where it fails."""
    environment = {**os.environ, "POWERGYM_HOME": str(home), "LOG_LEVEL": "ERROR"}
    began = time.monotonic()
    with tempfile.NamedTemporaryFile() as peak:
        run = subprocess.run(
            [sys.executable, "-m", PEAK, peak.name, sys.executable, "-m", "gym", *command],
            env=environment,
            input=f"{typed}\n",
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
        assert run.returncode == 0, f"gym {' '.join(command)} failed"
        kilobytes = int(peak.read())
    return Run(run.stdout, time.monotonic() - began, kilobytes / 1024)


async def measure(home: Path, count: int) -> list[Figure]:
    old, new = home / "old", home / "new"
    async with open_gym(Config(_env_file=None, powergym_home=old), faces=False) as gym:  # pyright: ignore[reportCallIssue]
        await fill(gym, count)
    phrase = json.loads(operator(old, "backup", "phrase", "--json").out)["passphrase"]
    make = operator(old, "backup", "make", "--json")
    made = json.loads(make.out.splitlines()[-1])
    verify = operator(old, "backup", "verify")
    restore = operator(new, "restore", made["path"], typed=phrase)
    size = made["size"] / MEGABYTE
    what = f"{count:,} clients, {made['rows']:,} rows, {size:.0f} MB"
    return [
        took(f"backup make, {what}", make),
        took("backup verify", verify),
        took("restore on a new computer", restore),
    ]


def took(name: str, run: Run) -> Figure:
    return figure(
        f"{name}, {run.megabytes:.0f} MB of memory",
        run.seconds,
        "s",
        wanted=f"≤ {WANTED_SECONDS:.0f} s",
        ok=run.seconds <= WANTED_SECONDS,
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.backup", description=__doc__)
    parser.add_argument("--clients", type=int, default=10_000)
    chosen = parser.parse_args()
    configure_logging("WARNING", "console")
    for name in ("DATABASE_URL", "TELEGRAM_BOT_TOKEN"):
        os.environ.pop(name, None)
    header, console = machine(), Console()
    with tempfile.TemporaryDirectory(prefix="pg-backup-", ignore_cleanup_errors=True) as home:
        figures = asyncio.run(measure(Path(home), chosen.clients))
    show(console, figures, header)
    sys.exit(0 if all(one.ok for one in figures) else 1)


if __name__ == "__main__":
    main()
