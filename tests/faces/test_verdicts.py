"""The tables of verdicts: real photos by how they are, and spoiled until they are refused."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from gym.commands.verdicts import print_verdicts
from gym.faces.calibration.batches import read_shots
from gym.faces.calibration.refusal_tables import RefusalLine, RefusalTable, as_they_are, spoiled
from gym.faces.pool import FacePool
from tests.support.people import in_profile, people


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> list[list[Path]]:
    """Three people who look at the camera, and one who looks away; three photos each."""
    root, found = tmp_path_factory.mktemp("photos"), []
    for one in [*people()[:3], in_profile()]:
        own = [root / f"{one.name}-{variant}.jpg" for variant in range(3)]
        for variant, path in enumerate(own):
            path.write_bytes(one.photo(variant))
        found.append(own)
    return found


def section(tables: list[RefusalTable], title: str) -> list[RefusalLine]:
    return list(next(one.lines for one in tables if one.title.startswith(title)))


async def test_photos_are_told_apart_by_how_far_they_are_turned(
    face_pool: FacePool, photos: list[list[Path]]
) -> None:
    shots = [await read_shots(face_pool, paths) for paths in photos]
    tables = as_they_are(shots)
    for one in tables:
        assert sum(line.photos for line in one.lines) == 12, one.title
    *straight, aside = section(tables, "yaw")
    assert sum(line.refused.total() for line in straight) == 0
    assert aside.refused["turned_away"] >= 1
    assert min(line.likeness or 0 for line in straight) > 0.8
    assert straight[0].kind == "0 – 10"


def test_what_lies_on_a_limit_is_counted_once_and_a_lonely_photo_has_no_likeness(
    face_pool: FacePool, photos: list[list[Path]]
) -> None:
    from gym.faces.calibration.batches import read_batch

    shot = read_batch(face_pool.reader, photos[0][:1])[0]
    assert shot.quality is not None
    dark = replace(shot, quality=replace(shot.quality, brightness=35.0), fault="too_dark")
    (line,) = section(as_they_are([[dark]]), "brightness")
    assert (line.kind, line.photos, line.accepted, line.likeness) == ("35 – 60", 1, 0, None)


def test_a_photo_that_is_spoiled_more_and_more_is_refused_for_what_was_done_to_it(
    face_pool: FacePool, photos: list[list[Path]]
) -> None:
    tables: list[RefusalTable] = []
    for paths in photos[:3]:
        tables = spoiled(face_pool.reader, paths[0], tables)
    for title, code in (("out of focus", "blurred"), ("smeared", "blurred"), ("light, times", "too_dark")):
        lines = section(tables, title)
        assert lines[0].accepted == lines[0].photos == 3, title
        assert lines[-1].accepted == 0, title
        assert lines[-1].refused[code] >= 2, title
        passed = [line.accepted for line in lines]
        assert passed == sorted(passed, reverse=True), title
    alike = [line.likeness for line in section(tables, "face, pixels")]
    assert all(one is not None for one in alike)
    assert np.all([(a or 0) >= (b or 0) - 0.02 for a, b in pairwise(alike)])


async def test_the_tables_are_printed_with_their_reasons(
    face_pool: FacePool, photos: list[list[Path]], capsys: pytest.CaptureFixture[str]
) -> None:
    shots = [await read_shots(face_pool, paths) for paths in photos[2:]]
    await print_verdicts(face_pool, photos[2:], shots)
    said = capsys.readouterr().out
    for word in ("Photos as they are", "yaw, degrees", "turned_away", "Good photos, spoiled", "too_dark"):
        assert word in said
