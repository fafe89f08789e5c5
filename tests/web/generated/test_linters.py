"""The OpenAPI document against its specification, two linters, and TypeScript's types."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
from openapi_spec_validator import validate

from tests.support.tools import required
from tests.web.generated.conftest import HERE

REMEDY = f"npm ci --ignore-scripts --prefix {HERE}"
QUIET = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}


def run(tool: str, *arguments: str | Path, folder: Path) -> None:
    """Run a tool of package.json; whatever it finds is a failure."""
    path = required(HERE / "node_modules" / ".bin" / tool, REMEDY)
    done = subprocess.run(
        [path, *arguments], cwd=folder, env=os.environ | QUIET, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_document_keeps_to_the_specification(document_file: Path) -> None:
    validate(json.loads(document_file.read_text("utf-8")))


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("redocly", ("lint", f"--config={HERE / 'redocly.yaml'}")),
        ("spectral", ("lint", f"--ruleset={HERE / 'spectral.json'}", "--fail-severity=warn")),
    ],
)
def test_a_linter_finds_nothing(document_file: Path, tool: str, arguments: tuple[str, ...]) -> None:
    run(tool, *arguments, document_file, folder=document_file.parent)


def test_a_kiosk_in_typescript_compiles_against_the_generated_types(
    document_file: Path, tmp_path: Path
) -> None:
    run("openapi-typescript", document_file, f"--output={tmp_path / 'api.ts'}", folder=tmp_path)
    (tmp_path / "kiosk.ts").write_bytes((HERE / "kiosk.ts").read_bytes())
    run("tsc", "--strict", "--noEmit", "kiosk.ts", folder=tmp_path)
