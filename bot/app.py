"""The whole gym in one event loop: database, web, jobs and outbox first; Telegram joins when it can."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import structlog
from aiohttp import web

from bot.outbox.backup_sender import BackupSender
from bot.outbox.broadcasts import BroadcastRunner
from bot.outbox.worker import OutboxWorker, wake_workers
from bot.routers import ROUTERS
from bot.sandbox.server import SandboxHooks, SandboxServer
from bot.telegram.application import Api
from bot.telegram.descriptions import describe
from bot.telegram.picture_expiry import PictureExpiry
from bot.telegram.running_bot import RunningBot, run_bot, supervise
from gym.app import Gym, open_gym
from gym.core.config import Config, ConfigError
from gym.core.errors import GymError
from gym.demo.history.story import DemoOrder
from gym.demo.history.team import Fraud
from gym.demo.service import DemoService
from gym.faces.loading import Loading
from gym.jobs.health import watch_jobs
from gym.jobs.runner import run_due
from gym.jobs.scheduler import run_scheduler
from gym.security.permissions import Actor
from gym.settings.addresses import BotUnnamed, bot_link
from gym.settings.models import GymKind
from gym.staff.errors import AlreadyClaimed
from gym.staff.service import StaffService
from web.api.telegram_webhook import Webhook
from web.app import make_app
from web.http.keys import BOT_READY
from web.http.serving import HttpRunner
from web.tls.listeners import TlsListeners, listen

log = structlog.get_logger()
DEMO = DemoOrder(frauds=frozenset({Fraud.VOIDS, Fraud.FRIENDS}))
"""What *Load demo gym* loads: two of the team cheat, which their figures tell."""


@dataclass(frozen=True, slots=True)
class RunningApp:
    """The parts that run, and the addresses where they can be reached."""

    gym: Gym
    bot: RunningBot
    web_url: str | None
    tablets_url: str | None
    sandbox: SandboxServer | None
    claim: asyncio.Future[str | None]
    """The set-up link of a gym that nobody has claimed. Done once Telegram has told the bot's name."""

    @property
    def kiosk_url(self) -> str | None:
        return _kiosk(self.web_url)


def _kiosk(web_url: str | None) -> str | None:
    return f"{web_url}/kiosk/" if web_url else None


@asynccontextmanager
async def open_application(
    config: Config, loading: Loading | None = None, *, with_web: bool = True
) -> AsyncGenerator[RunningApp]:
    """Run every part inside the block; they are stopped in reverse, handlers under way first.

    `loading` are the face models where they are being loaded already. Raises `ConfigError` and
    `PostgresUnavailable` with one line for the operator.
    """
    async with AsyncExitStack() as stack:
        gym = await stack.enter_async_context(open_gym(config, faces=loading or True))
        await gym.stamp(GymKind.SANDBOX if config.sandbox else GymKind.REAL)
        app, connected = make_app(gym), asyncio.Event()
        app[BOT_READY] = connected.is_set
        url = config.telegram_webhook_url if with_web and not config.sandbox else None
        webhook = Webhook.of(url, gym.secrets.jwt) if url else None
        if webhook is not None:
            app.add_routes([webhook.route()])
        served = await stack.enter_async_context(_serve(config, app)) if with_web else None
        web_url = served.url if served else None
        await _supervised(stack, "scheduler", lambda: _schedule(gym))
        await _supervised(stack, "backups", lambda: _back_up(gym))
        await _supervised(stack, "watch", lambda: watch_jobs(gym.run, gym.clock.now()))
        sandbox = await _sandbox(stack, gym, web_url) if config.sandbox else None
        telegram = run_bot(gym, _api(config, sandbox), routers=ROUTERS, webhook=webhook)
        bot = await stack.enter_async_context(telegram)
        if sandbox is not None:
            sandbox.set_hooks(sandbox_hooks(gym, _kiosk(web_url), partial(_expire_before_jump, gym, bot)))
        await _supervised(stack, "outbox", lambda: _send_notifications(gym, bot, connected))
        await _supervised(stack, "pictures", lambda: _expire_pictures(gym, bot))
        await _supervised(stack, "broadcasts", lambda: _broadcast(gym, bot))
        await _supervised(stack, "backup_sender", lambda: _send_backups(gym, bot))
        await _supervised(stack, "descriptions", lambda: _describe(gym, bot))
        claim = asyncio.get_running_loop().create_future()
        await _supervised(stack, "claim", lambda: _offer_claim(gym, bot, sandbox, claim))
        yield RunningApp(gym, bot, web_url, served.tablets_url if served else None, sandbox, claim)


def _api(config: Config, sandbox: SandboxServer | None) -> Api:
    if sandbox is not None:
        return Api.at(sandbox.token, sandbox.url)
    assert config.telegram_bot_token is not None
    return Api.at(config.telegram_bot_token.get_secret_value(), config.telegram_api_url)


