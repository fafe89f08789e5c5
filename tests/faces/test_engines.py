"""Two engines behind one reader: each tells people apart, measures quality alike, and works in threads."""

from __future__ import annotations

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import cv2
import numpy as np
import onnxruntime
import pytest

from gym.core.config import Config, ConfigError
from gym.core.errors import GymError
from gym.faces.engine.alignment import align
from gym.faces.engine.engines import open_reader
from gym.faces.engine.quality import enrolment_fault
from gym.faces.engine.reader import FaceReader, Purpose
from gym.faces.errors import FaceCovered, NoFace, SeveralFaces, TooDark
from gym.faces.pool import FacePool
from gym.faces.thresholds import scale_of
from tests.faces.hard_photos import encoded, pixels_of, placed, side_by_side
from tests.support.people import VARIANTS, group, in_profile, landscape, people, stranger

CPU = ["CPUExecutionProvider"]
ROSA, LUCIA, MATEO = (one.photo(0) for one in people()[:3])


@pytest.fixture(scope="module")
async def opencv(config: Config) -> FaceReader:
    return await asyncio.to_thread(open_reader, "yunet_sface", config.packs_root, CPU)


@pytest.fixture(params=["buffalo_sc", "yunet_sface"])
def reader(request: pytest.FixtureRequest, face_pool: FacePool, opencv: FaceReader) -> FaceReader:
    return opencv if request.param == "yunet_sface" else face_pool.reader


def test_the_six_people_of_the_group_are_six(reader: FaceReader) -> None:
    stack = np.stack([face.embedding for face in reader.read(group(), Purpose.IDENTIFY_ALL).faces])
    assert len(stack) == 6
    assert (stack @ stack.T - np.eye(6)).max() < scale_of(reader.model_id).same_person


def test_everybody_is_known_again_and_nobody_is_taken_for_somebody_else(reader: FaceReader) -> None:
    scale, everybody = scale_of(reader.model_id), [*people(), in_profile()]
    for one in everybody:
        enrolled = np.stack([_embedding(reader, one.photo(variant)) for variant in range(3)])
        later = np.stack([_embedding(reader, one.photo(variant)) for variant in range(3, len(VARIANTS))])
        others = np.stack([_embedding(reader, two.photo(0)) for two in everybody if two is not one])
        assert (enrolled @ later.T).min() > scale.threshold + 0.05
        assert (enrolled @ others.T).max() < scale.threshold - 0.05
        assert (enrolled @ _embedding(reader, stranger())).max() < scale.threshold - 0.05


def test_the_same_photo_in_four_threads_gives_the_same_bits(reader: FaceReader) -> None:
    photos = [one.photo(0) for one in people()] + [group()]
    alone = [_bits(reader, photo) for photo in photos]
    with ThreadPoolExecutor(4) as threads:
        together = list(threads.map(lambda number: _bits(reader, photos[number % 6]), range(24)))
    assert together == [alone[number % 6] for number in range(24)]


def test_landmarks_come_as_the_picture_shows_them(reader: FaceReader) -> None:
    """Left eye, right eye, nose, left and right corner of the mouth, as seen by the reader."""
    for one in people():
        eye, other_eye, nose, corner, other_corner = reader.read(
            one.photo(0), Purpose.CHECK_IN
        ).face.landmarks
        assert eye[0] < nose[0] < other_eye[0]
        assert corner[0] < other_corner[0]
        assert max(eye[1], other_eye[1]) < nose[1] < min(corner[1], other_corner[1])


def test_every_enrolment_photo_passes_and_a_profile_does_not(reader: FaceReader) -> None:
    for one in people():
        for variant in range(3):
            quality = reader.read(one.photo(variant), Purpose.ENROL).face.quality
            assert enrolment_fault(quality) is None
    assert abs(reader.read(in_profile().photo(0), Purpose.ENROL).face.quality.yaw) > 37


def test_a_dark_photo_is_dark_to_both(reader: FaceReader) -> None:
    dark = encoded((pixels_of(ROSA) * 0.15).astype(np.uint8))
    assert type(enrolment_fault(reader.read(dark, Purpose.ENROL).face.quality)) is TooDark


def test_most_masks_are_seen_and_no_bare_face_is_taken_for_one(reader: FaceReader) -> None:
    colours = ((190, 150, 110), (40, 40, 40), (230, 230, 230), (200, 170, 120))
    masked = [_masked(reader, one.photo(0), colour) for one in people() for colour in colours]
    faults = [type(enrolment_fault(reader.read(photo, Purpose.ENROL).face.quality)) for photo in masked]
    assert faults.count(FaceCovered) >= len(faults) / 3


