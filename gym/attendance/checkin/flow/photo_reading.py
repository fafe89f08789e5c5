"""Reading a check-in's photos: QR or face probe, liveness, and the turned head of a challenge."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from gym.attendance.checkin.credentials import FaceCredential, PhotoCredential, QrCredential
from gym.faces.engine.reader import DetectedFaces, PhotoReading, Purpose
from gym.faces.errors import PhotoFault
from gym.faces.liveness.challenge_gate import Challenge, ChallengeMissing, ChallengeMode, met
from gym.faces.pool import FacePool
from gym.faces.schemas import MatchRule, Probe


@dataclass(frozen=True, slots=True)
class PhotoReader:
    """Outside of any transaction: no connection is held while a model runs."""

    pool: FacePool
    rule: MatchRule
    challenge: ChallengeMode
    """What kiosks are asked."""

    async def read(self, shown: PhotoCredential, *, by_kiosk: bool) -> FaceCredential | QrCredential:
        """A QR in any of the frames is taken first.

        Raises the first photo's fault when none could be read, `FramesDisagree`, `ChallengeMissing`, `Busy`.
        """
        mode = self.challenge if by_kiosk else ChallengeMode.OFF  # staff see the person themselves
        readings, challenge = await asyncio.gather(self._read(shown.photos), self._turned_head(shown, mode))
        code = next((reading.qr for reading in readings if reading.qr is not None), None)
        if code is not None:
            return QrCredential(code)
        probe = self._probe(readings)
        turned = await self._has_turned(readings, challenge, mode)
        live = await self.pool.live(readings) and (turned or mode is not ChallengeMode.ENFORCE)
        faces = tuple(reading.face for reading in readings) if turned else ()
        return FaceCredential(probe, self.rule, live, faces)

    async def _read(self, photos: Sequence[bytes]) -> list[PhotoReading]:
        """What could be read of the frames; the first fault when that is nothing."""
        reads = (self.pool.read(photo, Purpose.CHECK_IN) for photo in photos)
        results = await asyncio.gather(*reads, return_exceptions=True)
        readings = [result for result in results if isinstance(result, PhotoReading)]
        _require_some(readings, results)
        return readings

    def _probe(self, readings: Sequence[PhotoReading]) -> Probe:
        """One probe of up to three frames of one moment."""
        model = self.pool.model_id
        if len(readings) == 1:
            return Probe.of(readings[0].face, model)
        return Probe.fused([reading.face for reading in readings], model)

    async def _turned_head(self, shown: PhotoCredential, mode: ChallengeMode) -> Challenge | None:
        """The turned frames with one person's face in them, if anybody asked for them."""
        if mode is ChallengeMode.OFF or not shown.turned or shown.side is None:
            return None
        reader = self.pool.reader
        looks = (self.pool.run(reader.look, frame, Purpose.CHECK_IN) for frame in shown.turned)
        results = await asyncio.gather(*looks, return_exceptions=True)
        seen = [result for result in results if isinstance(result, DetectedFaces)]
        _require_some(seen, results)
        return Challenge(shown.side, [look for look in seen if look.found])

    async def _has_turned(
        self, straight: Sequence[PhotoReading], challenge: Challenge | None, mode: ChallengeMode
    ) -> bool:
        """Whether the head turned, where that is asked. Raises `ChallengeMissing` and `Busy`."""
        if challenge is not None:
            return await self.pool.run(met, self.pool.reader, straight, challenge, mode)
        if mode is ChallengeMode.ENFORCE:
            raise ChallengeMissing
        return True


def _require_some(good: Sequence[object], results: Sequence[object]) -> None:
    """Raises what is no fault of a photo, and the first fault when nothing else came."""
    faults = [result for result in results if isinstance(result, BaseException)]
    other = next((fault for fault in faults if not isinstance(fault, PhotoFault)), None)
    if other is not None or not good:
        raise other or faults[0]