@asynccontextmanager
async def _serve(config: Config, app: web.Application) -> AsyncGenerator[TlsListeners]:
    """The kiosk's API and page, at the addresses of the configuration."""
    runner = HttpRunner(app, access_log=None, shutdown_timeout=10)
    await runner.setup()
    try:
        yield await listen(runner, config)
    finally:
        await runner.cleanup()


async def _sandbox(stack: AsyncExitStack, gym: Gym, web_url: str | None) -> SandboxServer:
    """The local Bot API server, its people kept with the gym's data."""
    hooks = sandbox_hooks(gym, _kiosk(web_url))
    server = SandboxServer(store_path=gym.config.powergym_home / "sandbox.sqlite", hooks=hooks)
    try:
        await server.start(port=gym.config.sandbox_port)
    except OSError as error:
        port = gym.config.sandbox_port
        raise ConfigError(f"SANDBOX_PORT: cannot listen on 127.0.0.1:{port} ({error.strerror})") from None
    stack.push_async_callback(server.stop)
    return server


def sandbox_hooks(
    gym: Gym, kiosk_url: str | None = None, before_jump: Callable[[timedelta], Awaitable[None]] | None = None
) -> SandboxHooks:
    """The gym's clock as the sandbox sees and moves it, in the gym's time zone."""

    async def read() -> datetime:
        settings = await gym.settings()
        return (await gym.now()).astimezone(settings.zone)

    async def advance(by: timedelta) -> datetime:
        await gym.advance_clock(by)
        await run_due(gym.run)
        await wake_workers(gym)
        return await read()

    async def load_demo() -> str:
        t = (await gym.settings()).translator()
        try:
            loaded = await gym.run(Actor.system(), lambda uow: DemoService(uow).load(DEMO))
        except GymError as refused:
            return t(refused.message, **refused.context)
        await wake_workers(gym)
        return t(
            "The demo gym is here: {clients} clients, {plans} plans sold, {visits} attempts at the door.",
            clients=loaded.clients,
            plans=loaded.plans_sold,
            visits=loaded.attempts,
        )

    return SandboxHooks(
        advance_clock=advance,
        read_clock=read,
        load_demo=load_demo,
        kiosk_url=kiosk_url,
        before_jump=before_jump,
    )


async def _supervised(stack: AsyncExitStack, name: str, work: Callable[[], Awaitable[None]]) -> None:
    """Run a supervised task until the application is closed."""
    task = asyncio.create_task(supervise(name, work))

    async def end() -> None:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    stack.push_async_callback(end)


async def _schedule(gym: Gym) -> None:
    await run_scheduler(gym.database, gym.run)


async def _back_up(gym: Gym) -> None:
    await gym.backup_rounds.serve()


async def _send_backups(gym: Gym, bot: RunningBot) -> None:
    await bot.connected.wait()
    await BackupSender(gym, bot.assembly.bot).run()


async def _send_notifications(gym: Gym, bot: RunningBot, connected: asyncio.Event) -> None:
    """Run the outbox once Telegram was reached; until then messages wait in the database."""
    await bot.connected.wait()
    connected.set()
    await OutboxWorker(gym, bot.assembly.bot).run()


async def _expire_before_jump(gym: Gym, bot: RunningBot, by: timedelta) -> None:
    """Delete photos that are due within the jump: after two days Telegram would let them stay for ever."""
    if bot.connected.is_set():
        await PictureExpiry(gym, bot.assembly.bot).drain(by)


async def _expire_pictures(gym: Gym, bot: RunningBot) -> None:
    await bot.connected.wait()
    await PictureExpiry(gym, bot.assembly.bot).run()


async def _broadcast(gym: Gym, bot: RunningBot) -> None:
    await bot.connected.wait()
    await BroadcastRunner(gym, bot.assembly.bot).run()


async def _describe(gym: Gym, bot: RunningBot) -> None:
    await bot.connected.wait()
    await describe(gym, bot.assembly.bot)


async def _offer_claim(
    gym: Gym, bot: RunningBot, sandbox: SandboxServer | None, claim: asyncio.Future[str | None]
) -> None:
    """Offer the set-up link, which leads to the bot and so waits for the bot's name."""
    await bot.connected.wait()
    url = await _claim_url(gym)
    if sandbox is not None:
        sandbox.set_claim_link(url)
    claim.set_result(url)


async def _claim_url(gym: Gym) -> str | None:
    """The set-up link, while nobody has claimed the gym."""
    try:
        async with gym.unit_of_work(Actor.system()) as uow:
            return bot_link(uow.settings, (await StaffService(uow).claim_link()).token)
    except (AlreadyClaimed, BotUnnamed):
        return None
