"""The turned head that a kiosk sends along: read beside the photos, judged after them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from aiohttp import web

from gym.app import Gym
from gym.faces.engine.reader import Look, PhotoReading, Purpose
from gym.faces.errors import PhotoFault
from gym.faces.liveness.challenge_gate import Challenge, ChallengeMissing, ChallengeMode, met
from gym.faces.liveness.turn_challenge import Side
from gym.security.tokens import Scope
from web.api.schemas import CheckInFields
from web.http.authentication import claims_of
from web.http.keys import GYM
from web.http.photos import Body


@dataclass(frozen=True, slots=True)
class TurnedHead:
    """What is asked of this caller, and what came."""

    gym: Gym
    mode: ChallengeMode
    answer: Challenge | None

    @property
    def is_enforced(self) -> bool:
        return self.mode is ChallengeMode.ENFORCE

    async def seen(self, straight: Sequence[PhotoReading]) -> bool:
        """Whether the head turned, where that is asked. Raises `ChallengeMissing` and `Busy`."""
        if self.answer is not None:
            return await self.gym.faces.run(met, self.gym.faces.reader, straight, self.answer, self.mode)
        if self.is_enforced:
            raise ChallengeMissing
        return True


async def turned_head(request: web.Request, body: Body, fields: CheckInFields) -> TurnedHead:
    """Read the turned frames, if anybody asked for them: staff see the person themselves."""
    gym = request.app[GYM]
    mode = ChallengeMode(gym.config.face_challenge)
    if claims_of(request, *Scope).scope is not Scope.KIOSK:
        mode = ChallengeMode.OFF
    if mode is ChallengeMode.OFF or not body.turned or fields.turn is None:
        return TurnedHead(gym, mode, None)
    return TurnedHead(gym, mode, Challenge(Side(fields.turn), await _look(gym, body.turned)))


async def _look(gym: Gym, frames: Sequence[bytes]) -> list[Look]:
    """The frames with one person's face in them; the first fault when every frame has one."""
    looks = (gym.faces.run(gym.faces.reader.look, frame, Purpose.CHECK_IN) for frame in frames)
    results = await asyncio.gather(*looks, return_exceptions=True)
    seen = [result for result in results if isinstance(result, Look)]
    faults = [result for result in results if isinstance(result, BaseException)]
    other = next((fault for fault in faults if not isinstance(fault, PhotoFault)), None)
    if other is not None or not seen:
        raise other or faults[0]
    return [look for look in seen if look.found]
