"""The document in a file, and a Python client that was generated from it."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from web.api.operations import document

HERE = Path(__file__).parent
PACKAGE = "generated_kiosk_client"


@pytest.fixture(scope="session")
def document_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("document") / "openapi.json"
    path.write_text(json.dumps(document()), "utf-8")
    return path


@pytest.fixture(scope="session")
def client_package(document_file: Path) -> Iterator[ModuleType]:
    """What openapi-python-client makes of the document, without a warning, imported."""
    folder = document_file.parent
    command = ("openapi-python-client", "generate", "--fail-on-warning", "--meta", "none")
    # The generator calls ruff by its name.
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        [
            Path(sys.executable).with_name(command[0]),
            *command[1:],
            f"--path={document_file}",
            f"--config={HERE / 'python_client.yaml'}",
            f"--output-path={folder / PACKAGE}",
        ],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    sys.path.insert(0, str(folder))
    try:
        yield importlib.import_module(PACKAGE)
    finally:
        sys.path.remove(str(folder))


class Generated:
    """Modules of the generated client by their short names."""

    def __init__(self, package: ModuleType) -> None:
        self.package = package
        self.models: Any = importlib.import_module(f"{package.__name__}.models")
        self.types: Any = importlib.import_module(f"{package.__name__}.types")

    def call(self, area: str, operation: str) -> Any:
        """The module of an operation."""
        return importlib.import_module(f"{self.package.__name__}.api.{area}.{operation}")


@pytest.fixture
def generated(client_package: ModuleType) -> Generated:
    return Generated(client_package)
