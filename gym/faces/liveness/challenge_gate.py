"""Challenge at the door, a turn of the head that the kiosk asks for: off, only counted, or enforced."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import structlog
from prometheus_client import Counter

from gym.core.errors import Invalid
from gym.core.language import N_
from gym.faces.engine.quality import pose
from gym.faces.engine.reader import DetectedFaces, FaceReader, PhotoReading
from gym.faces.liveness.turn_challenge import ChallengeResult, Side, judge
from gym.faces.thresholds import scale_of

log = structlog.get_logger()
JUDGED: Final = Counter("powergym_challenge_total", "Turned heads judged at the kiosks", ("mode", "result"))


class ChallengeMode(StrEnum):
    OFF = "off"
    OBSERVE = "observe"
    ENFORCE = "enforce"


class ChallengeMissing(Invalid):
    """A kiosk's photo of a face without the frames in which the head is turned."""

    code = "challenge_missing"
    message = N_("Turn your head to the side that the screen shows, or show your QR.")


@dataclass(frozen=True, slots=True)
class Challenge:
    """What a kiosk was answered when it asked for a turned head."""

    side: Side
    turned: Sequence[DetectedFaces]
    """The frames of the turned head in which there is a face; only the one that decides is embedded."""


def met(
    reader: FaceReader, straight: Sequence[PhotoReading], challenge: Challenge, mode: ChallengeMode
) -> bool:
    """Blocking: whether the person in the straight frames turned the head to that side.

    Observing judges, logs and counts as enforcing does; whether anybody is let in is the caller's.
    """
    result = _judge(reader, straight, challenge)
    JUDGED.labels(mode, result).inc()
    log.info("challenge", mode=mode, result=result, frames=len(straight) + len(challenge.turned))
    return result is ChallengeResult.PASSED


def _judge(reader: FaceReader, straight: Sequence[PhotoReading], challenge: Challenge) -> ChallengeResult:
    if not challenge.turned:
        return ChallengeResult.NOT_TURNED
    sign = challenge.side.sign
    first = min(straight, key=lambda one: sign * pose(one.face.landmarks)[0])
    furthest = max(challenge.turned, key=lambda one: sign * pose(one.found[0].landmarks)[0])
    frames = (first, reader.recognise(furthest))
    return judge(frames, scale_of(reader.model_id), challenge.side).result
