"""A kiosk as the API sees it: paired with a code, posting photos."""

from __future__ import annotations

from typing import Any, Self

import aiohttp


class Door:
    """One device."""

    def __init__(self, url: str) -> None:
        self.url = f"{url}/api/v1"
        self.session = aiohttp.ClientSession()
        self.token = ""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.session.close()

    async def pair(self, code: str, name: str = "Front door") -> None:
        """Swap a pairing code for credentials, and these for tokens."""
        status, device = await self.post("/kiosks/pair", json={"code": code, "name": name})
        assert status == 201, device
        status, tokens = await self.post("/auth/token", json={"grant_type": "kiosk", **device})
        assert status == 200, tokens
        self.token = tokens["access_token"]

    async def photo(self, photo: bytes) -> dict[str, Any]:
        """Post a photo; the verdict. Anything but 201 fails."""
        status, answer = await self.post_photo(photo)
        assert status == 201, answer
        return answer

    async def post_photo(self, photo: bytes) -> tuple[int, dict[str, Any]]:
        form = aiohttp.FormData()
        form.add_field("photo", photo, filename="photo.jpg", content_type="image/jpeg")
        return await self.post("/check-ins", data=form)

    async def post(self, path: str, **body: Any) -> tuple[int, dict[str, Any]]:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        async with self.session.post(self.url + path, headers=headers, **body) as response:
            return response.status, await response.json()
