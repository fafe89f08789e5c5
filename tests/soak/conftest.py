"""The long runs are left out unless they are asked for: `pytest -m soak`."""

from __future__ import annotations

from pathlib import Path

import pytest

HERE = Path(__file__).parent


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if "soak" in str(config.getoption("markexpr")):
        return
    for item in items:
        if item.path.parent == HERE and item.get_closest_marker("soak") is not None:
            item.add_marker(pytest.mark.skip(reason="long: ask for it with -m soak"))
