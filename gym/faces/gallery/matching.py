"""Matching rules of identification: threshold, margin, uncertainty. Pure, on cosine similarity."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gym.faces.schemas import Candidates, Identification, MatchOutcome, MatchRule, Vector
from gym.faces.thresholds import ARCFACE, CosineScale

BASE_PEOPLE = 150
"""Enrolled people of the measurement from which the scales' thresholds come."""


def auto_threshold(people: int, scale: CosineScale = ARCFACE) -> float:
    """The scale's own up to 150 enrolled people, its rise more for every tenfold.

    The larger the gallery, the more a stranger finds a look-alike.
    """
    if people <= BASE_PEOPLE:
        return scale.threshold
    return scale.threshold + scale.rise * math.log10(people / BASE_PEOPLE)


def threshold_of(rule: MatchRule, people: int) -> float:
    """The threshold in force for a gallery of that many people."""
    return auto_threshold(people, rule.scale) if rule.threshold == "auto" else rule.threshold


def identification_of(candidates: Candidates, rule: MatchRule) -> Identification:
    """The best client, if above the threshold and ahead of the best other client by the margin."""
    threshold = threshold_of(rule, candidates.people)
    if candidates.client_id is None or candidates.score < threshold - rule.uncertain_below:
        return Identification(MatchOutcome.UNKNOWN)
    if candidates.score < threshold or candidates.score - candidates.runner_up < rule.margin:
        return Identification(MatchOutcome.UNCERTAIN)
    return Identification(MatchOutcome.FOUND, candidates.client_id)


def outliers(embeddings: Sequence[Vector], scale: CosineScale = ARCFACE) -> list[int]:
    """Which photos (from 0) do not look like the others together; of two, the second is named."""
    if len(embeddings) < 2:
        return []
    if len(embeddings) == 2:
        return [] if float(embeddings[0] @ embeddings[1]) >= scale.same_person else [1]
    stack = np.stack(embeddings)
    return [place for place in range(len(stack)) if _likeness_to_rest(stack, place) < scale.same_person]


def moved_to_mean(embeddings: Sequence[Vector], lean: float) -> list[Vector]:
    """Templates of one client, each moved by that share (0 to 1) towards the middle of them all.

    What one photo has of its own (light, an open mouth) counts less, and what they share counts more.
    """
    if not lean or len(embeddings) < 2:
        return list(embeddings)
    middle = _unit(np.mean(np.stack(embeddings), axis=0))
    return [_unit((1 - lean) * one + lean * middle) for one in embeddings]


def _unit(vector: NDArray[Any]) -> Vector:
    return (vector / max(float(np.linalg.norm(vector)), 1e-9)).astype(np.float32)


def _likeness_to_rest(stack: Vector, place: int) -> float:
    rest = np.delete(stack, place, axis=0).mean(axis=0)
    return float(stack[place] @ rest / np.linalg.norm(rest))
