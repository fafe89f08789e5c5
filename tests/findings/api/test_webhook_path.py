"""Telegram's updates arrive at a path that nothing else of the gym answers at."""

from __future__ import annotations

import pytest

from gym.app import Gym
from gym.core.values.urls import checked_webhook
from web.app import make_app
from web.telegram import Webhook


async def test_no_route_of_the_gym_is_taken_for_the_webhook(gym: Gym) -> None:
    paths = {resource.canonical for resource in make_app(gym).router.resources()} - {"/"}
    assert len(paths) > 20
    for path in paths:
        with pytest.raises(ValueError, match="must have a path of"):
            checked_webhook(f"https://gym.example{path}", own_server=False)


@pytest.mark.parametrize("path", ["", "/", "/telegram", "/hook/", "/123:AB-c_d", "/apis", "/a/api"])
async def test_a_path_that_is_taken_is_the_one_that_is_served(gym: Gym, path: str) -> None:
    app = make_app(gym)
    app.add_routes([Webhook(checked_webhook(f"https://gym.example{path}", own_server=False), "s").route()])