def test_near_and_far_faces_are_found(reader: FaceReader) -> None:
    for height in (150, 300, 700):
        far = placed(MATEO, height)
        assert _embedding(reader, far) @ _embedding(reader, MATEO) > scale_of(reader.model_id).threshold
    x1, y1, x2, y2 = reader.read(MATEO, Purpose.CHECK_IN).face.box
    close = cv2.resize(pixels_of(MATEO)[y1 - 20 : y2 + 20, x1 - 20 : x2 + 20], None, fx=4, fy=4)
    assert _embedding(reader, encoded(close)) @ _embedding(reader, MATEO) > 0.5


def test_several_faces_bystanders_and_nobody_are_judged_alike(reader: FaceReader) -> None:
    with pytest.raises(SeveralFaces):
        reader.read(side_by_side(ROSA, LUCIA, 0.9), Purpose.CHECK_IN)
    (face,) = reader.read(side_by_side(ROSA, LUCIA, 0.5), Purpose.CHECK_IN).faces
    assert face.embedding @ _embedding(reader, ROSA) > 0.8
    with pytest.raises(NoFace):
        reader.read(landscape(), Purpose.ENROL)


@pytest.mark.parametrize("size", [(1, 1), (3000, 1), (1, 3000), (4000, 9), (9, 4000), (5000, 20)])
def test_odd_shapes_are_no_accident(reader: FaceReader, size: tuple[int, int]) -> None:
    with pytest.raises(GymError):
        reader.read(encoded(np.full((size[1], size[0], 3), 128, np.uint8), ".png"), Purpose.IDENTIFY_ALL)


def test_sface_fills_a_quarter_of_the_vector_and_is_aligned_as_opencv_does(opencv: FaceReader) -> None:
    face = opencv.read(ROSA, Purpose.CHECK_IN).face
    assert face.embedding.shape == (512,)
    assert np.linalg.norm(face.embedding) == pytest.approx(1, abs=1e-5)
    assert not face.embedding[128:].any()
    row = np.concatenate([np.zeros(4), face.landmarks.reshape(-1), [1]]).astype(np.float32)
    theirs = _sface(opencv).alignCrop(pixels_of(ROSA), row)
    assert np.abs(theirs.astype(int) - align(pixels_of(ROSA), face.landmarks)).max() <= 2


def test_models_say_who_they_are(opencv: FaceReader, face_pool: FacePool) -> None:
    assert opencv.model_id == "yunet_sface/0ba9fbfa01b5/128/sface112"
    assert opencv.model_id != face_pool.model_id


def test_opencv_does_not_pretend_to_use_a_gpu(config: Config) -> None:
    with pytest.raises(ConfigError, match=r"FACE_PROVIDERS: yunet_sface .* only"):
        open_reader("yunet_sface", config.packs_root, ["CUDAExecutionProvider"])


def test_a_gpu_that_is_not_there_stops_the_start_with_one_line(config: Config) -> None:
    with pytest.raises(
        ConfigError, match=r"FACE_PROVIDERS: CUDA.* is not available .*onnxruntime-gpu"
    ) as refused:
        open_reader("buffalo_sc", config.packs_root, ["CUDAExecutionProvider", "CPUExecutionProvider"])
    assert "\n" not in str(refused.value)


@pytest.mark.filterwarnings("ignore:Specified provider")
def test_a_gpu_that_does_not_start_is_no_silent_cpu(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    """The library is there, its driver is not: ONNX Runtime would go on with the CPU."""
    claimed = ["CUDAExecutionProvider", "CPUExecutionProvider"]
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: claimed)
    with pytest.raises(ConfigError, match=r"CUDA.* could not start; only CPU.* did"):
        open_reader("buffalo_sc", config.packs_root, claimed)


def _embedding(reader: FaceReader, photo: bytes) -> Any:
    return reader.read(photo, Purpose.CHECK_IN).face.embedding


def _bits(reader: FaceReader, photo: bytes) -> bytes:
    faces = reader.read(photo, Purpose.IDENTIFY_ALL).faces
    return b"".join(one.embedding.tobytes() + one.landmarks.tobytes() for one in faces)


def _masked(reader: FaceReader, photo: bytes, colour: tuple[int, int, int]) -> bytes:
    """A mask from the bridge of the nose to the chin."""
    pixels, points = pixels_of(photo), reader.read(photo, Purpose.ENROL).face.landmarks
    across, down = points[1] - points[0], points[3:].mean(axis=0) - points[:2].mean(axis=0)
    corners = (
        points[2] - 0.1 * down,
        points[1] + 0.45 * down + 0.35 * across,
        points[4] + 0.7 * down + 0.2 * across,
        points[3] + 0.7 * down - 0.2 * across,
        points[0] + 0.45 * down - 0.35 * across,
    )
    cv2.fillPoly(pixels, [np.array(corners, np.int32)], colour)
    return encoded(pixels)


def _sface(reader: FaceReader) -> Any:
    from gym.faces.engine.model_packs import YUNET_SFACE, carried

    path = carried(YUNET_SFACE.recognizer)
    assert path is not None
    return cv2.FaceRecognizerSF.create(os.fspath(path), "")
