"""The decision: one meaning of similarity, a threshold that rises with the gallery, a margin."""

from __future__ import annotations

from uuid import uuid4

import pytest

from gym.faces.gallery.matching import (
    auto_threshold,
    identification_of,
    moved_to_mean,
    outliers,
    threshold_of,
)
from gym.faces.refusals import FramesDisagree
from gym.faces.schemas import Candidates, MatchOutcome, MatchRule, Probe
from gym.faces.thresholds import ARCFACE, SFACE
from tests.faces_db.conftest import MODEL, Faces, enrolment_face

FOUND, UNCERTAIN, UNKNOWN = MatchOutcome.FOUND, MatchOutcome.UNCERTAIN, MatchOutcome.UNKNOWN


@pytest.mark.parametrize(
    ("people", "threshold"),
    [(0, 0.35), (1, 0.35), (150, 0.35), (1500, 0.38), (15000, 0.41), (474, 0.365)],
)
def test_the_threshold_rises_by_three_hundredths_for_every_tenfold(people: int, threshold: float) -> None:
    assert auto_threshold(people) == pytest.approx(threshold, abs=1e-4)


def test_a_number_in_the_configuration_is_the_threshold_whatever_the_gallery() -> None:
    assert threshold_of(MatchRule(0.5), 100_000) == 0.5


@pytest.mark.parametrize(
    ("score", "runner_up", "people", "outcome"),
    [
        (0.35, 0.10, 150, FOUND),
        (0.40, 0.34, 150, FOUND),
        (0.35, 0.31, 150, UNCERTAIN),
        (0.34, 0.10, 150, UNCERTAIN),
        (0.29, 0.10, 150, UNCERTAIN),
        (0.28, 0.10, 150, UNKNOWN),
        (0.37, 0.10, 1500, UNCERTAIN),
        (0.38, 0.10, 1500, FOUND),
        (0.90, 0.88, 2, UNCERTAIN),
        (0.90, -1.0, 1, FOUND),
    ],
)
def test_threshold_margin_and_uncertainty(
    score: float, runner_up: float, people: int, outcome: MatchOutcome
) -> None:
    client = uuid4()
    known = identification_of(Candidates(client, score, runner_up, people), MatchRule())
    assert known.outcome is outcome
    assert known.client_id == (client if outcome is FOUND else None)


def test_in_an_empty_gallery_everybody_is_unknown() -> None:
    assert identification_of(Candidates(None, -1.0, -1.0, 0), MatchRule()).outcome is UNKNOWN


def test_the_odd_photo_of_an_enrolment_is_named(faces: Faces) -> None:
    rosa, eva = faces.person(), faces.person()
    same = [faces.photo(rosa) for _ in range(3)]
    assert outliers(same) == []
    assert outliers([same[0], faces.photo(eva), same[1]]) == [1]
    assert outliers([same[0], faces.photo(eva)]) == [1]
    assert outliers(same[:1]) == []


def test_frames_of_one_moment_become_one_better_probe(faces: Faces) -> None:
    rosa = faces.person()
    frames = [enrolment_face(faces.photo(rosa)) for _ in range(3)]
    probe = Probe.fused(frames, MODEL)
    assert float(probe.embedding @ rosa) > 0.9
    with pytest.raises(FramesDisagree):
        Probe.fused([frames[0], enrolment_face(faces.person())], MODEL)


def test_templates_lean_towards_what_they_share_and_stay_unit_vectors() -> None:
    faces = Faces(3)
    person = faces.person()
    photos = [faces.photo(person, 0.7) for _ in range(3)]
    leant = moved_to_mean(photos, 0.5)
    for before, after in zip(photos, leant, strict=True):
        assert after @ after == pytest.approx(1, abs=1e-5)
        assert person @ after > person @ before + 0.05
        assert before @ after > 0.9
    assert leant[0] @ leant[1] > photos[0] @ photos[1] + 0.1


def test_one_template_alone_and_arcfaces_templates_stay_as_they_are() -> None:
    photos = [Faces(4).person() for _ in range(2)]
    assert moved_to_mean(photos[:1], 0.5)[0] is photos[0]
    assert all(one is other for one, other in zip(moved_to_mean(photos, ARCFACE.lean), photos, strict=True))
    assert (ARCFACE.lean, SFACE.lean) == (0.0, 0.5)
