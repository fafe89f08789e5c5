"""Telegram's updates arrive at a path that nothing else of the gym answers at."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from gym.app import Gym
from gym.core.values.urls import checked_webhook
from web.api.telegram_webhook import SECRET_HEADER, Webhook
from web.app import make_app


async def test_no_route_of_the_gym_is_taken_for_the_webhook(gym: Gym) -> None:
    paths = {resource.canonical for resource in make_app(gym).router.resources()} - {"/"}
    assert len(paths) > 20
    for path in paths:
        with pytest.raises(ValueError, match="must have a path of"):
            checked_webhook(f"https://gym.example{path}", own_server=False)


@pytest.mark.parametrize("path", ["", "/", "/telegram", "/hook/", "/123:AB-c_d", "/apis", "/a/api"])
async def test_a_path_that_is_taken_is_the_one_that_is_served(gym: Gym, path: str) -> None:
    kept: list[object] = []

    async def keep(updates: Any) -> None:
        kept.extend(updates)

    webhook = Webhook(checked_webhook(f"https://gym.example{path}", own_server=False), "s")
    webhook.keep = keep
    app = make_app(gym)
    app.add_routes([webhook.route()])
    update = {"update_id": 7, "message": {"chat": {"id": 5}}}
    async with TestClient[Any, Any](TestServer(app)) as telegram:
        answer = await telegram.post(path or "/", json=update, headers={SECRET_HEADER: "s"})
        assert answer.status == 200, await answer.text()
        assert kept == [update]
        for other in ("/elsewhere", "/api/v1/check-ins", "/password", "/healthz"):
            refused = await telegram.post(other, json=update, headers={SECRET_HEADER: "s"})
            assert refused.status >= 400
    assert kept == [update], "nothing else takes updates"
