"""InsightFace engine: SCRFD detects faces and ArcFace embeds them, on ONNX Runtime."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, cast

import cv2
import numpy as np
import onnxruntime
from numpy.typing import NDArray

from gym.core.config import ConfigError
from gym.faces.engine.images import Pixels
from gym.faces.engine.model_store import Located
from gym.faces.engine.onnx_optimiser import without_prelu
from gym.faces.engine.reader import DIMENSION, LEAST_DETECTION, Detection, FaceReader

SMALL, LARGE = 320, 640
"""Pixels of the long side for detection. SCRFD misses faces that fill over some 40 % of the frame, as at a
kiosk: the small scale (about 3 ms) finds those, and the large one is run only where it finds none big enough.
"""
PROCESSOR: Final = "CPUExecutionProvider"
SHAPES: Final = {"wide": (1.0, 0.6), "tall": (0.6, 1.0), "square": (1.0, 1.0)}


class InsightFaceReader(FaceReader):
    """One ONNX Runtime thread a call: the pool is the parallelism. Sessions are shared between threads."""

    scales = (SMALL, LARGE)
    big_enough = 0.14

    def __init__(self, located: Located, providers: Sequence[str], *, as_published: bool = False) -> None:
        """`as_published` runs the recogniser's graph as its file has it, on a processor too."""
        cv2.setNumThreads(1)
        self.providers = _available(providers)
        self._detector = _load(located.detector, self.providers)
        load = _load if as_published or self.providers != [PROCESSOR] else _load_recognizer
        self._recognizer = load(located.recognizer, self.providers)
        self._detector.prepare(0, det_thresh=LEAST_DETECTION, input_size=(LARGE, LARGE))
        pack = located.pack
        self.model_id = f"{pack.name}/{pack.recognizer.sha256[:12]}/{DIMENSION}/arcface112"

    def warm(self, threads: int = 1) -> None:
        """InsightFace makes a session for each input size: run every one once."""
        black = np.zeros((SMALL, SMALL, 3), np.uint8)
        for scale in (SMALL, LARGE):
            for shape in SHAPES:
                self._pass(black, shape, scale)
        self.embed(black[:112, :112])

    def find(self, pixels: Pixels, *scales: int) -> list[Detection]:
        return self._pass(pixels, _shape(pixels), *scales)

    def features(self, crop: Pixels) -> NDArray[np.float32]:
        return cast("NDArray[np.float32]", self._recognizer.get_feat(crop))[0]

    def _pass(self, pixels: Pixels, shape: str, *scales: int) -> list[Detection]:
        across, down = SHAPES[shape]
        sizes = [(round(scale * across), round(scale * down)) for scale in scales]
        boxes, landmarks = self._detector.detect(pixels, input_size=sizes)
        found = [
            Detection(box[:4], points, float(box[4])) for box, points in zip(boxes, landmarks, strict=True)
        ]
        return sorted(found, key=lambda one: one.area, reverse=True)


def _shape(pixels: Pixels) -> str:
    height, width = pixels.shape[:2]
    if width >= 1.6 * height:
        return "wide"
    return "tall" if height >= 1.6 * width else "square"


def _available(providers: Sequence[str]) -> list[str]:
    """No silent fallback: a provider that was asked for and is not there stops the start."""
    there = onnxruntime.get_available_providers()
    missing = [name for name in providers if name not in there]
    if missing:
        raise ConfigError(
            f"FACE_PROVIDERS: {', '.join(missing)} is not available in this ONNX Runtime, which has "
            f"{', '.join(there)}; for an NVIDIA GPU install onnxruntime-gpu in place of onnxruntime"
        )
    return list(providers)


def _options() -> Any:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
    return options


def _load_recognizer(path: Path, providers: list[str]) -> Any:
    """On a processor: the same network, of operations that are fast there."""
    from insightface.model_zoo.arcface_onnx import ArcFaceONNX

    graph = without_prelu(path)
    if graph is None:
        return _load(path, providers)
    session = onnxruntime.InferenceSession(graph, _options(), providers=providers)
    return ArcFaceONNX(str(path), session)


def _load(path: Path, providers: list[str]) -> Any:
    from insightface.model_zoo import get_model

    model: Any = get_model(str(path), providers=providers, sess_options=_options())
    used = model.session.get_providers()
    if providers and used[0] != providers[0]:
        raise ConfigError(f"FACE_PROVIDERS: {providers[0]} could not start; only {', '.join(used)} did")
    return model
