"""The health of jobs, as a load balancer and Prometheus see it."""

from __future__ import annotations

from datetime import timedelta

from aiohttp.test_utils import TestClient, TestServer

from gym.app import Gym
from gym.core.clock import FrozenClock
from gym.jobs.runner import run_due
from gym.jobs.table import JOBS
from web.api.health import READINESS
from web.app import make_app


async def test_metrics_and_readiness_show_when_each_job_last_ran(gym: Gym, clock: FrozenClock) -> None:
    await run_due(gym.run)
    app = make_app(gym)
    async with TestClient(TestServer(app)) as client:
        metrics = await (await client.get("/metrics")).text()
        assert (await (await client.get("/readyz")).json())["checks"]["jobs"] is True
        clock.advance(timedelta(hours=3))
        app[READINESS].forget()  # an answer is good for a second of the machine's
        assert (await (await client.get("/readyz")).json())["checks"]["jobs"] is False
    lines = dict(line.rsplit(" ", 1) for line in metrics.splitlines() if line.startswith("powergym_job"))
    began = (clock.now() - timedelta(hours=3)).timestamp()
    for job in JOBS:
        assert float(lines[f'powergym_job_last_success_seconds{{job="{job.name}"}}']) == began
        assert float(lines[f'powergym_job_failures{{job="{job.name}"}}']) == 0
