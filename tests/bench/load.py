"""`python -m tests.bench.load`: fifty kiosks post photos as fast as answers come, for a minute."""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from rich.console import Console

from gym.app import open_gym
from gym.core.config import Config
from gym.core.database.ids import new_id
from gym.core.logging import configure_logging
from gym.settings.models import GymKind
from tests.bench.door import bare_rate, published
from tests.bench.figures import Figure, Spread, figure
from tests.bench.kiosk import Kiosks, signed_in
from tests.bench.people import crowd, enrol, fill, free_plan, member
from tests.bench.photos import Sitter, sitters
from tests.bench.programs import Program, program
from tests.bench.table import machine, show

TEMPLATES = 1_000
WARM_UP = 5.0
"""Seconds that do not count: connections, caches, the first garbage collections."""
BARE_SECONDS = 8.0
DEFAULTS_SECONDS = 10.0
BOUNDARY = b"kiosk-load"
console = Console()


@dataclass
class Tally:
    """What the kiosks were answered, in seconds from the last byte of nothing to the last of the answer."""

    verdicts: list[float] = field(default_factory=list[float])
    busy: list[float] = field(default_factory=list[float])
    others: Counter[str] = field(default_factory=Counter[str])


@dataclass
class Kiosk:
    """One connection that is kept; everything but the request's number is made once, to cost little."""

    url: str
    token: str
    photos: Sequence[bytes]
    patient: bool

    def __post_init__(self) -> None:
        self._parts = [self._part(photo) for photo in self.photos]

    async def post(self, since: float, until: float, tally: Tally) -> None:
        """Photo after photo, tallied when it is sent after the warm-up; a patient one waits when told to."""
        place = urlsplit(self.url)
        reader, writer = await asyncio.open_connection(place.hostname, place.port, limit=1 << 18)
        turn = 0
        try:
            while time.perf_counter() < until:
                began = time.perf_counter()
                head, body = self._parts[turn % len(self._parts)]
                writer.writelines([head, f"Idempotency-Key: {new_id()}\r\n\r\n".encode(), body])
                await writer.drain()
                status, wait, answer = await _answer(reader)
                if began >= since:
                    self._note(status, answer, time.perf_counter() - began, tally)
                turn += 1
                if status == 503 and self.patient:
                    # As the page does: who was sent away together does not come back together.
                    wait *= 1 + random.random() / 2
                    await asyncio.sleep(min(wait, max(0.0, until - time.perf_counter())))
        finally:
            writer.close()

    def _note(self, status: int, answer: bytes, took: float, tally: Tally) -> None:
        if status == 201 and (b'"admitted"' in answer or b'"reentry"' in answer):
            tally.verdicts.append(took)
        elif status == 503:
            tally.busy.append(took)
        else:
            tally.others[f"{status} {answer[:80]!r}"] += 1

    def _part(self, photo: bytes) -> tuple[bytes, bytes]:
        body = (
            b"--" + BOUNDARY + b'\r\nContent-Disposition: form-data; name="photo"; filename="p.jpg"\r\n'
            b"Content-Type: image/jpeg\r\n\r\n" + photo + b"\r\n--" + BOUNDARY + b"--\r\n"
        )
        head = (
            f"POST /api/v1/check-ins HTTP/1.1\r\nHost: kiosk\r\nAuthorization: Bearer {self.token}\r\n"
            f"Content-Type: multipart/form-data; boundary={BOUNDARY.decode()}\r\n"
            f"Content-Length: {len(body)}\r\n"
        )
        return head.encode(), body


async def _answer(reader: asyncio.StreamReader) -> tuple[int, float, bytes]:
    """Status, Retry-After and body."""
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    status = int(head[9:12])
    return (
        status,
        float(_header(head, b"retry-after") or 0),
        await reader.readexactly(int(_header(head, b"content-length") or 0)),
    )


def _header(head: bytes, name: bytes) -> bytes:
    return head.partition(b"\r\n" + name + b":")[2].partition(b"\r\n")[0].strip()


def memory_mb(pid: int) -> float:
    """Resident memory of a process."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


@dataclass(frozen=True)
class Load:
    """How many kiosks for how long, and whether they wait when they are told to."""

    kiosks: int
    seconds: float
    patient: bool

    async def on(self, web: Program, signed: Kiosks, photos: Sequence[bytes]) -> tuple[Tally, float, float]:
        """The answers after the warm-up, and the server's memory at its beginning and end."""
        tokens = list(islice(signed.tokens, self.kiosks))
        kiosks = [
            Kiosk(web.web_url, token, [*photos[n:], *photos[:n]], self.patient)
            for n, token in enumerate(tokens)
        ]
        since, tally = time.perf_counter() + WARM_UP, Tally()
        async with asyncio.TaskGroup() as posting:
            for kiosk in kiosks:
                posting.create_task(kiosk.post(since, since + self.seconds, tally))
            await asyncio.sleep(WARM_UP)
            before = memory_mb(web.pid)
        return tally, before, memory_mb(web.pid)


EXCESS: Final = Load(100, 20.0, patient=True)
"""More than there are places for; they come again when they are told to."""


