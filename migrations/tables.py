"""Every mapped table, so that Alembic sees them all."""

from __future__ import annotations

import importlib
import pkgutil

import gym


def import_models() -> None:
    """Import each room's `models` module."""
    for module in pkgutil.walk_packages(gym.__path__, "gym."):
        if module.name.endswith(".models"):
            importlib.import_module(module.name)
