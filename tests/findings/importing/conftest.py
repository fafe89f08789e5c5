"""Chats of an admin in both languages, and an importer without a chat."""

from __future__ import annotations

import pytest

from gym.app import Gym
from gym.security.permissions import Actor
from tests.findings.reading.conftest import chat, front
from tests.support.importing import Importer

__all__ = ["chat", "front", "importer"]


@pytest.fixture
def importer(gym: Gym, admin: Actor) -> Importer:
    return Importer(gym, admin)
