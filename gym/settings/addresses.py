"""Where people reach this gym's own pages."""

from __future__ import annotations

from urllib.parse import urlsplit

from gym.core.config import Config
from gym.settings.schemas import GymSettings

EVERYWHERE = "0.0.0.0"  # noqa: S104 - what a bind address may say, not one we bind
HERE = "127.0.0.1"


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
