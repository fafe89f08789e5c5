"""Scales of cosine similarity: the thresholds of each recognition network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class CosineScale:
    """One network's measure of likeness.

    `threshold` identifies among up to 150 people, and rises by `rise` with every tenfold; below `same_person`
    two photos are hardly of one person; frames of one moment reach `one_moment`. The templates of a client
    lean by the share `lean` towards what they have in common (`gym.faces.gallery.matching.moved_to_mean`).
    """

    threshold: float
    rise: float
    same_person: float
    one_moment: float
    lean: float = 0.0


ARCFACE: Final = CosineScale(threshold=0.35, rise=0.03, same_person=0.30, one_moment=0.40)
"""Measured on LFW with w600k_mbf; the larger networks of its family were trained in the same way, and keep
strangers at least as far away."""

SFACE: Final = CosineScale(threshold=0.485, rise=0.05, same_person=0.38, one_moment=0.47, lean=0.5)
"""Measured on LFW, 150 people of three templates, 405 probes of them and 600 strangers, margin 0.05: 99.5 %
identified, nobody taken for somebody else, 1 stranger in; the same from 0.47 to 0.50, where no stranger is
left. OpenCV's published 0.363 is meant for one pair (false match 0.1 %). Different people have 0.09 in the
mean, not 0.00, and a tenfold gallery moves their best by 0.05. Without leaning it is 98.8 to 99.3 %, because
a photo that is like none of three may be like all of them; ArcFace's templates gain nothing by it.
"""

SCALES: Final = {"yunet_sface": SFACE}


def scale_of(model_id: str) -> CosineScale:
    """The measure of a model, by the pack's name that its id begins with."""
    return SCALES.get(model_id.partition("/")[0], ARCFACE)
