"""`python -m tests.bench.reports`: reports, charts, nightly jobs and files over a demo gym, and its loading.

By default a gym of 200 members and three years, as *Load demo gym* makes it. `--clients 10000 --years 5` is
the one that the limits are meant for: its loading takes minutes, so `--home DIR` keeps it for the next run.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from rich.console import Console
from sqlalchemy import event, exists, select, text

from gym.app import Gym, open_gym
from gym.clients.models import Client
from gym.core.config import Config
from gym.core.language import Translator
from gym.core.logging import configure_logging
from gym.demo.history.story import DemoOrder
from gym.demo.service import DemoService
from gym.jobs.table import JOBS
from gym.reports.charts.drawing import draw_chart
from gym.reports.charts.of_reports import chart_of_report
from gym.reports.charts.shapes import Chart, Theme
from gym.reports.ranges import DayRange
from gym.reports.registry import REPORTS
from gym.reports.results import Report
from gym.reports.rollup.service import MembershipRollupService, MoneyRollupService, VisitRollupService
from gym.reports.service import ReportService
from gym.security.permissions import Actor
from gym.settings.models import GymKind
from gym.unit_of_work import UnitOfWork
from tests.bench.backup import operator
from tests.bench.figures import Figure, figure
from tests.bench.table import machine, show

CLIENTS, YEARS = 200, 3
REPORT_MS, CHART_MS, JOB_SECONDS, LOAD_SECONDS = 300.0, 1000.0, 5.0, 30.0
HOME_STATEMENTS: Final = 5
RECEIPTS: Final = 300_000
GROWTH_MB: Final = 50.0
YEAR: Final = 365
# Straight into the table: the triggers would move one balance three hundred thousand times.
MANY_RECEIPTS: Final = f"""
ALTER TABLE ledger_entries DISABLE TRIGGER USER;
INSERT INTO ledger_entries (id, account_id, kind, amount, method, receipt_number, staff_name, at, gym_day)
SELECT gen_random_uuid(), (SELECT id FROM accounts LIMIT 1), 'payment', 1000 + n % 90000, 'cash',
    1000000 + n, 'Bench', d, CAST(d AS date)
