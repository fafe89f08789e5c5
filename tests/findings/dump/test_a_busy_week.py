"""After a week of everything that a gym does, its dump and its log give nobody away and open nothing."""

from __future__ import annotations

import io
import logging
import sys
from collections.abc import Generator

import pytest
from sqlalchemy import text

from bot.app import RunningApp
from gym.core.logging import configure_logging
from gym.security.permissions import Actor
from tests.findings.dump.loot import Loot, everything_done, searched, told
from tests.findings.dump.week import DROPPED, MARISELA, ROSA, Device, Week
from tests.support.sandbox.client import SandboxClient
from web.api.telegram_webhook import Webhook

pytestmark = [pytest.mark.live, pytest.mark.long]


@pytest.fixture
def log() -> Generator[io.StringIO]:
    """The log as a gym writes it, at its most talkative."""
    root, hook, written = logging.getLogger(), sys.excepthook, io.StringIO()
    handlers, level = root.handlers[:], root.level
    configure_logging("DEBUG", "json", stream=written)
    yield written
    root.handlers[:], sys.excepthook = handlers, hook
    root.setLevel(level)
    logging.captureWarnings(False)


def keys(running_app: RunningApp, loot: Loot) -> None:
    """What nobody who has the database may have: the gym's own keys and what is derived for others."""
    for name, ring in (("JWT key", running_app.gym.secrets.jwt), ("data key", running_app.gym.secrets.data)):
        for kid in ring:
            loot.key(f"{name} {kid}", ring.get(kid))
    loot.secret("webhook secret", Webhook.of("https://gym.example/hook", running_app.gym.secrets.jwt).secret)
    assert running_app.sandbox is not None
    loot.secret("bot token", running_app.sandbox.token)
    loot.secret("second half of the bot token", running_app.sandbox.token.partition(":")[2])


async def what_happened(running_app: RunningApp) -> dict[str, int]:
    """How much of everything there is, so that the week cannot become an idle one."""
    wanted = {
        "failed messages": "SELECT count(*) FROM notifications WHERE state = 'failed'",
        "dead updates": "SELECT count(*) FROM dead_updates",
        "open forms": "SELECT count(*) FROM drafts",
        "undone visits": "SELECT count(*) FROM check_ins WHERE undone_at IS NOT NULL",
        "faces": "SELECT count(*) FROM face_templates",
        "jobs that ran": "SELECT count(*) FROM job_runs WHERE last_success_at IS NOT NULL",
        "refunds": "SELECT count(*) FROM ledger_entries WHERE kind = 'refund'",
        "freezes": "SELECT count(*) FROM freezes",
        "sales taken back": "SELECT count(*) FROM sales WHERE return_reason IS NOT NULL",
        "backups in chat": "SELECT count(*) FROM backup_parts",
        "kept answers": "SELECT count(*) FROM idempotency_keys WHERE answer IS NOT NULL",
    }
    async with running_app.gym.unit_of_work(Actor.system()) as uow:
        return {name: await uow.session.scalar(text(query)) or 0 for name, query in wanted.items()}


async def test_a_busy_week_leaves_nothing_that_opens_anything_or_names_people_elsewhere(
    log: io.StringIO, running_app: RunningApp, telegram: SandboxClient, capfd: pytest.CaptureFixture[str]
) -> None:
    loot = Loot()
    keys(running_app, loot)
    assert running_app.web_url is not None
    async with Device(running_app.web_url, loot) as door:
        await Week(running_app, telegram, door, loot).lived()
    await everything_done(running_app.gym)
    happened = await what_happened(running_app)
    found = await searched(running_app.gym, loot)
    assert found.wrong == []
    assert {ROSA, MARISELA, DROPPED, "Quiroga", "mariposa77@correo.example"} <= found.seen
    assert list(told(log.getvalue(), loot)) == []
    assert list(told("".join(capfd.readouterr()), loot)) == []
    assert log.getvalue().count("\n") > 10, "the log was written"
    assert happened.pop("faces") == 0, "the only one was forgotten"
    assert all(happened.values()), happened
