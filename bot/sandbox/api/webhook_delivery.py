"""Webhook delivery: updates in order, repeated until the bot answers 2xx."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace

import aiohttp

from bot.sandbox.api.arguments import Arguments, read_answer
from bot.sandbox.errors import BotApiError
from bot.sandbox.loopback import LoopbackResolver, loopback_url
from bot.sandbox.state.profile import WebhookAddress
from bot.sandbox.state.state import SandboxState
from bot.sandbox.state.store import Json
from gym.core.runtime.backoff import Backoff

TOPIC = "webhook"
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - a header's name
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 30.0
"""Seconds between two tries of an update; Telegram waits longer, but a test need not."""
ANSWER_SECONDS = 60
"""How long the bot may take to answer, as at Telegram."""
LONG = 3600.0
"""Seconds of waiting that a signal ends."""


class WebhookDelivery:
    """Delivers one update at a time, so that the order is kept even when some fail."""

    def __init__(self, state: SandboxState, obey: Callable[[Arguments], Awaitable[None]]) -> None:
        self._state = state
        self._obey = obey
        self._task: asyncio.Task[None] | None = None
        self._backoff = Backoff(FIRST_PAUSE, LONGEST_PAUSE)

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="sandbox-webhook")

    async def stop(self) -> None:
        if self._task is None:
            return
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task

    async def _run(self) -> None:
        timeout = aiohttp.ClientTimeout(total=ANSWER_SECONDS)
        connector = aiohttp.TCPConnector(resolver=LoopbackResolver())
        async with aiohttp.ClientSession(timeout=timeout, connector=connector) as session:
            while True:
                await self._until_needed()
                webhook = self._state.bot.webhook()
                for update in self._state.updates.pending(limit=1) if webhook.url else ():
                    await self._deliver(session, webhook, update)

    async def _until_needed(self) -> None:
        """Wait until a webhook is set and an update waits for it."""
        bot = self._state.bot
        while not bot.webhook().url:
            await self._state.signals.until(TOPIC, lambda: bool(bot.webhook().url), LONG)
        await self._state.updates.wait(LONG)

    async def _deliver(self, session: aiohttp.ClientSession, webhook: WebhookAddress, update: Json) -> None:
        headers = {SECRET_HEADER: webhook.secret} if webhook.secret else {}
        problem = await self._post(session, webhook.url, update, headers)
        if problem is None:
            self._state.updates.confirm(update["update_id"])
            self._backoff.reset()
            return
        self._note(problem)
        await self._rest()

    async def _post(
        self, session: aiohttp.ClientSession, url: str, update: Json, headers: dict[str, str]
    ) -> str | None:
        """Send an update; returns what went wrong, None if the bot took it. A redirect counts as refusal."""
        address = loopback_url(url)  # a store of an earlier version may hold any address
        if address is None:
            return "Bad webhook: only this computer is delivered to"
        try:
            async with session.post(address, json=update, headers=headers, allow_redirects=False) as answer:
                if 200 <= answer.status < 300:
                    await self._obey_answer(answer)
                    return None
                return f"Wrong response from the webhook: {answer.status} {answer.reason}"
        except (aiohttp.ClientError, TimeoutError) as error:
            return f"Connection failed: {type(error).__name__}"

    async def _obey_answer(self, answer: aiohttp.ClientResponse) -> None:
        """Carry out the call in the answer, if any; its result is not told to the bot, as at Telegram."""
        try:
            call = await read_answer(answer)
        except (BotApiError, ValueError):
            return
        if call.text("method"):
            await self._obey(call)

    def _note(self, problem: str) -> None:
        webhook = self._state.bot.webhook()
        if webhook.url:
            noted = replace(webhook, last_error_date=int(time.time()), last_error_message=problem)
            self._state.bot.set_webhook(noted)

    async def _rest(self) -> None:
        """Back off; a change of the webhook ends the pause."""
        before = self._state.bot.webhook().url
        changed = lambda: self._state.bot.webhook().url != before  # noqa: E731
        await self._state.signals.until(TOPIC, changed, self._backoff.next())
