"""`python -m tests.bench`: measure, print one table, write `bench/results.json`."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
from collections.abc import AsyncGenerator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from uuid import UUID

import aiohttp
from rich.console import Console

from gym.app import Gym, open_gym
from gym.core.config import Config
from gym.core.logging import configure_logging
from gym.settings.models import GymKind
from tests.bench import chat, door, reports, start
from tests.bench.audit_search import audit_search
from tests.bench.figures import Figure, write
from tests.bench.kiosk import Kiosks, signed_in
from tests.bench.people import crowd, enrol, fill, free_plan, member
from tests.bench.photos import Sitter, sitters
from tests.bench.programs import DidNotStart, program
from tests.bench.search import search
from tests.bench.table import machine, show
from tests.support.sandbox.client import ControlApiError, SandboxClient

RESULTS = Path(__file__).parents[2] / "bench" / "results.json"
SMALL, LARGE, HUGE = 1_000, 10_000, 100_000
CLIENTS = (1, 4, 16, 32)
UNMEASURABLE = (
    DidNotStart,
    door.WrongVerdict,
    ControlApiError,
    AssertionError,
    aiohttp.ClientError,
    TimeoutError,
)
console = Console()


@dataclass(frozen=True, slots=True)
class Effort:
    """How long to measure: enough for a stable p95, or a look."""

    samples: int = 200
    seconds: float = 6.0
    regulars: int = chat.CHATS
    starts: int = 5
    questions: int = 5
    """Each of the 60 that the audit can be asked."""
    huge: bool = True
    clients: int = reports.CLIENTS
    years: int = reports.YEARS

    @classmethod
    def quick(cls) -> Effort:
        return cls(samples=40, seconds=2.0, regulars=10, starts=1, huge=False)


@dataclass
class Bench:
    """One run: its home, its photos, and the figures so far."""

    config: Config
    faces: Path | None
    effort: Effort
    figures: list[Figure] = field(default_factory=list[Figure])
    faults: list[str] = field(default_factory=list[str])

    def note(self, *rows: Figure) -> None:
        self.figures += rows
        for row in rows:
            console.print(f"  {row.name}: {row.value:g} {row.unit}", highlight=False)

    async def run(self) -> None:
        """The gym first, over its durable database; then the start of the whole over what it left."""
        await self._part("gym", self._inside())
        await self._part("start", self._start())
        await self._part("reports", self._reports())

    async def _part(self, name: str, measuring: Awaitable[None]) -> None:
        """What cannot be measured is said; the other figures are still worth having."""
        try:
            await measuring
        except UNMEASURABLE as fault:
            self.faults.append(name)
            console.print(f"[red]{name} could not be measured:[/] {type(fault).__name__}", style="red")
            console.print(str(fault), markup=False, highlight=False)

    async def _inside(self) -> None:
        async with open_gym(self.config) as gym:
            await gym.stamp(GymKind.SANDBOX)
            plan = await free_plan(gym)
            people = await asyncio.to_thread(sitters, gym.faces.reader, self.faces)
            for sitter in people:
                await enrol(gym, await member(gym, plan, sitter.name), sitter)
            await self._part("door", self._door(gym, people))
            await self._part("chat", self._chat(gym, plan))
            if self.effort.huge:
                await self._part("audit", self._audit(gym))

    async def _door(self, gym: Gym, people: list[Sitter]) -> None:
        samples = self.effort.samples
        models = door.Bare(await asyncio.to_thread(door.published, self.config), gym.faces.reader)
        self.note(await asyncio.to_thread(door.alone, models, people, self.effort.seconds))
        vectors = crowd(LARGE)
        clients = await fill(gym, vectors[:SMALL])
        async with self._kiosks(gym) as kiosks:
            self.note(await door.one_client(kiosks, models, people, SMALL, samples))
            clients += await fill(gym, vectors[SMALL:])
            self.note(await door.one_client(kiosks, models, people, LARGE, samples))
            self.note(await door.phone_photo(kiosks, people, samples))
            for count in CLIENTS:
                self.note(await door.throughput(kiosks, models, people, count, self.effort.seconds))
        self.note(*await search(gym, vectors, clients, samples))
        if self.effort.huge:
            vectors = crowd(HUGE)
            clients += await fill(gym, vectors[LARGE:])
            self.note(*await search(gym, vectors, clients, samples))

    async def _chat(self, gym: Gym, plan: UUID) -> None:
        async with (
            program("bot", self.config, self._log("chat"), gym.database.url) as bot,
            SandboxClient(bot.sandbox_url) as telegram,
        ):
            people = await chat.regulars(gym, telegram, plan, self.effort.regulars)
            self.note(*await chat.one_chat(people, self.effort.samples))
            self.note(await chat.many_chats(people, self.effort.seconds * 3))
            self.note(await chat.told_of_visit(gym, people))

    async def _audit(self, gym: Gym) -> None:
        self.note(*await audit_search(gym, self.effort.questions))

    async def _start(self) -> None:
        """`python -m bot` with its own embedded PostgreSQL over the data that is there."""
        took: list[float] = []
        for _ in range(self.effort.starts):
            async with program("bot", self.config, self._log("start"), None) as bot:
                took.append(bot.started_in)
        self.note(start.started(took))

    async def _reports(self) -> None:
        """Over a demo gym in a home of its own, small unless another size was asked for."""
        home = self.config.powergym_home / "reports"
        config = self.config.model_copy(update={"powergym_home": home})
        self.note(*await reports.measure(config, self.effort.clients, self.effort.years))
        self.note(await reports.file_growth(config))

    @asynccontextmanager
    async def _kiosks(self, gym: Gym) -> AsyncGenerator[Kiosks]:
        async with (
            program("web", self.config, self._log("web"), gym.database.url) as web,
            signed_in(gym, web.web_url) as kiosks,
        ):
            yield kiosks

    def _log(self, name: str) -> Path:
        return self.config.powergym_home / f"bench-{name}.log"


def main() -> None:
    """Exit 0 when everything could be measured, whatever the figures say."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--faces", type=Path, help="people's photos in LFW's layout")
    parser.add_argument("--clients", type=int, default=reports.CLIENTS, help="of the gym of the reports")
    parser.add_argument("--years", type=int, default=reports.YEARS, help="of its history")
    parser.add_argument("--quick", action="store_true", help="a look: a fifth of the samples")
    chosen = parser.parse_args()
    configure_logging("WARNING", "console")
    for name in ("DATABASE_URL", "TELEGRAM_BOT_TOKEN"):
        os.environ.pop(name, None)
    header = machine()
    with tempfile.TemporaryDirectory(prefix="pg-bench-", ignore_cleanup_errors=True) as home:
        config = Config(_env_file=None, powergym_home=Path(home))  # pyright: ignore[reportCallIssue]
        effort = Effort.quick() if chosen.quick else Effort()
        effort = replace(effort, clients=chosen.clients, years=chosen.years)
        bench = Bench(config, chosen.faces, effort)
        asyncio.run(bench.run())
    show(console, bench.figures, header)
    write(bench.figures, RESULTS)
    console.print(f"Written to {RESULTS}", highlight=False)
    sys.exit(1 if bench.faults else 0)


if __name__ == "__main__":
    main()
