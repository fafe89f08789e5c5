"""The decision behind a recognition: threshold, margin, uncertainty. Pure rules on cosine similarity."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from gym.faces.schemas import Candidates, Identification, MatchOutcome, MatchRule, Vector

BASE_THRESHOLD = 0.35
BASE_PEOPLE = 150
RISE_PER_TENFOLD = 0.03
"""Measured on LFW with w600k_mbf: the larger the gallery, the more a stranger finds a look-alike."""

SAME_PERSON = 0.30
"""Below it two photos are hardly of one person (different people: at most 0.32 in 3,000 pairs)."""


def auto_threshold(people: int) -> float:
    """0.35 up to 150 enrolled people, 0.03 more for every tenfold."""
    if people <= BASE_PEOPLE:
        return BASE_THRESHOLD
    return BASE_THRESHOLD + RISE_PER_TENFOLD * math.log10(people / BASE_PEOPLE)


def threshold_of(rule: MatchRule, people: int) -> float:
    """The threshold in force for a gallery of that many people."""
    return auto_threshold(people) if rule.threshold == "auto" else rule.threshold


def decide(candidates: Candidates, rule: MatchRule) -> Identification:
    """The best client, if above the threshold and ahead of the best other client by the margin."""
    threshold = threshold_of(rule, candidates.people)
    if candidates.client_id is None or candidates.score < threshold - rule.uncertain_below:
        return Identification(MatchOutcome.UNKNOWN)
    if candidates.score < threshold or candidates.score - candidates.runner_up < rule.margin:
        return Identification(MatchOutcome.UNCERTAIN)
    return Identification(MatchOutcome.FOUND, candidates.client_id)


def strangers_among(embeddings: Sequence[Vector]) -> list[int]:
    """Which photos (from 0) do not look like the others together; of two, the second is named."""
    if len(embeddings) < 2:
        return []
    if len(embeddings) == 2:
        return [] if float(embeddings[0] @ embeddings[1]) >= SAME_PERSON else [1]
    stack = np.stack(embeddings)
    return [place for place in range(len(stack)) if _likeness_to_rest(stack, place) < SAME_PERSON]


def _likeness_to_rest(stack: Vector, place: int) -> float:
    rest = np.delete(stack, place, axis=0).mean(axis=0)
    return float(stack[place] @ rest / np.linalg.norm(rest))
