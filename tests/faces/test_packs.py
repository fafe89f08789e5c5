"""Packs are downloaded once, whole and checked; whatever goes wrong is one line that says what to do."""

from __future__ import annotations

import io
import threading
import zipfile
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from gym.core.config import ConfigError
from gym.faces.engine import model_packs as weights
from gym.faces.engine.model_packs import BUFFALO_L, Licence, Pack, Weights, find_pack
from gym.faces.engine.model_store import Source, locate

DETECTOR, RECOGNIZER = b"a detector " * 40_000, b"a recogniser " * 90_000
PACK = Pack(
    "buffalo_x",
    Weights("det.onnx", sha256(DETECTOR).hexdigest()),
    Weights("rec.onnx", sha256(RECOGNIZER).hexdigest()),
)


def archive(files: dict[str, bytes]) -> bytes:
    """A zip whose contents stay as long as they are, so that a download of it takes several blocks."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as made:
        for name, content in files.items():
            made.writestr(name, content)
    return target.getvalue()


GOOD = archive({"det.onnx": DETECTOR, "genderage.onnx": b"not wanted", "rec.onnx": RECOGNIZER})


@dataclass
class Site:
    """A release page that misbehaves as it is told, and remembers what it was asked."""

    body: bytes = GOOD
    status: int = 200
    breaks_after: int | None = None
    hangs: bool = False
    ranges: bool = True
    asked: list[str | None] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)
    url: str = ""


@pytest.fixture
def site() -> Generator[Site]:
    page = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            _answer(page, self)

        def log_message(self, *said: object) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        page.url = f"http://127.0.0.1:{server.server_port}"
        yield page
        page.released.set()
        server.shutdown()
        thread.join()


def _answer(page: Site, request: BaseHTTPRequestHandler) -> None:
    asked = request.headers.get("Range")
    page.asked.append(asked)
    if page.hangs:
        page.released.wait(30)
        return
    start = int(asked.removeprefix("bytes=").removesuffix("-")) if asked and page.ranges else 0
    if start >= len(page.body):
        request.send_error(416)
        return
    request.send_response(206 if start and page.status == 200 else page.status)
    request.send_header("Content-Length", str(len(page.body) - start))
    request.end_headers()
    end = None if page.breaks_after is None else start + page.breaks_after
    request.wfile.write(page.body[start:end])


@pytest.fixture(autouse=True)
def known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(weights.PACKS, PACK.name, PACK)


@pytest.fixture
def fetch(site: Site, tmp_path: Path) -> Callable[[], Path]:
    def run() -> Path:
        return locate(PACK.name, tmp_path, Source(site.url, silence=0.5)).detector

    return run


def folder(root: Path) -> Path:
    return root / "models" / PACK.name


def refused(fetch: Callable[[], Path], root: Path) -> str:
    """The one line: what is wrong, both files with their hashes, and their folder."""
    with pytest.raises(ConfigError) as error:
        fetch()
    said = str(error.value)
    assert said.startswith("FACE_PACK: buffalo_x ")
    assert all(part in said for one in PACK.files for part in (one.name, one.sha256[:12]))
    assert f"into {folder(root)} by hand" in said
    assert "\n" not in said
    return said


def test_a_missing_pack_is_fetched_once_and_only_what_is_needed_is_kept(
    fetch: Callable[[], Path], site: Site, tmp_path: Path
) -> None:
    assert fetch().read_bytes() == DETECTOR
    assert fetch().with_name("rec.onnx").read_bytes() == RECOGNIZER
    assert site.asked == [None]
    assert {path.name for path in folder(tmp_path).iterdir()} == {"det.onnx", "rec.onnx"}
    assert not list(tmp_path.rglob("*.part"))


def test_a_progress_line_is_shown(fetch: Callable[[], Path], capsys: pytest.CaptureFixture[str]) -> None:
    fetch()
    assert "Face model" in capsys.readouterr().err


def test_files_may_lie_in_a_folder_of_the_archive(fetch: Callable[[], Path], site: Site) -> None:
    site.body = archive({"buffalo_x/det.onnx": DETECTOR, "buffalo_x/rec.onnx": RECOGNIZER})
    assert fetch().read_bytes() == DETECTOR


@pytest.mark.parametrize("present", [(), ("det.onnx",)], ids=["empty", "half"])
def test_an_empty_or_half_folder_is_filled(
    fetch: Callable[[], Path], site: Site, tmp_path: Path, present: tuple[str, ...]
) -> None:
    folder(tmp_path).mkdir(parents=True)
    for name in present:
        (folder(tmp_path) / name).write_bytes(DETECTOR)
    assert fetch().with_name("rec.onnx").read_bytes() == RECOGNIZER


@pytest.mark.parametrize("present", [(), ("det.onnx",)], ids=["empty", "half"])
def test_an_empty_or_half_folder_without_a_site_is_the_same_clear_error(
    fetch: Callable[[], Path], site: Site, tmp_path: Path, present: tuple[str, ...]
) -> None:
    folder(tmp_path).mkdir(parents=True)
    for name in present:
        (folder(tmp_path) / name).write_bytes(DETECTOR)
    site.status = 404
    assert "answered 404" in refused(fetch, tmp_path)


def test_a_site_that_says_nothing_is_left_after_a_while(
    fetch: Callable[[], Path], site: Site, tmp_path: Path
) -> None:
    site.hangs = True
    assert "no answer in time" in refused(fetch, tmp_path)
    assert len(site.asked) == 1


def test_nobody_there_is_said(tmp_path: Path) -> None:
    said = refused(lambda: locate(PACK.name, tmp_path, Source("http://127.0.0.1:9")).detector, tmp_path)
    assert "could not be downloaded" in said


def test_a_download_that_breaks_off_goes_on_where_it_was(
    fetch: Callable[[], Path], site: Site, tmp_path: Path
) -> None:
    site.breaks_after = 500_000
    assert fetch().read_bytes() == DETECTOR
    assert site.asked == [None, *(f"bytes={place}-" for place in range(500_000, len(GOOD), 500_000))]


def test_a_download_that_was_killed_goes_on_at_the_next_start(
    fetch: Callable[[], Path], site: Site, tmp_path: Path
) -> None:
    _begun(tmp_path, GOOD[:700_000])
    assert fetch().read_bytes() == DETECTOR
    assert site.asked == ["bytes=700000-"]


def test_one_that_was_killed_before_it_was_unpacked_is_only_unpacked(
    fetch: Callable[[], Path], site: Site, tmp_path: Path
) -> None:
    _begun(tmp_path, GOOD)
    assert fetch().read_bytes() == DETECTOR
    assert site.asked == [f"bytes={len(GOOD)}-"]


def test_a_site_that_cannot_go_on_starts_anew(fetch: Callable[[], Path], site: Site, tmp_path: Path) -> None:
    site.ranges = False
    _begun(tmp_path, GOOD[:700_000])
    assert fetch().read_bytes() == DETECTOR


def test_what_was_begun_of_something_else_is_thrown_away_once(
    fetch: Callable[[], Path], site: Site, tmp_path: Path
) -> None:
    _begun(tmp_path, b"another archive " * 1000)
    assert fetch().read_bytes() == DETECTOR
    assert site.asked == ["bytes=16000-", None]


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (
            archive({"det.onnx": DETECTOR, "rec.onnx": RECOGNIZER[:-1] + b"!"}),
            "rec.onnx there has the SHA-256",
        ),
        (archive({"det.onnx": DETECTOR}), "holds no rec.onnx"),
        (b"<html>Sign in to this network</html>", "not a zip"),
        (GOOD[: len(GOOD) // 2], "not a zip"),
    ],
    ids=["wrong hash", "file missing", "no archive", "half an archive"],
)
def test_what_is_not_the_pack_is_refused_and_not_kept(
    fetch: Callable[[], Path], site: Site, tmp_path: Path, body: bytes, why: str
) -> None:
    site.body = body
    assert why in refused(fetch, tmp_path)
    assert not list(tmp_path.rglob("*.part"))
    assert not (folder(tmp_path) / "rec.onnx").exists()
    site.body = GOOD
    assert fetch().with_name("rec.onnx").read_bytes() == RECOGNIZER


def test_two_processes_share_one_download(site: Site, fetch: Callable[[], Path]) -> None:
    with ThreadPoolExecutor(3) as threads:
        found = [future.result() for future in [threads.submit(fetch) for _ in range(3)]]
    assert len(set(found)) == 1
    assert len(site.asked) == 1


def test_downloads_can_be_forbidden(site: Site, tmp_path: Path) -> None:
    said = refused(lambda: locate(PACK.name, tmp_path, Source(site.url, allowed=False)).detector, tmp_path)
    assert "FACE_DOWNLOAD is off" in said
    assert site.asked == []


def test_no_pack_is_fetched_from_a_place_that_nobody_named(tmp_path: Path) -> None:
    said = refused(lambda: locate(PACK.name, tmp_path).detector, tmp_path)
    assert "FACE_PACK_URL does not say where buffalo_x.zip lies" in said


def test_a_file_put_there_by_hand_is_never_overwritten(
    fetch: Callable[[], Path], site: Site, tmp_path: Path
) -> None:
    folder(tmp_path).mkdir(parents=True)
    (folder(tmp_path) / "det.onnx").write_bytes(b"another network")
    assert "det.onnx is damaged or another file" in refused(fetch, tmp_path)
    assert (folder(tmp_path) / "det.onnx").read_bytes() == b"another network"


def test_a_pack_nobody_knows_needs_its_hashes_in_the_configuration(site: Site, tmp_path: Path) -> None:
    files = tuple(f"{one.name}:{one.sha256}" for one in PACK.files)
    with pytest.raises(ConfigError, match="FACE_PACK: my_pack is not known"):
        locate("my_pack", tmp_path, Source(site.url))
    with pytest.raises(ConfigError, match=r"FACE_PACK_FILES: write"):
        locate("my_pack", tmp_path, Source(site.url, files=("det.onnx:abc", files[1])))
    located = locate("my_pack", tmp_path, Source(site.url, files=files))
    assert located.recognizer.read_bytes() == RECOGNIZER
    assert located.pack.licence is Licence.UNKNOWN


def test_a_packs_name_leads_nowhere_else(tmp_path: Path) -> None:
    files = tuple(f"{one.name}:{one.sha256}" for one in PACK.files)
    for name in ("../outside", "/etc", "a/b", ".hidden"):
        with pytest.raises(ConfigError, match="is not known"):
            find_pack(name, files)


def test_only_the_web_is_asked(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="is no web address"):
        locate(BUFFALO_L.name, tmp_path, Source("file:///etc"))


def _begun(root: Path, content: bytes) -> None:
    (root / "models").mkdir(parents=True)
    (root / "models" / f".{PACK.name}.zip.part").write_bytes(content)
