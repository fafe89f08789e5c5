"""Calibration measures a folder by the door's own rules, and prints exactly what it promises."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from gym.core.config import Config
from gym.faces.calibration.batches import PhotoFile, read_shots
from gym.faces.calibration.error_rates import (
    NobodyToMeasure,
    PersonPhotos,
    Split,
    measure,
    photos_in,
    row,
    threshold_for,
)
from gym.faces.pool import FacePool
from gym.faces.schemas import MatchRule, Vector
from tests.faces.hard_photos import encoded, phone_screen, side_by_side
from tests.support.people import group, in_profile, landscape, people, stranger

ENROLLED = people()[:4]
RULE = MatchRule(threshold=0.35)


def _write(folder: Path, photos: list[bytes]) -> None:
    folder.mkdir(parents=True)
    for number, photo in enumerate(photos, 1):
        (folder / f"{folder.name}_{number:04}.jpg").write_bytes(photo)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four people of five photos, two strangers; beside them what is neither."""
    root = tmp_path_factory.mktemp("gym")
    for one in ENROLLED:
        _write(root / "people" / one.name, [one.photo(variant) for variant in range(5)])
    _write(root / "strangers" / "Tom", [stranger()])
    _write(root / "strangers" / "Camila", [people()[4].photo(0)])
    (root / "people" / "README.txt").write_text("not a person")
    (root / "people" / ENROLLED[0].name / "notes.txt").write_text("not a photo")
    return root


def test_the_command_prints_exactly_the_promised_json(folder: Path, config: Config, tmp_path: Path) -> None:
    environment = os.environ | {"POWERGYM_HOME": str(tmp_path), "FACE_ROOT": str(config.packs_root)}
    command = [sys.executable, "-m", "gym", "faces", "calibrate", str(folder), "--json"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert list(report) == ["engine", "pack", "people", "strangers", "templates", "threshold_for"]
    assert (report["engine"], report["pack"]) == ("insightface", "buffalo_sc")
    assert (report["people"], report["strangers"]) == (4, 2)
    assert list(report["templates"]) == ["1", "2", "3"]
    for measured in report["templates"].values():
        assert measured == {
            "threshold": 0.35,
            "margin": 0.05,
            "fnir": 0.0,
            "fpir": 0.0,
            "wrong": 0,
            "uncertain": 0,
            "enrolment_refused": 0,
            "probes": 8,
        }
    assert 0 < report["threshold_for"]["0.003"] < 0.35
    assert "22/22" in done.stderr


async def test_in_a_flat_folder_those_of_one_photo_are_the_strangers(tmp_path: Path) -> None:
    for one, count in zip(people()[:3], (3, 2, 1), strict=True):
        _write(tmp_path / one.name, [one.photo(variant) for variant in range(count)])
    found = photos_in(tmp_path)
    assert [[path.name for path in person] for person in found.people] == [
        ["Lucia_0001.jpg", "Lucia_0002.jpg"],
        ["Rosa_0001.jpg", "Rosa_0002.jpg", "Rosa_0003.jpg"],
    ]
    assert [path.parent.name for paths in found.strangers for path in paths] == ["Mateo"]


def test_a_folder_without_galleryis_said_so(tmp_path: Path) -> None:
    with pytest.raises(NobodyToMeasure):
        photos_in(tmp_path)
    _write(tmp_path / "Rosa", [people()[0].photo(0)])
    with pytest.raises(NobodyToMeasure):
        photos_in(tmp_path)


async def test_the_most_central_of_several_faces_is_taken_and_counted_apart(
    face_pool: FacePool, tmp_path: Path
) -> None:
    rosa, lucia = (one.photo(0) for one in people()[:2])
    _write(tmp_path / "photos", [side_by_side(rosa, lucia, 0.5), group(), rosa, landscape(), b"scrap"])
    shots = await read_shots(face_pool, sorted((tmp_path / "photos").iterdir()))
    assert [shot.several for shot in shots] == [True, True, False, False, False]
    assert [shot.fault for shot in shots[2:]] == [None, "no_face", "not_an_image"]
    first, alone = shots[0].embedding, shots[2].embedding
    assert first is not None
    assert alone is not None
    assert first @ alone > 0.9


async def test_what_enrolment_refuses_is_counted_and_made_good_by_the_next_photo(
    face_pool: FacePool, tmp_path: Path
) -> None:
    aside, rosa = in_profile(), people()[0]
    _write(tmp_path / "Felipe", [aside.photo(variant) for variant in range(3)])
    blank = encoded(phone_screen("nobody"))
    _write(tmp_path / "Rosa", [blank, rosa.photo(0), rosa.photo(1), rosa.photo(2), landscape()])
    seen: list[int] = []
    found = await measure(face_pool, photos_in(tmp_path), RULE, seen=seen.append)
    assert sum(seen) == 8
    assert (found.unread, found.not_enrolled) == (2, 1)
    one, two, three = (found.report["templates"][count] for count in ("1", "2", "3"))
    assert [one["enrolment_refused"], two["enrolment_refused"], three["enrolment_refused"]] == [3, 3, 3]
    assert (three["probes"], three["fnir"], three["fpir"]) == (2, 0.5, None)
    assert found.report["threshold_for"] == {"0.003": None}


def test_misses_mistakes_and_strangers_are_told_apart() -> None:
    rosa, lucia, nobody = (_shot(place) for place in range(3))
    gallery = [Split([rosa], [rosa, _mixed(1, 2, 0.9)]), Split([lucia], [_mixed(1, 2, 0.31), nobody])]
    strangers = [nobody, _mixed(0, 3, 0.5), _mixed(1, 3, 0.4), _mixed(1, 4, 0.2)]
    seen = row(gallery, strangers, 1, RULE)
    assert (seen["probes"], seen["wrong"], seen["uncertain"]) == (4, 1, 1)
    assert (seen["fnir"], seen["fpir"]) == (0.75, 0.5)
    for wanted, least in ((0.0, 0.501), (0.25, 0.401), (0.5, 0.201), (0.75, 0.0)):
        assert threshold_for(gallery, strangers, RULE, wanted) == pytest.approx(least, abs=0.0011)


def _unit(place: int) -> Vector:
    return np.eye(512, dtype=np.float32)[place]


def _shot(place: int) -> PhotoFile:
    return PhotoFile(_unit(place), None)


def _mixed(place: int, other: int, likeness: float) -> PhotoFile:
    """A face that is so much like one and otherwise like another."""
    vector = likeness * _unit(place) + (1 - likeness**2) ** 0.5 * _unit(other)
    return PhotoFile(vector.astype(np.float32), None)


def test_photos_are_listed_galleryfirst(folder: Path) -> None:
    found = photos_in(folder)
    assert isinstance(found, PersonPhotos)
    assert len(found.paths) == 22
    assert all("strangers" in path.parts for path in found.paths[20:])
