"""Typed keys under which the application and its requests keep things."""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web

from gym.app import Gym
from web.limits import Limits

GYM: web.AppKey[Gym] = web.AppKey("gym", Gym)
LIMITS: web.AppKey[Limits] = web.AppKey("limits", Limits)
BOT_READY: web.AppKey[Callable[[], bool]] = web.AppKey("bot_ready")
REQUEST_ID: web.RequestKey[str] = web.RequestKey("request_id", str)
