"""The door: photo to verdict over HTTP, beside what the bare models need for the same photo."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import cycle

from gym.core.config import Config
from gym.faces.engine.alignment import align
from gym.faces.engine.images import decode
from gym.faces.engine.insightface_reader import InsightFaceReader
from gym.faces.engine.model_store import locate
from gym.faces.engine.reader import FaceReader
from tests.bench.figures import Figure, Spread, figure
from tests.bench.kiosk import Kiosks
from tests.bench.photos import Sitter

THREADS = 2
"""The pool at which the bare models do most on two cores."""
ALLOWED_MS = {1_000: 6.0, 10_000: 7.0}
WARM_UP = 10


@dataclass(frozen=True, slots=True)
class Bare:
    """The models without any service: as their files have them, which is what "bare" means, and as we run
    them, with the recogniser's graph rewritten, which is the stricter limit and shown beside it."""

    published: FaceReader
    ours: FaceReader


class WrongVerdict(Exception):
    """A figure of a service that answers wrongly is worth nothing."""


def published(config: Config) -> FaceReader:
    """The models as their files have them, warm."""
    reader = InsightFaceReader(
        locate(config.face_pack, config.packs_root), config.face_providers, as_published=True
    )
    reader.warm(THREADS)
    return reader


def bare(reader: FaceReader, photo: bytes) -> None:
    """Decode, detect at the same scale, align and embed: nothing else of the reader."""
    pixels = decode(photo)
    reader.embed(align(pixels, reader.detect(pixels)[0].landmarks))


def alone(models: Bare, sitters: Sequence[Sitter], seconds: float) -> Figure:
    """The models without any service, both ways."""
    photos = [sitter.camera for sitter in sitters]
    limit = bare_rate(models.published, photos, seconds)
    rate = bare_rate(models.ours, photos, seconds)
    return figure(
        "our models alone, 2 threads (limit: as published)",
        rate,
        "photos/s",
        limit=limit,
        wanted="≥ as published",
        ok=rate >= limit,
    )


async def one_client(
    kiosks: Kiosks, models: Bare, sitters: Sequence[Sitter], templates: int, samples: int
) -> Figure:
    """720p, one photo after another; the bare figures are measured in turns with the service."""
    with ThreadPoolExecutor(1) as thread:
        photos = [sitter.camera for sitter in sitters]
        served, plain, ours = await _in_turns(kiosks, models, photos, samples, thread)
    allowed = ALLOWED_MS[templates]
    return figure(
        f"photo → verdict, one client, {templates:,} templates (our graph alone: {ours.p50:.1f} ms)",
        served.p50,
        "ms",
        p95=served.p95,
        limit=plain.p50,
        wanted=f"p50 ≤ bare + {allowed:.0f} ms",
        ok=served.p50 <= plain.p50 + allowed,
    )


async def _in_turns(
    kiosks: Kiosks, models: Bare, photos: Sequence[bytes], samples: int, thread: ThreadPoolExecutor
) -> tuple[Spread, Spread, Spread]:
    """The service, the published models and our own, one after the other for every photo."""
    loop = asyncio.get_running_loop()
    took: list[tuple[float, float, float]] = []
    for place, photo in zip(range(samples + WARM_UP), cycle(photos), strict=False):
        began = time.perf_counter()
        await _let_in(kiosks, photo)
        served = time.perf_counter()
        await loop.run_in_executor(thread, bare, models.published, photo)
        plain = time.perf_counter()
        await loop.run_in_executor(thread, bare, models.ours, photo)
        if place >= WARM_UP:
            took.append((served - began, plain - served, time.perf_counter() - plain))
    served_in, plain_in, ours_in = (Spread.of(list(column)) for column in zip(*took, strict=True))
    return served_in, plain_in, ours_in


async def _let_in(kiosks: Kiosks, photo: bytes) -> None:
    answer = await kiosks.show(photo)
    if answer.code not in ("admitted", "reentry"):
        raise WrongVerdict(f"{answer.status} {answer.code}")


async def phone_photo(kiosks: Kiosks, sitters: Sequence[Sitter], samples: int) -> Figure:
    """12 megapixels against 720p, in turns."""
    large: list[float] = []
    small: list[float] = []
    for place, sitter in zip(range(samples + WARM_UP), cycle(sitters), strict=False):
        began = time.perf_counter()
        await _let_in(kiosks, sitter.camera)
        between = time.perf_counter()
        await _let_in(kiosks, sitter.phone)
        if place >= WARM_UP:
            small.append(between - began)
            large.append(time.perf_counter() - between)
    phone, camera = Spread.of(large), Spread.of(small)
    return figure(
        "photo → verdict, 12 megapixels (limit: 720p)",
        phone.p50,
        "ms",
        p95=phone.p95,
        limit=camera.p50,
        wanted="≤ 1.8 × the 720p time",
        ok=phone.p50 <= 1.8 * camera.p50,
    )


@dataclass
class Crowd:
    """What so many clients at once were answered."""

    verdicts: list[float] = field(default_factory=list[float])
    busy: int = 0
    wrong: int = 0


async def throughput(
    kiosks: Kiosks, models: Bare, sitters: Sequence[Sitter], clients: int, seconds: float
) -> Figure:
    """Closed loop: each client sends its next photo when it was answered; a busy one waits as told."""
    photos = [sitter.camera for sitter in sitters]
    limit = await asyncio.to_thread(bare_rate, models.published, photos, seconds)
    ours = await asyncio.to_thread(bare_rate, models.ours, photos, seconds)
    crowd = Crowd()
    began = time.perf_counter()
    until = began + seconds
    await asyncio.gather(*(_queue(kiosks, photos, place, until, crowd) for place in range(clients)))
    rate = len(crowd.verdicts) / (time.perf_counter() - began)
    spread = Spread.of(crowd.verdicts)
    share = 0.75 if clients > 1 else 0.0
    wanted = "≥ 75 % of bare on 2 threads, p95 ≤ 3 × p50" if share else "p95 ≤ 3 × p50"
    note = f"{rate / ours:.0%} of our graph alone; p50 {spread.p50:.0f} ms, {crowd.busy} × 503"
    return figure(
        f"throughput, {clients} client{'s' if clients > 1 else ''} ({note})",
        rate,
        "photos/s",
        p95=spread.p95,
        limit=limit,
        wanted=wanted,
        ok=rate >= share * limit and spread.p95 <= 3 * spread.p50 and not crowd.wrong,
    )


async def _queue(kiosks: Kiosks, photos: Sequence[bytes], place: int, until: float, crowd: Crowd) -> None:
    for turn in range(place, place + 1_000_000):
        if time.perf_counter() >= until:
            return
        began = time.perf_counter()
        answer = await kiosks.show(photos[turn % len(photos)])
        if answer.status == 503:
            crowd.busy += 1
            await asyncio.sleep(max(0.0, min(answer.retry_after, until - time.perf_counter())))
        elif answer.code in ("admitted", "reentry"):
            crowd.verdicts.append(time.perf_counter() - began)
        else:
            crowd.wrong += 1


def bare_rate(reader: FaceReader, photos: Sequence[bytes], seconds: float) -> float:
    """Photos a second of the bare models with two threads."""
    until = time.perf_counter() + seconds
    began = time.perf_counter()

    def work(place: int) -> int:
        done = 0
        while time.perf_counter() < until:
            bare(reader, photos[(place + done) % len(photos)])
            done += 1
        return done

    with ThreadPoolExecutor(THREADS) as pool:
        done = sum(pool.map(work, range(THREADS)))
    return done / (time.perf_counter() - began)