FROM generate_series(1, {RECEIPTS}) n, LATERAL (SELECT now() - make_interval(days => 1 + n % 300) AS d) day;
ALTER TABLE ledger_entries ENABLE TRIGGER USER
"""


@dataclass
class GymBench:
    """Measurements of one gym; `years` is how far back its history goes."""

    gym: Gym
    years: int
    size: str
    figures: list[Figure] = field(default_factory=list[Figure])

    async def run(self) -> None:
        """A fresh gym has no month counted yet, as after its first night."""
        await self._roll_up()
        for one in REPORTS:
            for label, days in {"month": 30, "year": YEAR, "all": self.years * YEAR}.items():
                await self._report(one.name, label, days)
        await self._home()
        await self._jobs()

    async def _roll_up(self) -> None:
        while await self.gym.run(Actor.system(), _roll_all):
            pass
        async with self.gym.unit_of_work(Actor.system()) as uow:
            await uow.session.execute(text("ANALYZE"))

    async def _report(self, name: str, label: str, days: int) -> None:
        await self._computed(name, days)  # the plans of its statements, and pages of the disk
        began = time.monotonic()
        report, t, today = await self._computed(name, days)
        self._note(f"report {name}, {label}", (time.monotonic() - began) * 1000, "ms", REPORT_MS)
        if label == "all":
            await self._chart(report, lambda: chart_of_report(report, t, today))

    async def _computed(self, name: str, days: int) -> tuple[Report, Translator, date]:
        async with self.gym.unit_of_work(Actor.system()) as uow:
            asked = DayRange(uow.today - timedelta(days=days - 1), uow.today)
            report = await ReportService(uow).report(name, asked)
            return report, uow.settings.translator("es"), uow.today

    async def _chart(self, report: Report, make: Callable[[], Chart | None]) -> None:
        began = time.monotonic()
        chart = await asyncio.to_thread(make)
        if chart is not None:
            await draw_chart(chart, Theme.LIGHT)
            self._note(f"chart {report.name}, all", (time.monotonic() - began) * 1000, "ms", CHART_MS)

    async def _home(self) -> None:
        with statements(self.gym) as asked:
            async with self.gym.unit_of_work(Actor.system()) as uow:
                before, began = len(asked), time.monotonic()
                await ReportService(uow).home()
                took = (time.monotonic() - began) * 1000
        self._note("home of reports", took, "ms", REPORT_MS)
        self._note("home of reports, statements", len(asked) - before, "", HOME_STATEMENTS)

    async def _jobs(self) -> None:
        """Each on the day that it is; those of the audit trail and the outbox have their first run here."""
        for job in JOBS:
            began = time.monotonic()
            async with self.gym.unit_of_work(Actor.system()) as uow:
                await job.work(uow, uow.today)
            self._note(f"job {job.name}", time.monotonic() - began, "s", JOB_SECONDS)

    def _note(self, name: str, value: float, unit: str, limit: float) -> None:
        wanted = f"≤ {limit:g} {unit}".strip()
        self.figures.append(figure(f"{name}, {self.size}", value, unit, wanted=wanted, ok=value <= limit))


async def _roll_all(uow: UnitOfWork) -> int:
    """Months of visits and of money, and memberships."""
    months = await VisitRollupService(uow).roll_due() + await MoneyRollupService(uow).roll_due()
    return months + await MembershipRollupService(uow).roll_due()


@contextmanager
def statements(gym: Gym) -> Generator[list[str]]:
    """What is asked of the database within the block."""
    asked: list[str] = []

    def note(*call: object) -> None:
        asked.append(str(call[2]))

    engine = gym.database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(engine, "before_cursor_execute", note)


async def measure(config: Config, clients: int, years: int) -> list[Figure]:
    """Of a home that has no gym yet, or has this one from an earlier run."""
    figures: list[Figure] = []
    size = f"{clients:,} members x {years} years"
    async with open_gym(config, faces=False, unhurried=True) as gym:
        await gym.stamp(GymKind.SANDBOX)
        async with gym.unit_of_work(Actor.system()) as uow:
            is_empty = not await uow.session.scalar(select(exists(select(Client.id))))
        if is_empty:
            began = time.monotonic()
            await gym.run(Actor.system(), lambda uow: DemoService(uow).load(DemoOrder(clients, years)))
            took = time.monotonic() - began
            is_usual = (clients, years) == (CLIENTS, YEARS)
            wanted = f"≤ {LOAD_SECONDS:g} s" if is_usual else "–"
            ok = took <= LOAD_SECONDS or not is_usual
            figures.append(figure(f"demo gym loaded, {size}", took, "s", wanted=wanted, ok=ok))
        bench = GymBench(gym, years, size)
        await bench.run()
    return figures + bench.figures


async def file_growth(config: Config) -> Figure:
    """Memory of the process that writes 300,000 receipts, above that of one that writes a day's."""
    async with open_gym(config, faces=False, unhurried=True) as gym, gym.database.direct() as connection:
        await connection.execute(MANY_RECEIPTS)
        today = (await gym.now()).astimezone((await gym.settings()).zone).date()
    home = config.powergym_home

    def megabytes(days: int) -> float:
        first = (today - timedelta(days=days)).isoformat()
        file = str(home / "taxes.xlsx")
        run = operator(home, "report", "taxes", "--from", first, "--to", today.isoformat(), "--xlsx", file)
        return run.megabytes

    short, long = await asyncio.to_thread(megabytes, 0), await asyncio.to_thread(megabytes, 400)
    name = f"memory of a file of {RECEIPTS:,} receipts above that of a day"
    return figure(name, long - short, "MB", wanted=f"≤ {GROWTH_MB:g} MB", ok=long - short <= GROWTH_MB)


def config_of(home: Path) -> Config:
    return Config(_env_file=None, powergym_home=home)  # pyright: ignore[reportCallIssue]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.reports", description=__doc__)
    parser.add_argument("--clients", type=int, default=CLIENTS)
    parser.add_argument("--years", type=int, default=YEARS)
    parser.add_argument("--home", type=Path, help="a folder that keeps the gym for the next run")
    chosen = parser.parse_args()
    configure_logging("ERROR", "console")
    for name in ("DATABASE_URL", "TELEGRAM_BOT_TOKEN"):
        os.environ.pop(name, None)
    header = machine()
    with tempfile.TemporaryDirectory(prefix="pg-reports-", ignore_cleanup_errors=True) as fresh:
        config = config_of(chosen.home or Path(fresh))
        figures = asyncio.run(measure(config, chosen.clients, chosen.years))
        if chosen.home is None:
            figures.append(asyncio.run(file_growth(config)))
    show(Console(), figures, header)
    sys.exit(0 if all(one.ok for one in figures) else 1)


if __name__ == "__main__":
    main()
