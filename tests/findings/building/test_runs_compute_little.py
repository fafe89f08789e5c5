"""A run computes little beside its tests: what it compiles is kept."""

from __future__ import annotations

import os
import sys


def test_a_run_keeps_what_it_compiles_whatever_the_environment_says() -> None:
    assert not sys.dont_write_bytecode
    assert "PYTHONDONTWRITEBYTECODE" not in os.environ
