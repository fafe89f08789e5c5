"""Verification of two photos against each other."""

from __future__ import annotations

from typing import Final

from gym.core.errors import Invalid
from gym.core.language import N_
from gym.faces.gallery.matching import threshold_of
from gym.faces.schemas import HasEmbedding, MatchRule

PAIR: Final = 2


class TwoPhotosNeeded(Invalid):
    code = "two_photos_needed"
    message = N_("Send two photos to compare, one person on each.")


def is_same_person(one: HasEmbedding, other: HasEmbedding, rule: MatchRule) -> bool:
    """Whether two photos show one person, by the door's threshold; the score itself is not told."""
    return float(one.embedding @ other.embedding) >= threshold_of(rule, PAIR)
