"""A photo is decoded once, looked over at most twice and embedded once; the right face is chosen."""

from __future__ import annotations

from collections import Counter
from typing import Any

import cv2
import numpy as np
import onnxruntime
import pytest

from gym.core.config import Config, ConfigError
from gym.core.errors import GymError
from gym.faces.engine.engines import open_reader
from gym.faces.engine.quality import enrolment_fault
from gym.faces.engine.reader import FaceReader, PhotoReading, Purpose
from gym.faces.errors import FaceTooSmall, NoFace, SeveralFaces
from gym.faces.liveness.challenge_gate import Challenge, ChallengeMode, met
from gym.faces.liveness.turn_challenge import Side
from gym.faces.pool import FacePool
from tests.faces.hard_photos import encoded, phone_screen, pixels_of, placed, saved, side_by_side
from tests.faces.heads import turned_head
from tests.support.people import VARIANTS, group, landscape, people, stranger

ROSA, LUCIA = (one.photo(0) for one in people()[:2])


@pytest.fixture(scope="session")
def reader(face_pool: FacePool) -> FaceReader:
    return face_pool.reader


@pytest.fixture
def work(reader: FaceReader, monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Counts what the real libraries are asked to do, and lets them do it."""
    counted: Counter[str] = Counter()
    run, load = onnxruntime.InferenceSession.run, onnxruntime.InferenceSession.__init__
    imdecode = cv2.imdecode

    def count_run(session: Any, names: Any, feed: dict[str, Any], *rest: Any) -> Any:
        shape = next(iter(feed.values())).shape
        counted["embedding" if shape[2:] == (112, 112) else "detection"] += 1
        return run(session, names, feed, *rest)

    def count_load(session: Any, *args: Any, **named: Any) -> None:
        counted["session"] += 1
        load(session, *args, **named)

    def count_decode(*args: Any) -> Any:
        counted["decode"] += 1
        return imdecode(*args)

    monkeypatch.setattr(onnxruntime.InferenceSession, "run", count_run)
    monkeypatch.setattr(onnxruntime.InferenceSession, "__init__", count_load)
    monkeypatch.setattr(cv2, "imdecode", count_decode)
    return counted


@pytest.mark.parametrize("purpose", [Purpose.CHECK_IN, Purpose.ENROL])
def test_a_near_face_costs_one_decode_one_detection_and_one_embedding(
    reader: FaceReader, work: Counter[str], purpose: Purpose
) -> None:
    reader.read(ROSA, purpose)
    assert work == {"decode": 1, "detection": 1, "embedding": 1}


def test_a_far_face_costs_a_second_detection_and_no_more(reader: FaceReader, work: Counter[str]) -> None:
    far = placed(ROSA, 150)
    work.clear()
    reader.read(far, Purpose.CHECK_IN)
    assert work == {"decode": 1, "detection": 2, "embedding": 1}


def test_of_three_frames_of_a_turned_head_only_the_furthest_is_embedded(
    reader: FaceReader, work: Counter[str]
) -> None:
    straight = reader.read(ROSA, Purpose.CHECK_IN)
    frames = [
        encoded(turned_head(straight.pixels, straight.face.landmarks, degrees)) for degrees in (10, 32, 20)
    ]
    work.clear()
    seen = [reader.look(frame, Purpose.CHECK_IN) for frame in frames]
    assert met(reader, [straight], Challenge(Side.LEFT, seen), ChallengeMode.ENFORCE)
    assert work == {"decode": 3, "detection": 3, "embedding": 1}


def test_no_shape_of_photo_makes_a_visitor_wait_for_a_new_session(
    reader: FaceReader, work: Counter[str]
) -> None:
    for frame in ((1280, 720), (720, 1280), (1024, 768), (768, 1024), (800, 800)):
        for height in (160, 460):
            reader.read(placed(ROSA, height, frame), Purpose.IDENTIFY_ALL)
    assert work["session"] == 0


def test_another_photo_of_a_person_matches_and_other_people_do_not(reader: FaceReader) -> None:
    for one in people():
        enrolled = np.stack([_embedding(reader, one.photo(variant)) for variant in range(3)])
        later = np.stack([_embedding(reader, one.photo(variant)) for variant in range(3, len(VARIANTS))])
        others = np.stack([_embedding(reader, two.photo(0)) for two in people() if two is not one])
        assert (enrolled @ later.T).min() > 0.5
        assert (enrolled @ others.T).max() < 0.3
        assert (enrolled @ _embedding(reader, stranger())).max() < 0.3


def test_an_embedding_is_a_unit_vector_and_the_crop_is_what_was_embedded(reader: FaceReader) -> None:
    face = reader.read(ROSA, Purpose.CHECK_IN).face
    assert face.embedding.shape == (512,)
    assert face.embedding.dtype == np.float32
    assert np.linalg.norm(face.embedding) == pytest.approx(1, abs=1e-5)
    assert face.crop.shape == (112, 112, 3)
    assert reader.embed(face.crop) @ face.embedding == pytest.approx(1, abs=1e-5)


def test_the_model_id_names_pack_file_dimension_and_preprocessing(reader: FaceReader) -> None:
    assert reader.model_id == "buffalo_sc/9cc6e4a75f0e/512/arcface112"


def test_the_camera_lying_on_its_side_changes_nothing(reader: FaceReader) -> None:
    sideways = encoded(cv2.rotate(pixels_of(ROSA), cv2.ROTATE_90_COUNTERCLOCKWISE))
    turned = saved(sideways, "JPEG", orientation=6)
    assert _embedding(reader, turned) @ _embedding(reader, ROSA) > 0.95


@pytest.mark.parametrize("purpose", [Purpose.ENROL, Purpose.IDENTIFY_ALL])
def test_a_file_that_does_not_say_how_the_camera_was_held_is_tried_in_its_turns(
    reader: FaceReader, purpose: Purpose
) -> None:
    """On its side a face is often found, and upside down now and then, but unlike itself."""
    for photo in (ROSA, LUCIA, stranger()):
        upright = reader.read(photo, purpose).face
        for quarters in (1, 2, 3):
            turned = reader.read(encoded(np.rot90(pixels_of(photo), quarters)), purpose).face
            assert turned.embedding @ upright.embedding > 0.95, quarters
            assert enrolment_fault(turned.quality) == enrolment_fault(upright.quality)


def test_upright_photos_and_codes_are_not_turned(reader: FaceReader, work: Counter[str]) -> None:
    for one in people():
        reader.read(one.photo(0), Purpose.IDENTIFY_ALL)
    assert work == {"decode": 5, "detection": 10, "embedding": 5}, "at two scales, as ever"
    work.clear()
    reader.read(encoded(phone_screen("q1")), Purpose.IDENTIFY_ALL)
    assert work["detection"] == 2
    with pytest.raises(NoFace):
        reader.read(landscape(), Purpose.CHECK_IN)
    assert work["detection"] == 4, "the kiosk's camera stands"


def test_a_face_that_fills_the_frame_is_found(reader: FaceReader) -> None:
    x1, y1, x2, y2 = reader.read(ROSA, Purpose.CHECK_IN).face.box
    close = cv2.resize(pixels_of(ROSA)[y1 - 20 : y2 + 20, x1 - 20 : x2 + 20], None, fx=4, fy=4)
    assert _embedding(reader, encoded(close)) @ _embedding(reader, ROSA) > 0.5


@pytest.mark.parametrize("purpose", [Purpose.CHECK_IN, Purpose.ENROL])
def test_two_faces_of_similar_size_are_one_too_many(reader: FaceReader, purpose: Purpose) -> None:
    for photo in (side_by_side(ROSA, LUCIA, 0.9), group()):
        with pytest.raises(SeveralFaces) as refused:
            reader.read(photo, purpose)
        assert (refused.value.code, refused.value.status) == ("several_faces", 422)


def test_a_bystander_is_ignored_at_the_door_but_not_at_enrolment(reader: FaceReader) -> None:
    photo = side_by_side(ROSA, LUCIA, 0.5)
    (face,) = reader.read(photo, Purpose.CHECK_IN).faces
    assert face.embedding @ _embedding(reader, ROSA) > 0.9
    with pytest.raises(SeveralFaces):
        reader.read(photo, Purpose.ENROL)


def test_everybody_in_a_group_is_read_the_nearest_first(reader: FaceReader) -> None:
    faces = reader.read(group(), Purpose.IDENTIFY_ALL).faces
    sides = [face.quality.face_px for face in faces]
    assert len(faces) == 6
    assert min(sides) > 0.7 * max(sides)
    areas = [(x2 - x1) * (y2 - y1) for x1, y1, x2, y2 in (face.box for face in faces)]
    assert areas == sorted(areas, reverse=True)
    alike = np.stack([face.embedding for face in faces])
    assert (alike @ alike.T - np.eye(6)).max() < 0.3


def test_somebody_far_behind_is_nobody_at_the_door_and_too_small_at_enrolment(reader: FaceReader) -> None:
    far = placed(people()[3].photo(0), 54, frame=(480, 270))
    with pytest.raises(NoFace):
        reader.read(far, Purpose.CHECK_IN)
    assert type(enrolment_fault(reader.read(far, Purpose.ENROL).face.quality)) is FaceTooSmall


@pytest.mark.parametrize("purpose", list(Purpose))
def test_a_picture_without_anybody_has_no_face(reader: FaceReader, purpose: Purpose) -> None:
    with pytest.raises(NoFace) as refused:
        reader.read(landscape(), purpose)
    assert (refused.value.code, refused.value.status) == ("no_face", 422)


def test_a_phone_held_up_is_read_as_a_qr_code(reader: FaceReader) -> None:
    text = "https://t.me/powergym_bot?start=q" + "A1b2" * 15
    photo = encoded(phone_screen(text))
    reading = reader.read(photo, Purpose.CHECK_IN)
    assert (reading.qr, reading.faces) == (text, ())
    with pytest.raises(NoFace):
        reader.read(photo, Purpose.ENROL)


def test_a_face_goes_before_a_qr_code(reader: FaceReader) -> None:
    frame, face = phone_screen("https://t.me/powergym_bot?start=qABC"), pixels_of(ROSA)
    frame[100 : 100 + face.shape[0], 20 : 20 + face.shape[1]] = face
    reading = reader.read(encoded(frame), Purpose.CHECK_IN)
    assert reading.qr is None
    assert reading.face.embedding @ _embedding(reader, ROSA) > 0.9


@pytest.mark.parametrize("size", [(1, 1), (3000, 1), (1, 3000), (4000, 9), (9, 4000), (5000, 20)])
@pytest.mark.parametrize("purpose", list(Purpose))
def test_odd_shapes_are_no_accident(reader: FaceReader, size: tuple[int, int], purpose: Purpose) -> None:
    with pytest.raises(GymError):
        reader.read(encoded(np.full((size[1], size[0], 3), 128, np.uint8), ".png"), purpose)


def test_a_batch_goes_on_after_a_bad_photo(reader: FaceReader) -> None:
    good, empty, broken = reader.read_many([ROSA, landscape(), b"%%%"], Purpose.ENROL)
    assert isinstance(good, PhotoReading)
    assert [fault.code for fault in (empty, broken) if isinstance(fault, GymError)] == [
        "no_face",
        "not_an_image",
    ]


def test_a_processor_that_is_not_there_is_said_so_at_the_start(config: Config) -> None:
    with pytest.raises(ConfigError, match=r"FACE_PROVIDERS.*TensorrtExecutionProvider"):
        open_reader("buffalo_sc", config.packs_root, ["TensorrtExecutionProvider", "CPUExecutionProvider"])


def _embedding(reader: FaceReader, photo: bytes) -> Any:
    return reader.read(photo, Purpose.CHECK_IN).face.embedding
