"""Typed keys under which the application and its requests keep things."""

from __future__ import annotations

from aiohttp import web

from gym.app import Gym

GYM: web.AppKey[Gym] = web.AppKey("gym", Gym)
REQUEST_ID: web.RequestKey[str] = web.RequestKey("request_id", str)
