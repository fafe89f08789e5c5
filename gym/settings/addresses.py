"""Addresses of the gym: deep links into the bot, and the base URL of its web pages."""

from __future__ import annotations

from urllib.parse import urlsplit

from gym.core.config import Config
from gym.core.errors import Conflict
from gym.core.language import N_
from gym.settings.schemas import GymSettings

EVERYWHERE = "0.0.0.0"  # noqa: S104 - what a bind address may say, not one we bind
HERE = "127.0.0.1"


class BotUnnamed(Conflict):
    """A link into the bot was asked for before Telegram has said what the bot is called."""

    code = "bot_unnamed"
    message = N_(
        "Telegram has not said yet what this gym's bot is called, so no link can lead to it. "
        "Start the gym, wait until it has reached Telegram, and ask again."
    )


def bot_link(settings: GymSettings, payload: str) -> str:
    """The address that opens the gym's bot with a payload of at most 64 characters. Raises `BotUnnamed`."""
    if settings.bot_username is None:
        raise BotUnnamed
    return f"https://t.me/{settings.bot_username}?start={payload}"


def web_address(config: Config, settings: GymSettings) -> str:
    """The setting; else the webhook's host, which serves the pages too; else what this machine binds."""
    if settings.web_address:
        return settings.web_address
    if config.telegram_webhook_url:
        public = urlsplit(config.telegram_webhook_url)
        return f"{public.scheme}://{public.netloc}"
    host, port = config.bind
    scheme = "https" if config.web_tls_cert else "http"
    return f"{scheme}://{HERE if host in (EVERYWHERE, '') else host}:{port}"


def is_only_here(address: str) -> bool:
    """Whether only this machine itself can open an address."""
    return urlsplit(address).hostname in (HERE, "localhost", "::1")
