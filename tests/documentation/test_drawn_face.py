"""Pictures of the gym show drawn people, whom the gym takes for people."""

from __future__ import annotations

import io

from gym.faces.engine.quality import enrolment_fault
from gym.faces.engine.reader import Purpose
from gym.faces.pool import FacePool
from tests.tour.drawn_face import Look, photos


def test_a_drawn_face_may_be_enrolled_and_is_known_again(face_pool: FacePool) -> None:
    faces = []
    for picture in photos(Look()):
        jpeg = io.BytesIO()
        picture.save(jpeg, "JPEG", quality=93)
        faces.append(face_pool.reader.read(jpeg.getvalue(), Purpose.ENROL).face)
    assert [enrolment_fault(face.quality) for face in faces] == [None, None, None]
    first, *others = faces
    assert all(float(first.embedding @ other.embedding) > 0.8 for other in others)
