"""The interpreter that `make` builds the environment with."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.support.locks import ROOT

OPTIMISED = "'--prefix=/usr/local' '--enable-optimizations'"
PLAIN = "'--prefix=/root/.pyenv/versions/3.11.7' '--enable-shared'"


def distributed() -> str | None:
    """The distribution's interpreter of our version, if it can make an environment."""
    path = "/usr/bin/python{}.{}".format(*sys.version_info[:2])
    if not Path(path).exists():
        return None
    made = subprocess.run([path, "-c", "import ensurepip, venv"], capture_output=True, check=False)
    return path if made.returncode == 0 else None


def chosen(folder: Path, configured: str, **given: str) -> str:
    """What `$(PYTHON)` is where the path's python3 was configured like this."""
    (folder / "sitecustomize.py").write_text(
        f"import sysconfig\nsysconfig.get_config_vars()['CONFIG_ARGS'] = {configured!r}\n"
    )
    first = folder / "python3"
    first.write_text(f'#!/bin/sh\nPYTHONPATH={folder} exec {sys.executable} "$@"\n')
    first.chmod(0o755)
    environment = {"PATH": f"{folder}:{os.environ['PATH']}", **given}
    return subprocess.run(
        ["make", "-s", "--eval=chosen: ; @echo $(PYTHON)", "chosen"],
        cwd=ROOT,
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()


def test_a_python_without_optimisations_gives_way_to_the_distributions_of_its_version(tmp_path: Path) -> None:
    assert chosen(tmp_path, OPTIMISED) == "python3"
    assert chosen(tmp_path, PLAIN) == (distributed() or "python3")
    assert chosen(tmp_path, PLAIN, PYTHON="python3.12") == "python3.12"


def test_an_environment_by_the_one_that_is_chosen_starts(tmp_path: Path) -> None:
    found = chosen(tmp_path, PLAIN)
    subprocess.run([found, "-m", "venv", "--without-pip", str(tmp_path / "made")], check=True)
    said = subprocess.run(
        [tmp_path / "made/bin/python", "-c", "import sys; print(*sys.version_info[:2])"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    assert said.split() == [str(part) for part in sys.version_info[:2]]
