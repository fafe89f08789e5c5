"""One enrolment photo: read, checked for quality and encoded; for chat, kiosk and operator alike."""

from __future__ import annotations

from gym.faces.engine.images import encode_jpeg, thumbnail
from gym.faces.engine.quality import enrolment_fault
from gym.faces.engine.reader import FaceReader, Purpose
from gym.faces.liveness.passive import OPEN, LivenessGate
from gym.faces.pool import FacePool
from gym.faces.schemas import EnrolmentFace


async def enrolment_face(pool: FacePool, photo: bytes) -> EnrolmentFace:
    """Read a photo in the pool. Raises its faults, the verdicts on its quality, and `Busy`."""
    return await pool.run(read_enrolment, pool.reader, photo, pool.gate)


def read_enrolment(reader: FaceReader, photo: bytes, gate: LivenessGate = OPEN) -> EnrolmentFace:
    """Blocking: decode, detect, judge, embed once, and encode the two small pictures that are kept."""
    reading = reader.read(photo, Purpose.ENROL)
    face = reading.face
    fault = enrolment_fault(face.quality)
    if fault is not None:
        raise fault
    gate.require(reading)
    return EnrolmentFace(
        embedding=face.embedding,
        crop=encode_jpeg(face.crop),
        thumbnail=thumbnail(reading.pixels, face.box),
        model_id=reader.model_id,
    )
