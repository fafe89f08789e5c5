"""Passive liveness: a model's probability that a face is live; off, only counted, or enforced."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, cast

import onnxruntime
import structlog
from onnxruntime.capi import onnxruntime_pybind11_state as runtime  # pyright: ignore[reportAttributeAccessIssue]
from prometheus_client import Counter

from gym.core.config import Config, ConfigError
from gym.faces.engine.reader import PhotoReading
from gym.faces.errors import FaceCutOff, SpoofSuspected

log = structlog.get_logger()
# ONNX Runtime's own exceptions have no common ancestor but Exception.
BROKEN: Final[tuple[type[Exception], ...]] = (
    runtime.Fail,
    runtime.InvalidArgument,
    runtime.InvalidGraph,
    runtime.InvalidProtobuf,
    runtime.NoModel,
    runtime.NotImplemented,
    runtime.RuntimeException,
)
LIVE: Final = 0.8
"""Probability from which a face is live: InsightFace's own default for this network."""
JUDGED: Final = Counter("powergym_liveness_total", "Faces judged by the liveness model", ("mode", "result"))


class LivenessMode(StrEnum):
    OFF = "off"
    OBSERVE = "observe"
    ENFORCE = "enforce"


class LivenessResult(StrEnum):
    LIVE = "live"
    SPOOF = "spoof"
    CUT_OFF = "cut_off"
    """Too little of the picture around the face to judge it."""


class LivenessModel:
    """A MiniFASNet file: float32 N × 3 × 80 × 80, RGB / 255 → the probability that it is live.

    One ONNX Runtime thread a call, as everything in the pool; safe to share between threads.
    """

    def __init__(self, path: Path, providers: Sequence[str]) -> None:
        from insightface.addons.liveness import Liveness

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        try:
            session = onnxruntime.InferenceSession(str(path), options, providers=list(providers))
            self._model: Any = Liveness(str(path), session=session, threshold=LIVE)
        except (RuntimeError, ValueError, OSError, *BROKEN) as error:
            raise ConfigError(f"FACE_LIVENESS_MODEL: {path} is no liveness model ({_line(error)})") from error

    def probability(self, reading: PhotoReading) -> float | None:
        """How surely the chosen face is live; None when the picture ends too near to it."""
        answer = self._model.predict(reading.pixels, reading.face.landmarks)
        return cast("float | None", answer["live_score"])


@dataclass(frozen=True, slots=True)
class LivenessGate:
    """What a face must pass at the door and at enrolment."""

    mode: LivenessMode = LivenessMode.OFF
    model: LivenessModel | None = None

    def passes(self, readings: Sequence[PhotoReading]) -> bool:
        """Blocking: whether these frames of one moment may be believed. Raises `FaceCutOff`.

        Observing judges, logs and counts, and lets everybody pass.
        """
        if self.model is None:
            return True
        probability = _mean([self.model.probability(reading) for reading in readings])
        result = _result(probability)
        JUDGED.labels(self.mode, result).inc()
        log.info("liveness", mode=self.mode, result=result, frames=len(readings))
        if self.mode is not LivenessMode.ENFORCE:
            return True
        if result is LivenessResult.CUT_OFF:
            raise FaceCutOff
        return result is LivenessResult.LIVE

    def require(self, reading: PhotoReading) -> None:
        """For a photo to be remembered. Raises `SpoofSuspected` and `FaceCutOff`."""
        if not self.passes([reading]):
            raise SpoofSuspected


OPEN: Final = LivenessGate()
"""Off: nothing is judged."""


def open_gate(config: Config) -> LivenessGate:
    """The gate that the environment asks for. Raises `ConfigError`: enforcing needs a model that is there."""
    mode, path = LivenessMode(config.face_liveness), config.face_liveness_model
    if mode is LivenessMode.OFF:
        return OPEN
    if path is not None and path.is_file():
        return LivenessGate(mode, LivenessModel(path, config.face_providers))
    missing = "is not set" if path is None else f"names {path}, which is not there"
    if mode is LivenessMode.ENFORCE:
        raise ConfigError(
            f"FACE_LIVENESS_MODEL: FACE_LIVENESS=enforce needs a MiniFASNet file, but this {missing}"
        )
    log.warning("liveness_not_observed", reason=f"FACE_LIVENESS_MODEL {missing}")
    return LivenessGate(mode)


def _mean(probabilities: Sequence[float | None]) -> float | None:
    """Of the frames that could be judged."""
    known = [one for one in probabilities if one is not None]
    return math.fsum(known) / len(known) if known else None


def _result(probability: float | None) -> LivenessResult:
    if probability is None:
        return LivenessResult.CUT_OFF
    return LivenessResult.LIVE if probability >= LIVE else LivenessResult.SPOOF


def _line(error: Exception) -> str:
    return str(error).strip().splitlines()[0][:200] if str(error).strip() else type(error).__name__
