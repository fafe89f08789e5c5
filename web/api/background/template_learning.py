"""Automatic templates, refreshed after the answer of a check-in, one at a time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from typing import Final

import structlog
from aiohttp import web
from sqlalchemy.exc import DBAPIError

from gym.app import Gym
from gym.attendance.checkin.schemas import Verdict
from gym.attendance.models import CheckInMethod, VerdictCode
from gym.core.errors import GymError
from gym.faces.engine.reader import Face
from gym.faces.enrolment.adaptation import FaceAdaptation
from gym.faces.liveness.passive import LivenessMode
from gym.security.permissions import Actor
from web.http.keys import GYM

log = structlog.get_logger()
MOST_WAITING: Final = 8
"""Waiting photos at most; what does not fit is dropped, for the same person comes again."""


class TemplateLearner:
    """Learns from admitted faces; what is under way is finished before the server stops."""

    def __init__(self, gym: Gym) -> None:
        self.gym = gym
        self._turn = asyncio.Lock()
        self._waiting: set[asyncio.Task[None]] = set()

    def later(self, verdict: Verdict, faces: Sequence[Face]) -> None:
        """Begin, if this face was let in and is surely alive; nobody waits for it."""
        if not faces or len(self._waiting) >= MOST_WAITING or not self._is_worth(verdict):
            return
        task = asyncio.create_task(self._learn(verdict, faces), name="learning")
        self._waiting.add(task)
        task.add_done_callback(self._ended)

    async def settled(self) -> None:
        """Wait until everything that was begun has ended."""
        await asyncio.gather(*self._waiting, return_exceptions=True)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._waiting.discard(task)
        fault = None if task.cancelled() else task.exception()
        if fault is not None:
            log.error("task_failed", task=task.get_name(), exc_info=fault)

    def _is_worth(self, verdict: Verdict) -> bool:
        """Whether a face may be learnt. A liveness gate that only observes lets suspects pass, so those never
        are."""
        sure = self.gym.faces.gate.mode is not LivenessMode.OBSERVE
        return sure and verdict.code is VerdictCode.ADMITTED and verdict.method is CheckInMethod.FACE

    async def _learn(self, verdict: Verdict, faces: Sequence[Face]) -> None:
        gym, client_id = self.gym, verdict.client_id
        assert client_id is not None
        try:
            async with self._turn, gym.unit_of_work(Actor.system()) as uow:
                await FaceAdaptation(uow).learn(client_id, faces, gym.faces.model_id, gym.match_rule)
        except (GymError, DBAPIError) as error:
            log.warning("face_not_learnt", reason=type(error).__name__)


LEARNER: web.AppKey[TemplateLearner] = web.AppKey("learner", TemplateLearner)


async def learner(app: web.Application) -> AsyncGenerator[None]:
    """The learner while the server is open."""
    app[LEARNER] = TemplateLearner(app[GYM])
    yield
    await app[LEARNER].settled()