async def measure(home: Path, faces: Path | None, load: Load) -> list[Figure]:
    config = Config(_env_file=None, powergym_home=home)  # pyright: ignore[reportCallIssue]
    async with open_gym(config) as gym:
        await gym.stamp(GymKind.SANDBOX)
        plan = await free_plan(gym)
        people: list[Sitter] = await asyncio.to_thread(sitters, gym.faces.reader, faces)
        for sitter in people:
            await enrol(gym, await member(gym, plan, sitter.name), sitter)
        await fill(gym, crowd(TEMPLATES))
        photos = [sitter.camera for sitter in people]
        plain = await asyncio.to_thread(published, config)
        bare = await asyncio.to_thread(bare_rate, plain, photos, BARE_SECONDS)
        ours = await asyncio.to_thread(bare_rate, gym.faces.reader, photos, BARE_SECONDS)
        log = home / "load.log"
        async with (
            program("tests.bench.unlimited", config, log, gym.database.url) as web,
            signed_in(gym, web.web_url) as signed,
        ):
            tally, before, after = await load.on(web, signed, photos)
            crowded, _, _ = await EXCESS.on(web, signed, photos)
        async with (
            program("web", config, log, gym.database.url) as web,
            signed_in(gym, web.web_url) as signed,
        ):
            limited = Tally()
            await one_device(web, next(signed.tokens), photos, limited)
    rows = figures_of(load, tally, Limits(bare, ours), before, after)
    return [*rows, *refusals(load, tally), *refusals(EXCESS, crowded), defaults(limited)]


async def one_device(web: Program, token: str, photos: Sequence[bytes], tally: Tally) -> None:
    """Several requests at once of one device at the defaults: it may show 90 faces, and 90 more a minute."""
    now = time.perf_counter()
    several = [Kiosk(web.web_url, token, photos, patient=False) for _ in range(4)]
    await asyncio.gather(*(one.post(now, now + DEFAULTS_SECONDS, tally) for one in several))


@dataclass(frozen=True, slots=True)
class Limits:
    """What the models do without a service, in photos a second: as published, and as we run them."""

    bare: float
    ours: float


def figures_of(load: Load, tally: Tally, limits: Limits, before: float, after: float) -> list[Figure]:
    """The rows of the table."""
    rate, answered = len(tally.verdicts) / load.seconds, Spread.of(tally.verdicts or [0.0])
    own = rate / limits.ours
    wrong = sum(tally.others.values())
    for other, count in tally.others.most_common(5):
        console.print(f"{count} × {other}", markup=False, highlight=False)
    return [
        figure(
            f"{load.kiosks} kiosks, {load.seconds:.0f} s: verdicts ({own:.0%} of our own graph)",
            rate,
            "a second",
            limit=limits.bare,
            wanted="≥ 75 % of the bare models",
            ok=rate >= 0.75 * limits.bare and not wrong,
        ),
        figure(
            "the answered",
            answered.p50,
            "ms",
            p95=answered.p95,
            wanted="p95 ≤ 3 × p50",
            ok=answered.p95 <= 3 * answered.p50,
        ),
        figure(
            f"memory, {before:.0f} → {after:.0f} MB",
            100 * (after / before - 1),
            "%",
            wanted="≤ 5 % growth",
            ok=after <= 1.05 * before,
        ),
    ]


def refusals(load: Load, tally: Tally) -> list[Figure]:
    """Nothing where there was a place for everybody."""
    if not tally.busy:
        return []
    refused = Spread.of(tally.busy)
    share = len(tally.busy) / (len(tally.busy) + len(tally.verdicts))
    return [
        figure(
            f"{load.kiosks} kiosks, 503: {share:.0%} of the answers",
            refused.p50,
            "ms",
            p95=refused.p95,
            wanted="p95 ≤ 50 ms",
            ok=refused.p95 <= 50,
        )
    ]


def defaults(tally: Tally) -> Figure:
    """That the limits which were raised for the run bite where nobody raises them."""
    let = len(tally.verdicts)
    limited = sum(count for other, count in tally.others.items() if other.startswith("429"))
    return figure(
        f"one kiosk at the defaults: {limited} × 429",
        let,
        f"verdicts in {DEFAULTS_SECONDS:.0f} s",
        wanted="90 at once, then 1.5 a second",
        ok=bool(limited) and let <= 90 + 1.5 * (DEFAULTS_SECONDS + 1),
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.load", description=__doc__)
    parser.add_argument("--faces", type=Path, help="people's photos in LFW's layout")
    parser.add_argument("--kiosks", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--patient", action="store_true", help="wait as Retry-After says")
    chosen = parser.parse_args()
    configure_logging("WARNING", "console")
    for name in ("DATABASE_URL", "TELEGRAM_BOT_TOKEN"):
        os.environ.pop(name, None)
    header, load = machine(), Load(chosen.kiosks, chosen.seconds, chosen.patient)
    with tempfile.TemporaryDirectory(prefix="pg-load-", ignore_cleanup_errors=True) as home:
        figures = asyncio.run(measure(Path(home), chosen.faces, load))
    show(console, figures, header)
    sys.exit(0 if all(one.ok for one in figures) else 1)


if __name__ == "__main__":
    main()
