"""By either engine one photo is decoded once and looked at twice at most, and each face is embedded once."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import onnxruntime
import pytest

from gym.core.config import Config
from gym.faces.engine.engines import open_reader
from gym.faces.engine.reader import FaceReader, Purpose
from gym.faces.engine.yunet_reader import YuNetReader
from gym.faces.enrolment.photos import read_enrolment
from gym.faces.pool import FacePool
from tests.faces.hard_photos import encoded, pixels_of, placed
from tests.support.people import group, people

PERSON = people()[1]
NEAR, FAR = PERSON.photo(0), placed(PERSON.photo(0), 130)
CLOSE = encoded(cv2.resize(pixels_of(NEAR), None, fx=3, fy=3))


@dataclass
class Counted:
    """OpenCV's network as it is; what it is asked is counted."""

    network: Any
    work: Counter[str]

    def __getattr__(self, name: str) -> Any:
        return getattr(self.network, name)

    def detect(self, pixels: Any) -> Any:
        self.work["detection"] += 1
        return self.network.detect(pixels)

    def feature(self, crop: Any) -> Any:
        self.work["embedding"] += 1
        return self.network.feature(crop)


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """What ONNX Runtime and the decoder are asked, and do."""
    counted: Counter[str] = Counter()
    run, imdecode = onnxruntime.InferenceSession.run, cv2.imdecode

    def count_run(session: Any, names: Any, feed: dict[str, Any], *rest: Any) -> Any:
        shape = next(iter(feed.values())).shape
        counted["embedding" if shape[2:] == (112, 112) else "detection"] += 1
        return run(session, names, feed, *rest)

    def count_decode(*args: Any) -> Any:
        counted["decode"] += 1
        return imdecode(*args)

    monkeypatch.setattr(onnxruntime.InferenceSession, "run", count_run)
    monkeypatch.setattr(cv2, "imdecode", count_decode)
    return counted


@pytest.fixture(params=["buffalo_sc", "yunet_sface"])
def reader(
    request: pytest.FixtureRequest,
    config: Config,
    face_pool: FacePool,
    work: Counter[str],
    monkeypatch: pytest.MonkeyPatch,
) -> FaceReader:
    if request.param == "buffalo_sc":
        return face_pool.reader
    opened = open_reader("yunet_sface", config.packs_root, ["CPUExecutionProvider"])
    assert isinstance(opened, YuNetReader)
    opened.warm()
    nets = opened._free[0]  # pyright: ignore[reportPrivateUsage]
    monkeypatch.setattr(
        nets, "_detectors", {scale: Counted(one, work) for scale, one in nets._detectors.items()}
    )
    monkeypatch.setattr(nets, "_recognizer", Counted(nets._recognizer, work))
    monkeypatch.setattr(opened, "_free", deque([nets]))
    return opened


@pytest.mark.parametrize("photo", [NEAR, FAR, CLOSE], ids=["near", "far", "close"])
@pytest.mark.parametrize("purpose", list(Purpose))
def test_a_photo_costs_one_decode_at_most_two_looks_and_one_embedding_of_each_face(
    reader: FaceReader, work: Counter[str], photo: bytes, purpose: Purpose
) -> None:
    work.clear()
    faces = reader.read(photo, purpose).faces
    assert (work["decode"], work["embedding"]) == (1, len(faces))
    assert len(faces) == 1 or purpose is Purpose.IDENTIFY_ALL
    assert 1 <= work["detection"] <= 2


def test_an_enrolment_with_its_two_pictures_costs_no_more(reader: FaceReader, work: Counter[str]) -> None:
    work.clear()
    kept = read_enrolment(reader, NEAR)
    assert (work["decode"], work["embedding"], work["detection"] <= 2) == (1, 1, True)
    assert np.linalg.norm(kept.embedding) == pytest.approx(1, abs=1e-5)


def test_six_people_at_once_cost_two_looks_and_six_embeddings(reader: FaceReader, work: Counter[str]) -> None:
    work.clear()
    assert len(reader.read(group(), Purpose.IDENTIFY_ALL).faces) == 6
    assert work == {"decode": 1, "detection": 2, "embedding": 6}
