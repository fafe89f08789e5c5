"""A reader of the locks: each package with its version, its marker and the hashes of its files."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT: Final = Path(__file__).parents[2]
RUNTIME: Final = ROOT / "requirements.lock"
DEVELOPMENT: Final = ROOT / "requirements-dev.lock"
_HASH: Final = re.compile(r"--hash=sha256:([0-9a-f]{64})\b")
_COMMENT: Final = re.compile(r"(^|\s)#.*")


@dataclass(frozen=True, slots=True)
class Pin:
    """One package of a lock; `hashes` are SHA-256 of every file of it that may be installed."""

    name: str
    version: str
    marker: str
    hashes: tuple[str, ...]


class LockError(ValueError):
    """A line of a lock that pins nothing exactly."""


def read_lock(path: Path) -> dict[str, Pin]:
    """The pins by their canonical names. Raises `LockError` for a range or a name that comes twice."""
    text = "\n".join(_COMMENT.sub("", line) for line in path.read_text(encoding="utf-8").splitlines())
    pins = [_pin(line) for line in text.replace("\\\n", " ").splitlines() if line.strip()]
    named = {pin.name: pin for pin in pins}
    if len(named) != len(pins):
        raise LockError(f"{path.name} names a package twice")
    return named


def direct_dependencies(extra: str | None = None) -> list[Requirement]:
    """What pyproject.toml asks for itself: the runtime's, or those of an extra."""
    stated = project()
    written = stated["optional-dependencies"][extra] if extra else stated["dependencies"]
    return [Requirement(line) for line in written]


def project() -> dict[str, Any]:
    """The table `project` of pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def _pin(line: str) -> Pin:
    requirement = Requirement(line.partition("--hash=")[0].strip())
    (exact,) = requirement.specifier or [None]
    if exact is None or exact.operator != "==" or exact.version.endswith("*"):
        raise LockError(f"{line.split()[0]} is not one version")
    return Pin(
        canonicalize_name(requirement.name),
        exact.version,
        str(requirement.marker or ""),
        tuple(_HASH.findall(line)),
    )
